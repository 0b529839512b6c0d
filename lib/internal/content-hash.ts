/**
 * What a reference stands for, so that a run can be named after it.
 *
 * A run whose name is a hash of its content must get another name when its pipeline changes, or a task of the pipeline,
 * though its own object stays the same. Kept apart from the constructs, because nobody else has to see it. What lives
 * elsewhere has no content here: its changes go unnoticed.
 */

import { createHash } from 'node:crypto';
import { manifestYaml } from '../manifests/yaml.js';

const CONTENTS = new WeakMap<object, () => unknown>();

/** Says what `reference` stands for; asked only when a run is named after it. */
export function recordContent(reference: object, content: () => unknown): void {
  CONTENTS.set(reference, content);
}

/** What `reference` stands for; `undefined` for what lives elsewhere. */
export const contentOf = (reference: object): unknown => CONTENTS.get(reference)?.();

/** Ten hex digits of everything in `content`, the same for the same content whatever the order of its keys. */
export const contentHash = (content: object): string =>
  createHash('sha256')
    .update(manifestYaml([content]))
    .digest('hex')
    .slice(0, 10);
