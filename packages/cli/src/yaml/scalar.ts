/**
 * Parses unquoted YAML scalars like kubectl.
 *
 * kubectl's decoder (sigs.k8s.io/yaml, from go-yaml v2) follows neither YAML 1.1 nor 1.2: `0644` and `0o17` are octal,
 * `yes` and `y` are booleans, `1_000` is a number, and dates stay text. A manifest must have the same meaning here. The
 * table in test/yaml/scalar.test.ts was generated with kubectl 1.32.
 */

const BOOLEANS: ReadonlyMap<string, boolean> = new Map(
  [
    ...['y', 'yes', 'true', 'on'].map((word) => [word, true] as const),
    ...['n', 'no', 'false', 'off'].map((word) => [word, false] as const),
  ].flatMap(([word, value]) =>
    [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)].map((text) => [text, value] as const),
  ),
);

/** Returns whether an unquoted text is a boolean other than `true` and `false`, such as `y` or `off`. */
export const isYaml11Boolean = (text: string): boolean => BOOLEANS.has(text) && !/^(?:true|false)$/i.test(text);

const NULLS: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);

/** Numbers that JSON cannot represent. kubectl rejects them too. */
const NOT_IN_JSON = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

const INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[1-9][0-9]*|0)$/;
const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/** Thrown for `.inf` and `.nan`, which JSON cannot represent. */
export class NotJson extends Error {}

/** Returns the value of an unquoted scalar. */
export function readPlain(text: string): null | boolean | number | string {
  if (NULLS.has(text)) return null;
  const boolean = BOOLEANS.get(text);
  if (boolean !== undefined) return boolean;
  if (NOT_IN_JSON.test(text)) throw new NotJson(text);
  if (!/^[-+.0-9]/.test(text)) return text;
  const digits = text.replaceAll('_', '');
  if (INTEGER.test(digits)) return integer(digits);
  return DECIMAL.test(digits) ? Number(digits) + 0 : text;
}

function integer(text: string): number {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '');
  const octal = /^0[oO]?([0-7]+)$/.exec(digits);
  const value = octal?.[1] === undefined ? Number(digits) : parseInt(octal[1], 8);
  return negative && value !== 0 ? -value : value;
}
