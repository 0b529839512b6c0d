/**
 * Finds references such as `$(params.x)`, `$(params['x'])` and `$(params.x[*])` in text, as Tekton's webhook does.
 *
 * The webhook looks at one prefix at a time, so a text is checked once per kind of variable. Takes time linear in the text.
 */

/** One reference. */
export interface Reference {
  /** The text between `$(` and `)`. */
  readonly variable: string;
  /** What follows the prefix: `obj.key`, `arr[*]`. */
  readonly rest: string;
  /** The first component of `rest`, with its index: `obj`, `arr[*]`. */
  readonly head: string;
  /** Whether it has more components than Tekton allows. */
  readonly isTooDeep: boolean;
}

/** Returns the references with a prefix, in order. */
export function referencesWith(prefix: string, text: string): Reference[] {
  if (!text.includes(`$(${prefix}`)) return [];
  const escaped = prefix.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  const pattern = new RegExp(String.raw`\$\((${escaped}(?:\.([^)\n]*)|\["([^)"\n]*)"\]|\['([^)'\n]*)'\]))\)`, 'g');
  return [...text.matchAll(pattern)].map(([, variable = '', dotted, double, single]) => {
    const rest = dotted ?? double ?? single ?? '';
    const components = dotted === undefined ? [rest] : rest.split('.');
    return { variable, rest, head: components[0] ?? '', isTooDeep: components.length > 2 };
  });
}

/** Removes an index: `arr[1]` and `arr[*]` become `arr`. */
export const withoutIndex = (name: string): string => name.replace(/\[\d*\*?\]/g, '');

/** Removes `[*]` at the end. */
export const withoutStar = (name: string): string => (name.endsWith('[*]') ? name.slice(0, -3) : name);

/** Whether the whole text is one reference with that prefix. */
export function isOneReference(prefix: string, text: string): boolean {
  const [first] = referencesWith(prefix, text);
  return first !== undefined && text === `$(${first.variable})`;
}
