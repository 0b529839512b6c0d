/** Damage of files at rest: flipped bits, zeroed sectors, truncation, lost files and removed lines. */

import type { SeededRandom } from './random.js';
import { SECTOR, type Bytes } from './sim-file.js';
import type { SimDisk } from './sim-disk.js';

/** Damages one file; returns a description, or undefined if there is no file. */
export function damageSomething(disk: SimDisk, random: SeededRandom): string | undefined {
  const name = random.pickFrom([...disk.files.keys()].sort());
  if (name === undefined) return undefined;
  const kind = random.pick(['flip', 'zeros', 'truncate', 'empty', 'lose', 'remove a line'] as const);
  if (kind === 'lose') disk.lose(name);
  else disk.damage(name, (bytes) => HOW[kind](bytes, random));
  return `${kind} ${name}`;
}

const HOW = {
  /** One bit. */
  flip: (bytes: Bytes, random: SeededRandom): void => {
    if (bytes.size === 0) return;
    const at = random.below(bytes.size);
    bytes.write(at, Uint8Array.of((bytes.view[at] ?? 0) ^ (1 << random.below(8))));
  },
  /** One sector. */
  zeros: (bytes: Bytes, random: SeededRandom): void => {
    if (bytes.size === 0) return;
    const start = random.below(Math.ceil(bytes.size / SECTOR)) * SECTOR;
    bytes.write(start, new Uint8Array(Math.min(SECTOR, bytes.size - start)));
  },
  truncate: (bytes: Bytes, random: SeededRandom): void => bytes.truncate(random.below(bytes.size + 1)),
  empty: (bytes: Bytes): void => bytes.truncate(0),
  'remove a line': (bytes: Bytes, random: SeededRandom): void => {
    const text = Buffer.from(bytes.view);
    const start = random.below(bytes.size + 1);
    const end = text.indexOf('\n', start);
    const next = text.indexOf('\n', end + 1);
    if (end < 0 || next < 0) return;
    const rest = Buffer.from(text.subarray(next + 1));
    bytes.truncate(end + 1);
    bytes.write(end + 1, rest);
  },
} as const;
