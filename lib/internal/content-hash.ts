/**
 * The content behind references, from which a run in the mode `content-hash` derives its name.
 *
 * Such a run needs a new name when its pipeline or a task of the pipeline changes, although its own object does not. External objects
 * have no recorded content, so their changes do not change the name.
 */

import { createHash } from 'node:crypto';
import { manifestYaml } from '../manifests/yaml.js';

const CONTENTS = new WeakMap<object, () => unknown>();

/** Records the content behind `reference`; `content` is called only when a run's name is derived from it. */
export function recordContent(reference: object, content: () => unknown): void {
  CONTENTS.set(reference, content);
}

/** Returns the content behind `reference`, or undefined for an external object. */
export const contentOf = (reference: object): unknown => CONTENTS.get(reference)?.();

/** Returns ten hex digits that depend on all of `content`, but not on the order of its keys. */
export const contentHash = (content: object): string =>
  createHash('sha256')
    .update(manifestYaml([content]))
    .digest('hex')
    .slice(0, 10);
