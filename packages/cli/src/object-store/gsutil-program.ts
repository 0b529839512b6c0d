/** The gsutil replacement (gsutil.cjs), which is copied into the gsutil stand-in image. */

import { readFileSync } from 'node:fs';

/** Reads the source of the program. */
export const gsutilProgram = (): string => readFileSync(new URL('./gsutil.cjs', import.meta.url), 'utf8');
