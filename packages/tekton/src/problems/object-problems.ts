/**
 * Problems with the structure of objects: kind, fields, value types, names.
 *
 * One row per problem; `problem.ts` describes the columns.
 */

import { displayValue, error, suggestionOr, quote, warning, type UnknownName } from './problem.js';

/** Versions of Tekton's API of which not all kinds are read. */
export const LATER_VERSIONS: ReadonlySet<string> = new Set(['tekton.dev/v1beta1']);

/** Rows about structure and names. */
export const OBJECT_PROBLEMS = {
  OBJECT_MALFORMED: error<{ is: string }>(
    'A document is not a Kubernetes object',
    'Every document of a manifest is a mapping with `apiVersion`, `kind` and `metadata`. Lost indentation is the usual reason.',
    ({ is }) => `this document is not a Kubernetes object: ${is}`,
    () => 'a document needs `apiVersion`, `kind`, `metadata` and `spec` at its left edge',
  ),
  API_VERSION_UNKNOWN: error<UnknownName>(
    'A version of tekton.dev is not supported',
    'An API server without this version rejects the object.',
    ({ name }) => `apiVersion ${quote(name)} is not supported`,
    ({ known }) => `use ${known.map(quote).join(' or ')}`,
  ),
  KIND_OF_TRIGGERS: warning<{ kind: string }>(
    'A kind belongs to Tekton Triggers',
    'The first versions of Tekton Triggers defined their kinds in tekton.dev/v1alpha1. They start runs on events, which Pipewright does not support, so it ignores these objects.',
    ({ kind }) => `the kind ${quote(kind)} belongs to Tekton Triggers, which is not run here`,
    () => 'leave it where Tekton Triggers is installed; to run what it starts, write a PipelineRun',
  ),
  KIND_UNKNOWN: error<UnknownName & { apiVersion: string }>(
    'A kind of tekton.dev does not exist',
    'The API server rejects it with "no matches for kind".',
    ({ name, apiVersion }) => `${displayValue(apiVersion)} has no kind ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, ''),
  ),
  KIND_REMOVED: error<{ apiVersion: string; kind: string; replacement: string }>(
    'A kind no longer exists',
    'Tekton removed it from this version. Its v1alpha1 form is still supported.',
    ({ apiVersion, kind }) => `${displayValue(apiVersion)} has no ${kind} any more`,
    ({ replacement }) => replacement,
  ),
  FIELD_UNKNOWN: error<UnknownName & { elsewhere?: string | undefined }>(
    'A field does not exist',
    'The API server would drop a misspelt field silently, and the setting would have no effect. In `metadata` it is a warning: Tekton takes the object without it.',
    ({ name }) => `unknown field ${quote(name)}`,
    ({ suggestion, known, elsewhere }) => elsewhere ?? suggestionOr(suggestion, known, 'remove it'),
  ),
  FIELD_CASE: warning<{ name: string; written: string; twice: boolean }>(
    'The name of a field is written in another case',
    "Tekton v0.9.2 and the embedded cluster ignore the case of field names. A Kubernetes API server without Tekton's webhook drops such a field, or rejects it under strict validation, which kubectl requests.",
    ({ name, written, twice }) =>
      `the field ${quote(written)} is read as ${quote(name)}${twice ? ', which also exists: the last one counts' : ''}`,
    ({ name }) => `write \`${name}\`: an API server without Tekton's webhook drops names in another case`,
  ),
  FIELD_MISSING: error<{ name: string }>(
    'A field is missing',
    'The field is required and has no default.',
    ({ name }) => `\`${name}\` is missing`,
    ({ name }) => `add \`${name}\``,
  ),
  TYPE_WRONG: error<{ wants: string; got: string; fix: string }>(
    'A value is of the wrong type',
    'YAML reads `1`, `true` and `1.10` as numbers and booleans; as text they need quotes.',
    ({ wants, got }) => `must be ${wants}, but is ${got}`,
    ({ fix }) => fix,
  ),
  VALUE_UNKNOWN: error<UnknownName>(
    'A value is not allowed',
    'The field accepts only a fixed list of values.',
    ({ name }) => `${quote(name)} is not allowed here`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, ''),
  ),
  NUMBER_TOO_SMALL: error<{ value: number; minimum: number }>(
    'A number is too small',
    'The field has a minimum.',
    ({ value, minimum }) => `must be ${String(minimum)} or more, but is ${String(value)}`,
    ({ minimum }) => `use ${String(minimum)} or more`,
  ),
  NAME_MISSING: error<{ what: string }>(
    'An object has no name',
    'The API server rejects an object without a name.',
    ({ what }) => `this ${what} has no name`,
    () => 'set `metadata.name`, or `metadata.generateName` for a run',
  ),
  OBJECT_NAME_INVALID: error<{ kind: string; name: string }>(
    'The name of an object is not valid in Kubernetes',
    'Names of objects are DNS subdomains: labels of a-z, 0-9 and `-` with dots between them, at most 253 characters together.',
    ({ kind, name }) =>
      name.length > 253
        ? `the name ${quote(name)} of this ${kind} has ${String(name.length)} characters; 253 are allowed`
        : `the name ${quote(name)} of this ${kind} is not a valid DNS subdomain`,
    () => "use a-z, 0-9, '-' and '.', with a letter or digit at both ends",
  ),
  NAME_INVALID: error<{ what: string; name: string; better?: string | undefined; longest?: number | undefined }>(
    'A name is not a valid DNS label',
    'Names are used as names of pods and containers and as values of labels, so they must be DNS labels: at most 63 of a-z, 0-9 and `-`, beginning and ending with a letter or digit.',
    ({ what, name, longest = 63 }) =>
      name === ''
        ? `this ${what} has an empty name`
        : name.length > longest
          ? `the name ${quote(name)} of this ${what} has ${String(name.length)} characters; ${String(longest)} are allowed`
          : `the name ${quote(name)} of this ${what} is not a valid DNS label`,
    ({ better, longest = 63 }) =>
      better
        ? `use a-z, 0-9 and '-', for example ${quote(better)}`
        : `use up to ${String(longest)} of a-z, 0-9 and '-', with a letter or digit at both ends`,
  ),
  NAME_ODD: warning<{ what: string; name: string }>(
    'A name cannot be written as a variable',
    '`$(inputs.params.NAME)` allows letters, digits, `_`, `-` and `.` after a first letter or `_`.',
    ({ what, name }) => `the name ${quote(name)} of this ${what} is hard to use in $(…)`,
    () => "begin with a letter or '_', and continue with letters, digits, '_' and '-'",
  ),
  NAME_TWICE: error<{ what: string; name: string; first: number; list?: string; lastCounts?: boolean | undefined }>(
    'A name is used twice in a list',
    'The second hides the first. It is a warning where Tekton uses the last one: for declared params, resources that a pipeline passes to a task, and the bindings of a PipelineRun.',
    ({ what, name, first, list, lastCounts }) =>
      `duplicate ${what} name ${quote(name)} (also item ${String(first + 1)} of ${list === undefined ? 'this list' : `\`${list}\``})${lastCounts ? '; the last one counts' : ''}`,
    () => 'rename one of them, or remove it',
  ),
  NAME_RESERVED: error<{ what: string; name: string }>(
    'A name is reserved for the controller',
    'The controller uses such names for its own volumes if a task already uses the usual ones; Tekton reserves them since v0.10.',
    ({ what, name }) => `the ${what} name ${quote(name)} is reserved for the controller`,
    ({ name }) => `rename it, for example to ${quote(`my-${name}`)}`,
  ),
  OBJECT_TWICE: error<{ kind: string; name: string }>(
    'An object is defined twice',
    'If both are applied, the last one wins.',
    ({ kind, name }) => `${kind} ${quote(name)} is defined twice`,
    () => 'remove one of them, or give it another name',
  ),
} as const;
