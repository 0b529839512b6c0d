import { describe } from '@jest/globals';
import { EMBEDDED } from '../../controller/test/support/test-cluster.js';
import { testNamespace } from '../../controller/test/support/test-namespace.js';
import { Bucket } from './bucket.js';
import { describeHandover } from './handover-on-a-cluster.js';

describe('on the embedded cluster', () => {
  const bucket = new Bucket();
  describeHandover(
    bucket,
    testNamespace(EMBEDDED, () => bucket.serve(EMBEDDED)),
  );
});
