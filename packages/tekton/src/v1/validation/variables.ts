/**
 * Checks references to variables in single texts, by the rules of Tekton's webhook.
 *
 * A text is checked for one prefix at a time: `params`, `params.OBJECT`, `context.taskRun`, `results`. The callers decide which
 * fields hold strings, and which may hold an array.
 */

import type { FieldPath } from '../../model/field-path.js';
import { fail, type CheckContext } from './check-context.js';
import { isOneReference, referencesWith, withoutIndex, withoutStar } from './references.js';

/** A text, its place, and Tekton's name of the place. */
export interface TextField {
  readonly text: string;
  /** Relative to the context. */
  readonly at: FieldPath;
  /** Relative to the context, in Tekton's spelling. */
  readonly tektonField: string;
}

/** Names of declared params by type. */
export interface DeclaredParams {
  readonly all: ReadonlySet<string>;
  readonly arrays: ReadonlySet<string>;
  /** Keys of object params. */
  readonly objects: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Whether unknown references are refused, or only lint reports them. */
export type Strictness = 'refused' | 'reported';

/** Reports references with a prefix to names that are not known. */
export function checkKnown(
  context: CheckContext,
  field: TextField,
  prefix: string,
  known: ReadonlySet<string>,
  strictness: Strictness = 'refused',
): void {
  const references = referencesWith(prefix, field.text);
  const deep = references.find(({ isTooDeep }) => isTooDeep);
  if (deep) {
    const message = `Invalid referencing of parameters in ${JSON.stringify(field.text)}! Only two dot-separated components after the prefix ${JSON.stringify(prefix)} are allowed.`;
    const webhook = strictness === 'refused' ? { message, fields: [field.tektonField] } : undefined;
    fail(
      context,
      'VARIABLE_TOO_DEEP',
      { variable: deep.variable },
      { at: field.at, value: field.text, ...(webhook && { webhook }) },
    );
    return;
  }
  const reported = new Set<string>();
  for (const { head, rest, variable } of references) {
    const name = withoutIndex(head);
    if (known.has(name) || reported.has(variable)) continue;
    reported.add(variable);
    const suggestion = context.report.suggest(name, [...known]);
    const details = {
      name: variable,
      known: [...known].slice(0, 500).map((one) => `${prefix}.${one}`),
      ...(suggestion !== undefined && { suggestion: `${prefix}.${suggestion}${rest.slice(name.length)}` }),
      ...(prefix === 'params' && { declare: { field: 'params', variable } }),
    };
    fail(context, 'VARIABLE_UNKNOWN', details, {
      at: field.at,
      value: field.text,
      ...(strictness === 'refused' && { webhook: webhookError('non-existent variable in', field) }),
    });
  }
}

/** Reports arrays in a field that holds one string. */
export function checkNoArrays(context: CheckContext, field: TextField, arrays: ReadonlySet<string>): void {
  const found = referencesWith('params', field.text).find(({ head }) => arrays.has(withoutStar(head)));
  if (found) reportType(context, field, found.variable);
}

/** Reports arrays that have other text around them, in an element of a list. */
export function checkIsolatedArrays(context: CheckContext, field: TextField, arrays: ReadonlySet<string>): void {
  const found = referencesWith('params', field.text).find(({ head }) => arrays.has(withoutStar(head)));
  if (!found || isOneReference('params', field.text)) return;
  fail(
    context,
    'VARIABLE_ARRAY_NOT_ALONE',
    { name: found.variable },
    {
      at: field.at,
      value: field.text,
      webhook: webhookError('variable is not properly isolated in', field),
    },
  );
}

/** Reports whole objects, which no text can hold, and keys that an object does not have. */
export function checkObjectParams(
  context: CheckContext,
  field: TextField,
  objects: ReadonlyMap<string, ReadonlySet<string>>,
  strictness: Strictness = 'refused',
): void {
  if (objects.size === 0) return;
  const references = referencesWith('params', field.text);
  for (const [name, keys] of objects) {
    if (references.some(({ head, rest }) => head === name && rest !== head))
      checkKnown(context, field, `params.${name}`, keys, strictness);
  }
  const whole = references.find(({ rest }) => objects.has(withoutStar(rest)));
  if (whole) reportType(context, field, whole.variable);
}

function reportType(context: CheckContext, field: TextField, name: string): void {
  fail(
    context,
    'VARIABLE_ARRAY_IN_STRING',
    { name },
    {
      at: field.at,
      value: field.text,
      webhook: webhookError('variable type invalid in', field),
    },
  );
}

/** Tekton quotes the text as Go's %q does. */
const webhookError = (what: string, { text, tektonField }: TextField): { message: string; fields: string[] } => ({
  message: `${what} ${JSON.stringify(text)}`,
  fields: [tektonField],
});

/** Returns the expressions `$(…)` in a text that name a variable, as Tekton's pipelines recognise them. */
export const expressionsIn = (text: string): string[] =>
  text.includes('$(')
    ? [...text.matchAll(/\$\(([_a-zA-Z0-9.-]+(?:\[(?:\d+|\*)\])?(?:\.[_a-zA-Z0-9.-]+)*)\)/g)].map(
        ([, name = '']) => name,
      )
    : [];
