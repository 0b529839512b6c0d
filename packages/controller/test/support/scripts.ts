/** The programs that run in pods, as the controller reads them. */

import { readScripts } from '../../src/edge/read-scripts.js';

/** The text of each program. */
export const scripts = readScripts();
