/** Resources that reach out, on a real Kubernetes: KUBECONFIG names it, LAB_HOST and LAB lead its pods to this machine. */

import { KUBERNETES } from '../../controller/test/ground.js';
import { describeResources } from './resources-on-a-cluster.js';

describeResources(KUBERNETES);
