import { describe } from '@jest/globals';
import { EMBEDDED } from '../../controller/test/ground.js';
import { settle } from '../../controller/test/setting.js';
import { Bucket } from './bucket.js';
import { describeHandover } from './handover-on-a-cluster.js';

describe('on the embedded cluster', () => {
  const bucket = new Bucket();
  describeHandover(
    bucket,
    settle(EMBEDDED, () => bucket.serve(EMBEDDED)),
  );
});
