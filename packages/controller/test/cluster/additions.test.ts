import { describeAdditions } from './additions-on-a-cluster.js';
import { EMBEDDED } from '../support/test-cluster.js';

describeAdditions(EMBEDDED);
