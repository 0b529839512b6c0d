/**
 * Checks every `$(…)` of a task or pipeline: whether it is declared and allowed in its field.
 *
 * Takes the walk of substitution (`task-fields.ts`). Shells use `$(command)` too, so in scripts only names with a prefix of variables count,
 * and near misses are warnings.
 */

import { closestMatch } from '../problems/did-you-mean.js';
import type { ParamModel, ResourceModel, TaskModel } from '../model/model.js';
import type { DeclaredParam } from '../problems/task-problems.js';
import { parseVariables, isolatedVariable } from '../variables/substitution.js';
import { rewriteTaskFields } from '../variables/task-fields.js';
import type { FieldPath } from '../model/field-path.js';
import { resourceVariableNames } from '../variables/replacements.js';
import type { ValidationContext } from './context.js';

/** What may stand in `$(…)`. */
export interface KnownVariables {
  readonly strings: ReadonlySet<string>;
  readonly arrays: ReadonlySet<string>;
  /** Checked elsewhere; see `results.ts` and `values.ts`. */
  readonly isCheckedElsewhere?: (name: string) => boolean;
  /** Declared, and not filled in here: params within the value of a param. */
  readonly nestedParams?: ReadonlySet<string>;
  /** What names of params begin with. */
  readonly paramPrefix?: string;
}

/** First words that only variables begin with, in any version of Tekton. */
const ROOTS = new Set(['inputs', 'outputs', 'params', 'resources', 'workspaces', 'results', 'context', 'tasks']);
const MISSPELLED_ROOTS = new Set(['input', 'output', 'param', 'resource', 'workspace', 'result']);

/** The params of a task or pipeline as variables. */
export function paramVariables(params: readonly ParamModel[], prefixes: readonly string[]): KnownVariables {
  const strings = new Set<string>();
  const arrays = new Set<string>();
  for (const { name, type } of params) {
    for (const prefix of prefixes) (type === 'string' ? strings : arrays).add(`${prefix}.${name}`);
  }
  return { strings, arrays, ...(prefixes[0] !== undefined && { paramPrefix: prefixes[0] }) };
}

/** All variables of a task. */
export function taskVariables(task: TaskModel): KnownVariables {
  const params = paramVariables(task.params, task.variablePrefixes.params);
  return { ...params, strings: new Set([...params.strings, ...nonParamVariables(task)]) };
}

/** The variables of a task that the value of a param may hold: those that are filled in after the params (`taskReplacements`). */
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
 * `locate` makes, of a path of the walk, the one to report; where they differ, another than a copy.
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

/** How Tekton names a field in a refusal. */
export interface TektonField {
  readonly subject: string;
  readonly field: string;
}

/** How Tekton calls a field of a step; `undefined` for what it does not look at. */
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

/** A path to keep, of one that the walk goes on with. */
type Locate = (path: FieldPath) => FieldPath;

const copyPath: Locate = (path) => [...path];

/** Checks the variables of single texts. */
export interface VariableChecker {
  /** A field that holds one string. */
  text(value: string, path: FieldPath, locate?: Locate): void;
  /** An element of a list, where an array may stand alone. */
  element(value: string, path: FieldPath, locate?: Locate): void;
}

/**
 * Makes a checker.
 *
 * @param labelOf how Tekton names the field at a path; undefined: its admission does not look there
 * @param isRejectedByTekton whether Tekton's admission refuses an unknown variable of that name
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
 * Whether Tekton's admission looks at an unknown variable of a task: at params, and of resources at their name alone, where it
 * takes inputs and outputs for one.
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

/** Where a param of that name is declared, and how it is then written. */
function declarationOf(name: string, prefix: string | undefined): { readonly declare?: DeclaredParam } {
  const [, param] = /^(?:inputs\.)?params\.([\w-]+)$/.exec(name) ?? [];
  if (param === undefined || prefix === undefined) return {};
  return { declare: { field: prefix, variable: `${prefix}.${param}` } };
}

/** Enough of the known names to guess from and to list. */
function limitedNames({ strings, arrays }: KnownVariables): string[] {
  const names: string[] = [];
  for (const set of [strings, arrays]) for (const name of set) if (names.push(name) >= 500) return names;
  return names;
}

/** Compares the last word where its beginning is known; else looks for the same end under another beginning; else for all. */
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

/** The declared variable that ends in the same words, when another version or place spells its beginning differently. */
function variableWithSameSuffix(name: string, known: readonly string[]): string | undefined {
  const words = name.split('.');
  const least = words.length > 3 ? 2 : 1; // of a resource's variable, its name and the last word
  for (let from = 1; from <= words.length - least; from++) {
    const tail = `.${words.slice(from).join('.')}`;
    const found = known.find((one) => one.endsWith(tail));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `${inputs.params.x}` was how it was written before v0.7; shells have `${x}` too, so only declared names count. */
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

/** Variables of a shell script that stand outside of quotes. */
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
