/**
 * Rejects YAML that is designed to exhaust its parser, before the recursive stages of the parser process it.
 *
 * The first stage of the `yaml` package is iterative and linear; its second recurses once per level, and its check for
 * duplicate keys is quadratic. The depth is therefore measured on the tokens of the first stage, and duplicate keys are
 * detected separately.
 */

import type { CST } from 'yaml';

/** Maximum nesting depth. No Kubernetes object is deeper: CRD schemas reach about 40. */
export const MAX_DEPTH = 100;

/**
 * Returns the offset of the first token nested deeper than MAX_DEPTH, or undefined. Visits each token once, without
 * recursion.
 */
export function tryFindTooDeep(document: CST.Document): number | undefined {
  const open: { readonly token: CST.Token; readonly depth: number }[] = [];
  const push = (token: CST.Token | null | undefined, depth: number): void => {
    if (token) open.push({ token, depth });
  };
  push(document.value, 1);
  for (let at = open.pop(); at; at = open.pop()) {
    if (at.depth > MAX_DEPTH) return at.token.offset;
    if (!('items' in at.token)) continue;
    for (const item of at.token.items) {
      if ('key' in item) push(item.key, at.depth + 1);
      push(item.value, at.depth + 1);
    }
  }
  return undefined;
}
