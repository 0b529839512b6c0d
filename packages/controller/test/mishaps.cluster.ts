/** What befalls runs, on a real Kubernetes: KUBECONFIG names it. */

import { KUBERNETES } from './ground.js';
import { describeLostNodes } from './lost-nodes.js';
import { describeMishaps } from './mishaps-on-a-cluster.js';

describeMishaps(KUBERNETES);
describeLostNodes(KUBERNETES);
