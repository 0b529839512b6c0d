/** Disruptions of runs on a real Kubernetes cluster, given by KUBECONFIG. */

import { KUBERNETES } from '../support/test-cluster.js';
import { describeLostNodes } from './lost-nodes.js';
import { describeDisruptions } from './disruptions-on-a-cluster.js';

describeDisruptions(KUBERNETES);
describeLostNodes(KUBERNETES);
