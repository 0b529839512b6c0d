/**
 * Writes manifests as YAML that every parser reads in the same way.
 *
 * cdk8s writes YAML 1.1 and kubectl reads a mixture of versions: `0o17` is read as the number 15, U+0085 as a space, and U+2028 is an
 * error. Here a string is plain only if every version of YAML reads it as a string. Otherwise the format is that of cdk8s:
 * sorted keys, indented lists, scripts as blocks.
 */

/** Returns objects as a file of YAML documents. Undefined fields are omitted; objects are not changed. */
export function manifestYaml(objects: readonly object[]): string {
  return objects.map((object) => `${mapping(object, '', LEADING)}\n`).join('---\n');
}

/** The fields that come first in a manifest; all other and nested fields are sorted. */
const LEADING = ['apiVersion', 'kind', 'metadata'];

function mapping(value: object, indent: string, leading: readonly string[] = []): string {
  const record = value as Readonly<Record<string, unknown>>; // any plain object
  const keys = Object.keys(record)
    .filter((key) => record[key] !== undefined && record[key] !== null)
    .sort();
  const ordered =
    leading.length > 0
      ? [...leading.filter((key) => keys.includes(key)), ...keys.filter((key) => !leading.includes(key))]
      : keys;
  return ordered.map((key) => `${scalar(key, indent, true)}:${afterKey(record[key], indent)}`).join(`\n${indent}`);
}

/** Returns the text after a key's colon: a value on the same line, or a block below. */
function afterKey(value: unknown, indent: string): string {
  const deeper = `${indent}  `;
  if (typeof value !== 'object' || value === null) return ` ${scalar(value, deeper)}`;
  const text = Array.isArray(value) ? sequence(value, deeper) : mapping(value, deeper);
  if (text === '') return Array.isArray(value) ? ' []' : ' {}';
  return `\n${deeper}${text}`;
}

function sequence(values: readonly unknown[], indent: string): string {
  const deeper = `${indent}  `;
  return values
    .map((value) => {
      if (typeof value !== 'object' || value === null) return `- ${scalar(value, deeper)}`;
      const text = Array.isArray(value) ? sequence(value, deeper) : mapping(value, deeper);
      return `- ${text || (Array.isArray(value) ? '[]' : '{}')}`;
    })
    .join(`\n${indent}`);
}

function scalar(value: unknown, indent: string, key = false): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (isPlain(value)) return value;
  if (!key && isBlock(value)) return block(value, indent);
  if (value.includes('"') && !value.includes("'") && !UNPRINTABLE.test(value) && !value.includes('\n'))
    return `'${value}'`;
  return quoted(value);
}

/** Everything except ASCII and printable letters: control characters, unusual line ends, marks, lone surrogates. */
const UNPRINTABLE = /[^\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

/** Starts with an indicator, or contains characters that end a plain string. */
const INDICATOR = /^[\s,[\]{}#&*!|>'"%@`]|^[?:-]($|\s)|:\s|\s#|[\s:-]$|\n|^(---|\.\.\.)/;

/** Words that some version of YAML reads as null, a boolean, infinity, a merge key or a default. */
const WORD = /^(~|null|true|false|y|yes|n|no|on|off|[-+]?\.inf|\.nan|<<|=)$/i;

/** Texts that some version reads as a number, a time or a date, with some false positives. */
const NUMBER = /^[-+]?\.?[0-9][0-9a-fox_.:+\-tze ]*$/i;

const isPlain = (text: string): boolean =>
  text !== '' && !INDICATOR.test(text) && !UNPRINTABLE.test(text) && !WORD.test(text) && !NUMBER.test(text);

/** Whether a block preserves a multi-line text: it has no invisible characters, and its first line shows the indentation. */
const isBlock = (text: string): boolean =>
  text.includes('\n') && /^[^\s]/.test(text) && !UNPRINTABLE.test(text) && !/\n[ ]+$/.test(text);

function block(text: string, indent: string): string {
  const end = /\n*$/.exec(text)?.[0].length ?? 0;
  const chomping = end === 0 ? '-' : end === 1 ? '' : '+';
  const body = end === 0 ? text : text.slice(0, -1);
  return `|${chomping}\n${body.replace(/^(?=[^\n])/gm, indent)}`;
}

/** Returns a JSON string, which is valid YAML, with escapes for all unprintable characters. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
