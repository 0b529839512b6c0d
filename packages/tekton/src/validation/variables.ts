/**
 * Checks every `$(…)` of a task or pipeline: whether it is declared and allowed in its field.
 *
 * Walks the same fields as substitution (`task-fields.ts`). Shells use `$(command)` too, so only names with a known
 * variable prefix are checked in scripts, and near misses are warnings.
 */

import { closestMatch } from '../problems/did-you-mean.js';
import type { ParamModel, ResourceModel, TaskModel } from '../model/model.js';
import type { DeclaredParam } from '../problems/task-problems.js';
import { parseVariables, isolatedVariable } from '../variables/substitution.js';
import { rewriteTaskFields } from '../variables/task-fields.js';
import type { FieldPath } from '../model/field-path.js';
import { resourceVariableNames } from '../variables/replacements.js';
import type { ValidationContext } from './context.js';

/** The variables that a field can use. */
export interface KnownVariables {
  readonly strings: ReadonlySet<string>;
  readonly arrays: ReadonlySet<string>;
  /** Whether another check (`results.ts`, `values.ts`) covers the variable. */
  readonly isCheckedElsewhere?: (name: string) => boolean;
  /** Declared params that are not substituted here, because the field is the value of a param. */
  readonly nestedParams?: ReadonlySet<string>;
  /** Prefix of the param variables, for example `inputs.params`. */
  readonly paramPrefix?: string;
}

/** First segments of variable names, in any version of Tekton. */
const ROOTS = new Set(['inputs', 'outputs', 'params', 'resources', 'workspaces', 'results', 'context', 'tasks']);
const MISSPELLED_ROOTS = new Set(['input', 'output', 'param', 'resource', 'workspace', 'result']);

/** Returns the params of a task or pipeline as variables. */
export function paramVariables(params: readonly ParamModel[], prefixes: readonly string[]): KnownVariables {
  const strings = new Set<string>();
  const arrays = new Set<string>();
  for (const { name, type } of params) {
    for (const prefix of prefixes) (type === 'string' ? strings : arrays).add(`${prefix}.${name}`);
  }
  return { strings, arrays, ...(prefixes[0] !== undefined && { paramPrefix: prefixes[0] }) };
}

/** Returns all variables of a task. */
export function taskVariables(task: TaskModel): KnownVariables {
  const params = paramVariables(task.params, task.variablePrefixes.params);
  return { ...params, strings: new Set([...params.strings, ...nonParamVariables(task)]) };
}

/** Returns the task variables that param values can use: those substituted after the params (`taskReplacements`). */
export function nonParamVariables(task: TaskModel): ReadonlySet<string> {
  const strings = new Set<string>();
  const add = (list: readonly ResourceModel[], prefixes: readonly string[]): void => {
    for (const { name, type } of list)
      for (const key of resourceVariableNames(type))
        for (const prefix of prefixes) strings.add(`${prefix}.${name}.${key}`);
  };
  add(task.inputs, task.variablePrefixes.inputs);
  add(task.outputs, task.variablePrefixes.outputs);
  for (const { name } of task.workspaces) strings.add(`workspaces.${name}.path`).add(`workspaces.${name}.volume`);
  for (const name of task.results) strings.add(`results.${name}.path`);
  return strings;
}

/**
 * Checks the variables of all fields of a task. `context` is the spec that holds `steps`.
 *
 * `locate` converts a path of the walk to the path to report. By default, it copies the path.
 */
export function checkTaskVariables(task: TaskModel, context: ValidationContext, locate: Locate = copyPath): void {
  const start = context.path;
  const check = createVariableChecker(
    taskVariables(task),
    context,
    (path) => stepField(task, path.slice(start.length)),
    rejectedTaskVariables(task),
  );
  rewriteTaskFields(task, start, {
    text: (value, path) => {
      check.text(value, path, locate);
      return value;
    },
    list: (values, path) => {
      values.forEach((value, index) => {
        if (value.includes('$')) check.element(value, [...path, index], locate);
      });
      return values;
    },
  });
}

/** Tekton's name of a field in validation errors. */
export interface TektonField {
  readonly subject: string;
  readonly field: string;
}

/** Returns Tekton's name of a step's field; `undefined` if Tekton does not check the field. */
function stepField(task: TaskModel, path: FieldPath): TektonField | undefined {
  const [list, index, field, at, key] = path;
  if (list !== 'steps' || typeof index !== 'number' || field === 'script') return undefined;
  const env = task.steps[index]?.env?.[Number(at)]?.name ?? '';
  const name =
    field === 'args'
      ? `arg[${String(at)}]`
      : field === 'command'
        ? `command[${String(at)}]`
        : field === 'env'
          ? `env[${env}]`
          : field === 'volumeMounts'
            ? `volumeMount[${String(at)}].${capitalized(String(key))}`
            : String(field);
  return { subject: `step ${name}`, field: `taskspec.steps.${name}` };
}

const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/** Returns the path to report. The walk reuses its own path, so the result must be a copy. */
type Locate = (path: FieldPath) => FieldPath;

const copyPath: Locate = (path) => [...path];

/** Checks the variables in single strings. */
export interface VariableChecker {
  /** A field that holds one string. */
  text(value: string, path: FieldPath, locate?: Locate): void;
  /** An element of a list, which may consist of one array variable. */
  element(value: string, path: FieldPath, locate?: Locate): void;
}

/**
 * Creates a checker.
 *
 * @param labelOf returns Tekton's name of the field at a path; undefined if Tekton's webhook does not check it
 * @param isRejectedByTekton whether Tekton's webhook rejects an unknown variable of that name
 */
export function createVariableChecker(
  knownVariables: KnownVariables,
  context: ValidationContext,
  labelOf: (path: FieldPath) => TektonField | undefined,
  isRejectedByTekton: (name: string) => boolean,
): VariableChecker {
  const refusal = (what: string, value: string, path: FieldPath): string | undefined => {
    const label = labelOf(path);
    return label && `${what} in "${value}" for ${label.subject}: ${label.field}`;
  };
  const each = (value: string, path: FieldPath, locate: Locate, array: { code: ArrayCode; refusal: string }): void => {
    if (value.includes('${')) reportOldSyntax(value, knownVariables, locate(path), context);
    if (!value.includes('$(')) return;
    const reported = new Set<string>();
    for (const { name } of parseVariables(value)) {
      if (knownVariables.strings.has(name) || knownVariables.isCheckedElsewhere?.(name) || reported.has(name)) continue;
      reported.add(name);
      const at = locate(path);
      if (knownVariables.nestedParams?.has(name)) context.report.add('VARIABLE_NESTED', at, { name }, { value });
      else if (knownVariables.arrays.has(name)) {
        context.report.add(array.code, at, { name }, { value, tektonMessage: refusal(array.refusal, value, path) });
      } else
        reportUnknownVariable(
          name,
          knownVariables,
          at,
          context,
          isRejectedByTekton(name) ? refusal('non-existent variable', value, path) : undefined,
          value,
        );
    }
  };
  return {
    text: (value, path, locate = copyPath) => {
      each(value, path, locate, IN_STRING);
    },
    element: (value, path, locate = copyPath) => {
      if (knownVariables.arrays.has(isolatedVariable(value) ?? '')) return;
      each(value, path, locate, NOT_ALONE);
    },
  };
}

/**
 * Returns a predicate for the unknown variables that Tekton's webhook rejects in a task. It checks params, and for
 * resources only the name, without distinguishing inputs from outputs.
 */
function rejectedTaskVariables({ params, inputs, outputs }: TaskModel): (name: string) => boolean {
  const known = {
    params: new Set(params.map(({ name }) => name)),
    resources: new Set([...inputs, ...outputs].map(({ name }) => name)),
  };
  return (variable) => {
    const [, list, name = ''] = /^(?:inputs|outputs)\.(params|resources)\.([^.]*)/.exec(variable) ?? [];
    return (list === 'params' || list === 'resources') && !known[list].has(name);
  };
}

type ArrayCode = 'VARIABLE_ARRAY_IN_STRING' | 'VARIABLE_ARRAY_NOT_ALONE';
const IN_STRING = { code: 'VARIABLE_ARRAY_IN_STRING', refusal: 'variable type invalid' } as const;
const NOT_ALONE = { code: 'VARIABLE_ARRAY_NOT_ALONE', refusal: 'variable is not properly isolated' } as const;

function reportUnknownVariable(
  name: string,
  knownVariables: KnownVariables,
  path: FieldPath,
  context: ValidationContext,
  tektonMessage: string | undefined,
  value: string,
): void {
  const root = name.split('.', 1)[0] ?? '';
  if (!name.includes('.') || !(ROOTS.has(root) || MISSPELLED_ROOTS.has(root))) return;
  const some = limitedNames(knownVariables);
  const stem = name.slice(0, name.lastIndexOf('.') + 1);
  const siblings = some.filter((one) => one.startsWith(stem) && !one.slice(stem.length).includes('.'));
  const known = siblings.length > 0 ? siblings : some;
  const suggestion = context.report.suggestWith(() => suggestVariable(name, stem, siblings, some));
  const details = {
    name,
    ...(suggestion !== undefined && { suggestion }),
    ...declarationOf(name, knownVariables.paramPrefix),
  };
  if (ROOTS.has(root)) context.report.add('VARIABLE_UNKNOWN', path, { ...details, known }, { value, tektonMessage });
  else context.report.add('VARIABLE_MISSPELT', path, details, { value });
}

/** Returns the field to declare the param in, and the variable that then refers to it. */
function declarationOf(name: string, prefix: string | undefined): { readonly declare?: DeclaredParam } {
  const [, param] = /^(?:inputs\.)?params\.([\w-]+)$/.exec(name) ?? [];
  if (param === undefined || prefix === undefined) return {};
  return { declare: { field: prefix, variable: `${prefix}.${param}` } };
}

/** Returns at most 500 known names, to limit the cost of suggestions. */
function limitedNames({ strings, arrays }: KnownVariables): string[] {
  const names: string[] = [];
  for (const set of [strings, arrays]) for (const name of set) if (names.push(name) >= 500) return names;
  return names;
}

/** Suggests a sibling with a similar last segment, else a variable with the same suffix, else any similar variable. */
function suggestVariable(
  name: string,
  stem: string,
  siblings: readonly string[],
  known: readonly string[],
): string | undefined {
  const words = siblings.map((one) => one.slice(stem.length));
  const word = closestMatch(name.slice(stem.length), words);
  if (word !== undefined) return stem + word;
  return stem.split('.').length > 3 && siblings.length > 0
    ? undefined
    : (variableWithSameSuffix(name, known) ?? closestMatch(name, known));
}

/** Returns a declared variable with the same last segments, since prefixes differ between API versions and fields. */
function variableWithSameSuffix(name: string, known: readonly string[]): string | undefined {
  const words = name.split('.');
  const least = words.length > 3 ? 2 : 1; // for a resource: its name and the key
  for (let from = 1; from <= words.length - least; from++) {
    const tail = `.${words.slice(from).join('.')}`;
    const found = known.find((one) => one.endsWith(tail));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Reports the syntax before v0.7, `${inputs.params.x}`. Only for declared names, since shells use `${x}` too. */
function reportOldSyntax(
  value: string,
  { strings, arrays }: KnownVariables,
  path: FieldPath,
  context: ValidationContext,
): void {
  const old = parseVariables(value.replaceAll('$(', '$ (').replaceAll('${', '$(').replaceAll('}', ')'));
  const name = old.map((variable) => variable.name).find((one) => strings.has(one) || arrays.has(one));
  if (name !== undefined) context.report.add('VARIABLE_OLD_SYNTAX', path, { name }, { value });
}

/** Returns the params that a shell script uses outside quotes. */
export function unquotedVariables(script: string, knownVariables: KnownVariables): string[] {
  const found = new Set<string>();
  for (const { name, start } of parseVariables(script)) {
    if (!knownVariables.strings.has(name) || found.has(name)) continue;
    if (!name.includes('params.')) continue;
    const line = script.slice(script.lastIndexOf('\n', start) + 1, start);
    if (!endsInsideQuotes(line)) found.add(name);
  }
  return [...found];
}

function endsInsideQuotes(line: string): boolean {
  let open = '';
  for (let index = 0; index < line.length; index++) {
    const sign = line[index] ?? '';
    if (sign === '\\' && open !== "'") index++;
    else if (open === '' && (sign === '"' || sign === "'")) open = sign;
    else if (sign === open) open = '';
  }
  return open !== '';
}
