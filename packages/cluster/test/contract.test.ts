/** The embedded API server keeps the contract. */

import { startCluster } from '@pipewright/cluster';
import { describeApiServer } from './contract.js';

describeApiServer('the embedded API server', () => startCluster({}));
