/** What befalls runs, on a real Kubernetes: KUBECONFIG names it. */

import { KUBERNETES } from '../support/test-cluster.js';
import { describeLostNodes } from './lost-nodes.js';
import { describeDisruptions } from './disruptions-on-a-cluster.js';

describeDisruptions(KUBERNETES);
describeLostNodes(KUBERNETES);
