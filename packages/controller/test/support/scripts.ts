/** The programs that run in pods, as loaded by the controller. */

import { readScripts } from '../../src/edge/read-scripts.js';

/** The text of each program. */
export const scripts = readScripts();
