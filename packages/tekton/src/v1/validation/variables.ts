/**
 * Checks references to variables in single texts, by the rules of Tekton's webhook.
 *
 * A text is checked for one prefix at a time: `params`, `params.OBJECT`, `context.taskRun`, `results`. The callers decide which
 * fields hold strings, and which may hold an array.
 */

import type { FieldPath } from '../../model/field-path.js';
import { fail, type CheckContext } from './check-context.js';
import { isOneReference, referencesWith, withoutIndex, withoutStar } from './references.js';

/** A text, its field path, and Tekton's spelling of that path. */
export interface TextField {
  readonly text: string;
  /** Relative to the context. */
  readonly at: FieldPath;
  /** Relative to the context, in Tekton's spelling. */
  readonly tektonField: string;
}

/** Names that references may use, such as a `Set` of them. */
export interface KnownNames extends Iterable<string> {
  has(name: string): boolean;
}

/** Number of known names that a problem lists or compares. */
const LISTED = 500;

function firstOf(names: KnownNames): string[] {
  const first: string[] = [];
  for (const name of names) {
    if (first.length === LISTED) break;
    first.push(name);
  }
  return first;
}

/** Types of declared params. */
export interface ParamTypes {
  isArray(name: string): boolean;
  /** Returns the keys of an object param; undefined if no object param has this name. */
  keysOf(name: string): KnownNames | undefined;
}

/** Whether unknown references are refused, or only lint reports them. */
export type Strictness = 'refused' | 'reported';

/** Reports references with a prefix to names that are not known. */
export function checkKnown(
  context: CheckContext,
  field: TextField,
  prefix: string,
  known: KnownNames,
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
    const listed = firstOf(known);
    const suggestion = context.report.suggest(name, listed);
    const details = {
      name: variable,
      known: listed.map((one) => `${prefix}.${one}`),
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
export function checkNoArrays(context: CheckContext, field: TextField, declared: ParamTypes): void {
  const found = referencesWith('params', field.text).find(({ head }) => declared.isArray(withoutStar(head)));
  if (found) reportType(context, field, found.variable);
}

/** Reports arrays that have other text around them, in an element of a list. */
export function checkIsolatedArrays(context: CheckContext, field: TextField, declared: ParamTypes): void {
  const found = referencesWith('params', field.text).find(({ head }) => declared.isArray(withoutStar(head)));
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
  declared: ParamTypes,
  strictness: Strictness = 'refused',
): void {
  const references = referencesWith('params', field.text);
  const names = new Set(references.flatMap(({ head, rest }) => (rest === head ? [] : [head])));
  for (const name of names) {
    const keys = declared.keysOf(name);
    if (keys) checkKnown(context, field, `params.${name}`, keys, strictness);
  }
  const whole = references.find(({ rest }) => declared.keysOf(withoutStar(rest)) !== undefined);
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
