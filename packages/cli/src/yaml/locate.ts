/**
 * Resolves a path in an object to its position in the file.
 *
 * Walks the syntax tree on demand, so a file without problems has no cost.
 */

import { isAlias, isMap, isScalar, isSeq, Scalar, type Node, type Pair } from 'yaml';
import type { SourcePosition } from '../diagnostics/finding.js';
import type { ParsedDocument } from './parse.js';
import { placeOf } from './text.js';
import { keyText } from './value.js';

/** A path inside one object, in the format of packages/tekton. */
export type Path = readonly (string | number)[];

/**
 * The positions of a key and its value. If the path does not exist, both are those of its nearest existing ancestor.
 */
export interface Located {
  readonly key: SourcePosition;
  readonly value: SourcePosition;
  /** Whether the whole path was found. */
  readonly isFound: boolean;
}

/** Resolves a path below the node `from`, by default the root of the document. */
export function locate(parsed: ParsedDocument, path: Path, from: unknown = parsed.root): Located {
  let key = offsetOf(from) ?? 0;
  let value = key;
  let node: unknown = from;
  let found = true;
  for (const step of path) {
    const next = stepInto(parsed, node, step);
    if (next === undefined) {
      found = false;
      break;
    }
    key = offsetOf(next.key) ?? key;
    value = offsetOf(next.value) ?? key;
    node = next.value;
  }
  return { key: placeOf(parsed.source, key), value: placeOf(parsed.source, value), isFound: found };
}

/** Returns the source text of the plain scalar at a path; undefined for quoted texts, lists and objects. */
export function writtenAt(parsed: ParsedDocument, path: Path, from: unknown = parsed.root): string | undefined {
  let node: unknown = from;
  for (const step of path) node = stepInto(parsed, node, step)?.value;
  const target = isAlias(node) ? parsed.targets.get(node) : node;
  return isScalar(target) && target.type === Scalar.PLAIN ? String(target.value) : undefined;
}

/** Returns the node at a path, to resolve paths below it. */
export function nodeAt(parsed: ParsedDocument, path: Path): unknown {
  return path.reduce<unknown>((node, step) => stepInto(parsed, node, step)?.value, parsed.root);
}

function stepInto(
  parsed: ParsedDocument,
  node: unknown,
  step: string | number,
): { key: unknown; value: unknown } | undefined {
  const target = isAlias(node) ? parsed.targets.get(node) : node;
  if (isSeq(target)) {
    const item = target.items[Number(step)];
    return item === undefined ? undefined : { key: item, value: item };
  }
  if (!isMap(target)) return undefined;
  const pairs = target.items as readonly Pair[]; // the library declares the keys of a Pair as unknown
  const byName = pairsByKey(parsed, target, pairs);
  return byName.get(String(step)) ?? inMerged(parsed, pairs, step) ?? inAnotherCase(byName, String(step));
}

/** Finds a key in a different case: objects have canonical field names, which may differ from the source in case. */
function inAnotherCase(pairs: ReadonlyMap<string | undefined, Pair>, step: string): Pair | undefined {
  const meant = step.toLowerCase();
  for (const [name, pair] of pairs) if (name?.toLowerCase() === meant) return pair;
  return undefined;
}

/** Returns the first pair of each key. Cached, because an object can have thousands of problems, each with a lookup. */
function pairsByKey(
  { pairs: cache }: ParsedDocument,
  map: Node,
  pairs: readonly Pair[],
): ReadonlyMap<string | undefined, Pair> {
  const known = cache.get(map);
  if (known) return known;
  const first = new Map(pairs.toReversed().map((pair) => [keyText(pair.key), pair]));
  cache.set(map, first);
  return first;
}

function inMerged(parsed: ParsedDocument, pairs: readonly Pair[], step: string | number): ReturnType<typeof stepInto> {
  for (const { key, value } of pairs) {
    if (keyText(key) !== '<<') continue;
    for (const source of isSeq(value) ? value.items : [value]) {
      const found = stepInto(parsed, source, step);
      if (found) return found;
    }
  }
  return undefined;
}

const offsetOf = (node: unknown): number | undefined =>
  // Only nodes have a `range`.
  typeof node === 'object' && node !== null && 'range' in node ? (node as Node).range?.[0] : undefined;
