/** The path of the image builders' programs, next to the sources and next to the published file. */

import { fileURLToPath } from 'node:url';

/** A directory of Node programs that are not part of the command: steps run them. */
export const BUILDER_FILES = fileURLToPath(new URL('../image-builder/', import.meta.url));
