import { thoroughDescribe } from '../../../../test/thorough.js';
import { EMBEDDED } from '../../../controller/test/support/test-cluster.js';
import { newTestNamespace } from '../../../controller/test/support/test-namespace.js';
import { Bucket } from '../support/bucket.js';
import { describeHandover } from '../support/handover-on-a-cluster.js';

thoroughDescribe('on the embedded cluster', () => {
  const bucket = new Bucket();
  describeHandover(
    bucket,
    newTestNamespace(EMBEDDED, () => bucket.serve(EMBEDDED)),
  );
});
