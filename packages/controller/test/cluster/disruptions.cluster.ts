/** What befalls runs, on a real Kubernetes: KUBECONFIG names it. */

import { KUBERNETES } from '../support/test-cluster.js';
import { describeLostNodes } from './lost-nodes.js';
import { describeMishaps } from './disruptions-on-a-cluster.js';

describeMishaps(KUBERNETES);
describeLostNodes(KUBERNETES);
