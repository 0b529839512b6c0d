import { EMBEDDED } from './ground.js';
import { describeMishaps } from './mishaps-on-a-cluster.js';

describeMishaps(EMBEDDED);
