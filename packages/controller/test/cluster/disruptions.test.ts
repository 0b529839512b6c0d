import { EMBEDDED } from '../support/test-cluster.js';
import { describeMishaps } from './disruptions-on-a-cluster.js';

describeMishaps(EMBEDDED);
