import { EMBEDDED } from '../support/test-cluster.js';
import { describeDisruptions } from './disruptions-on-a-cluster.js';

describeDisruptions(EMBEDDED);
