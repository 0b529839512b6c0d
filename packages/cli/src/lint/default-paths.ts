/** Where manifests are when nobody says. */

import { existsSync } from 'node:fs';

/** `dist`, which `cdk8s synth` writes; the working directory where there is none. */
export const defaultPaths = (): readonly string[] => [existsSync('dist') ? 'dist' : '.'];
