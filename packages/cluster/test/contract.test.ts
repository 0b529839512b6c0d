/** Runs the contract against the embedded API server. */

import { startCluster } from '@pipewright/cluster';
import { describeApiServer } from './contract.js';

describeApiServer('the embedded API server', () => startCluster({}));
