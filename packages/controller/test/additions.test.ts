import { describeAdditions } from './additions-on-a-cluster.js';
import { EMBEDDED } from './ground.js';

describeAdditions(EMBEDDED);
