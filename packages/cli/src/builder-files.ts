/** Where the programs of the image builders lie: beside the sources, and beside the file that is published. */

import { fileURLToPath } from 'node:url';

/** A directory of programs for Node, which are not part of the command: steps run them. */
export const BUILDER_FILES = fileURLToPath(new URL('../image-builder/', import.meta.url));
