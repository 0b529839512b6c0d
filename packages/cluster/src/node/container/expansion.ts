/**
 * Expands `$(VAR)` in commands, arguments and variables as Kubernetes does.
 *
 * `$$` is an escaped `$`: `$$(VAR)` yields `$(VAR)`. References to unknown variables and other uses of `$` are kept unchanged.
 * Rules: k8s.io/kubernetes third_party/forked/golang/expansion.
 */

/** Expands a text in a single pass: values are not expanded again. */
export function expand(text: string, lookUp: (name: string) => string | undefined): string {
  let out = '';
  for (let at = 0; at < text.length;) {
    const next = text[at + 1];
    if (text[at] !== '$' || next === undefined) out += text[at++] ?? '';
    else if (next === '$') {
      out += '$';
      at += 2;
    } else if (next === '(') {
      const end = text.indexOf(')', at + 2);
      const name = end < 0 ? undefined : text.slice(at + 2, end);
      out += name === undefined ? '$(' : (lookUp(name) ?? `$(${name})`);
      at = name === undefined ? at + 2 : end + 1;
    } else {
      out += `$${next}`;
      at += 2;
    }
  }
  return out;
}
