/** The client against the embedded cluster in the same process. */

import { startCluster } from '@pipewright/cluster';
import { describeClient } from './client-on-a-cluster.js';

describeClient('the client on the embedded cluster', () => startCluster({}), { runsPods: false });
