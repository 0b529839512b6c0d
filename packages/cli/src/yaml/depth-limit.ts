/**
 * Refuses YAML that is made to exhaust its reader, before the recursive parts of the parser see it.
 *
 * The `yaml` package's first stage is iterative and linear; its second recurses once per level and its check for repeated
 * keys is quadratic. So depth is measured on the first stage's tokens, and repeated keys are looked for by ourselves.
 */

import type { CST } from 'yaml';

/** Deeper nesting than any Kubernetes object has: CRD schemas reach about 40. */
export const MAX_DEPTH = 100;

/** The offset of the first token nested deeper than MAX_DEPTH, or undefined. Costs one visit per token, no recursion. */
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
