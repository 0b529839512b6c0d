/** Features of Tekton v0.10 on a real Kubernetes cluster, given by KUBECONFIG. */

import { describeAdditions } from './additions-on-a-cluster.js';
import { KUBERNETES } from '../support/test-cluster.js';

describeAdditions(KUBERNETES);
