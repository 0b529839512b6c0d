/**
 * Detects objects whose nested keys have lost their indentation.
 *
 * YAML copied from a web page often loses its indentation and stays valid: `metadata:` is then empty and `name:` is its
 * sibling. Detecting this requires knowledge of Kubernetes.
 */

import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Finding } from '../diagnostics/finding.js';
import type { ParsedDocument } from './parse.js';
import { keyText } from './value.js';
import { lineAt, placeOf, type SourceText } from './text.js';

/** Top-level keys of objects; all other keys belong below one of them. */
const TOP_LEVEL_KEYS: ReadonlySet<string> = new Set([
  ...[
    'apiVersion',
    'kind',
    'metadata',
    'spec',
    'status',
    'data',
    'stringData',
    'binaryData',
    'type',
    'immutable',
    'items',
  ],
  ...['secrets', 'imagePullSecrets', 'automountServiceAccountToken', 'subjects', 'roleRef', 'rules', 'aggregationRule'],
  ...['webhooks', 'subsets', 'provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode', 'value', 'handler'],
  ...[
    'globalDefault',
    'preemptionPolicy',
    'allowVolumeExpansion',
    'mountOptions',
    'message',
    'reason',
    'involvedObject',
  ],
]);

/** Nested objects and their keys: these lose their children most often. */
const NESTED_KEYS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    'metadata',
    new Set([
      'name',
      'generateName',
      'namespace',
      'labels',
      'annotations',
      'creationTimestamp',
      'resourceVersion',
      'uid',
      'selfLink',
      'ownerReferences',
      'finalizers',
    ]),
  ],
  ['roleRef', new Set(['kind', 'name', 'apiGroup'])],
  ['inputs', new Set(['resources', 'params'])],
  ['outputs', new Set(['resources', 'results'])],
  ['pipelineRef', new Set(['name', 'apiVersion'])],
  ['taskRef', new Set(['name', 'kind', 'apiVersion'])],
  ['resourceRef', new Set(['name', 'apiVersion'])],
]);

/** The findings, and the duplicate keys that they explain. */
export interface LostIndentation {
  readonly findings: readonly Finding[];
  readonly explained: ReadonlySet<Node>;
}

/** Checks the top level of one document. */
export function lostIndentation({ source, root, errorLines }: ParsedDocument): LostIndentation {
  const findings: Finding[] = [];
  const explained = new Set<Node>();
  if (!isMap(root) || !root.items.some(({ key }) => keyText(key) === 'kind')) return { findings, explained };
  const pairs = (root as YAMLMap<Node, Node | null>).items; // in a parsed map, keys and values are nodes
  for (const [index, pair] of pairs.entries()) {
    const parent = keyText(pair.key);
    if (parent === undefined || (!TOP_LEVEL_KEYS.has(parent) && !NESTED_KEYS.has(parent))) continue;
    const strays = straysAfter(pairs, index, parent);
    if (strays.length === 0 || strays.some(({ key }) => errorLines.has(placeOf(source, key.range?.[0] ?? 0).line)))
      continue;
    findings.push(describe(source, parent, pair, strays));
    for (const { key } of strays) explained.add(key);
  }
  return { findings, explained };
}

/** Returns the keys directly after a parent that belong below it. */
function straysAfter(
  pairs: readonly Pair<Node, Node | null>[],
  index: number,
  parent: string,
): readonly Pair<Node, Node | null>[] {
  const parentPair = pairs[index];
  if (parentPair === undefined || !(isEmpty(parentPair.value) || isSeq(parentPair.value))) return [];
  const strays: Pair<Node, Node | null>[] = [];
  for (const pair of pairs.slice(index + 1)) {
    const key = keyText(pair.key);
    if (key === undefined || !belongsBelow(key, parent, pairs, pair)) break;
    strays.push(pair);
    if (isEmpty(pair.value) && NESTED_KEYS.has(key)) break;
  }
  return strays;
}

function belongsBelow(
  key: string,
  parent: string,
  pairs: readonly Pair<Node, Node | null>[],
  pair: Pair<Node, Node | null>,
): boolean {
  const children = NESTED_KEYS.get(parent);
  if (children?.has(key) === true)
    return !TOP_LEVEL_KEYS.has(key) || pairs.findIndex((other) => keyText(other.key) === key) < pairs.indexOf(pair);
  if (children !== undefined) return false;
  return !TOP_LEVEL_KEYS.has(key) || (parent === 'spec' && (key === 'type' || key === 'secrets'));
}

const isEmpty = (node: Node | null): boolean => node === null || (isScalar(node) && node.value === '');

function describe(
  source: SourceText,
  parent: string,
  pair: Pair<Node, Node | null>,
  strays: readonly Pair<Node, Node | null>[],
): Finding {
  const places = strays.map(({ key }) => placeOf(source, key.range?.[0] ?? 0));
  const first = places[0]?.line ?? 1;
  const last = places.at(-1)?.line ?? first;
  const names = strays.map(({ key }) => `\`${keyText(key) ?? ''}:\``).join(', ');
  const state = isEmpty(pair.value) ? 'is empty and followed by' : 'ends and is followed by';
  const lines = first === last ? `line ${String(first)}` : `lines ${String(first)} to ${String(last)}`;
  const place = placeOf(source, pair.key.range?.[0] ?? 0);
  return {
    severity: 'error',
    code: 'YAML_INDENTATION',
    place,
    message: `\`${parent}:\` ${state} ${names} at the same column: the indentation is lost`,
    hint: `indent ${lines}, so that ${strays.length === 1 ? 'it is' : 'they are'} below \`${parent}:\``,
    quote: lineAt(source, place.line),
  };
}
