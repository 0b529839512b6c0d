/** What v0.10 added, on a real Kubernetes: KUBECONFIG names it. */

import { describeAdditions } from './additions-on-a-cluster.js';
import { KUBERNETES } from '../support/test-cluster.js';

describeAdditions(KUBERNETES);
