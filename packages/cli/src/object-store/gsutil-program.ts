/** The stand-in for gsutil (gsutil.cjs), which is copied into the image of gsutil. */

import { readFileSync } from 'node:fs';

/** Reads the text of the program. */
export const gsutilProgram = (): string => readFileSync(new URL('./gsutil.cjs', import.meta.url), 'utf8');
