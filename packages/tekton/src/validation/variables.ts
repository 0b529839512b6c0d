/**
 * Looks at every `$(…)` of a task or pipeline: is it declared, and may it stand there?
 *
 * Walks the same fields that substitution fills (`task-fields.ts`). Shell has `$(command)` too, so in a script only names
 * that begin like a variable count; a near miss there is a warning.
 */

import { nearest } from '../problems/did-you-mean.js';
import type { ParamModel, ResourceModel, TaskModel } from '../model/model.js';
import type { DeclaredParam } from '../problems/task-problems.js';
import { variablesIn, wholeVariable } from '../variables/substitution.js';
import { rewriteTask, type Path } from '../variables/task-fields.js';
import { resourceVariableNames } from '../variables/replacements.js';
import type { Where } from './location.js';

/** What may stand in `$(…)`. */
export interface Vocabulary {
  readonly strings: ReadonlySet<string>;
  readonly arrays: ReadonlySet<string>;
  /** Checked elsewhere; see `check-results.ts` and `check-values.ts`. */
  readonly others?: (name: string) => boolean;
  /** Declared, and not filled in here: params within the value of a param. */
  readonly nested?: ReadonlySet<string>;
  /** What names of params begin with. */
  readonly paramPrefix?: string;
}

/** First words that only variables begin with, in any version of Tekton. */
const ROOTS = new Set(['inputs', 'outputs', 'params', 'resources', 'workspaces', 'results', 'context', 'tasks']);
const ALMOST_ROOTS = new Set(['input', 'output', 'param', 'resource', 'workspace', 'result']);

/** The params of a task or pipeline as variables. */
export function paramVocabulary(params: readonly ParamModel[], prefixes: readonly string[]): Vocabulary {
  const strings = new Set<string>();
  const arrays = new Set<string>();
  for (const { name, type } of params) {
    for (const prefix of prefixes) (type === 'string' ? strings : arrays).add(`${prefix}.${name}`);
  }
  return { strings, arrays, ...(prefixes[0] !== undefined && { paramPrefix: prefixes[0] }) };
}

/** All variables of a task. */
export function taskVocabulary(task: TaskModel): Vocabulary {
  const params = paramVocabulary(task.params, task.spelling.params);
  return { ...params, strings: new Set([...params.strings, ...valueVocabulary(task)]) };
}

/** The variables of a task that the value of a param may hold: those that are filled in after the params (`taskReplacements`). */
export function valueVocabulary(task: TaskModel): ReadonlySet<string> {
  const strings = new Set<string>();
  const add = (list: readonly ResourceModel[], prefixes: readonly string[]): void => {
    for (const { name, type } of list)
      for (const key of resourceVariableNames(type))
        for (const prefix of prefixes) strings.add(`${prefix}.${name}.${key}`);
  };
  add(task.inputs, task.spelling.inputs);
  add(task.outputs, task.spelling.outputs);
  for (const { name } of task.workspaces) strings.add(`workspaces.${name}.path`).add(`workspaces.${name}.volume`);
  for (const name of task.results) strings.add(`results.${name}.path`);
  return strings;
}

/**
 * Checks the variables of all fields of a task. `where` is the spec that holds `steps`.
 *
 * `locate` makes, of a path of the walk, the one to report; where they differ, another than a copy.
 */
export function checkTaskVariables(task: TaskModel, where: Where, locate: Locate = copied): void {
  const start = where.path;
  const check = variableChecker(
    taskVocabulary(task),
    where,
    (path) => stepField(task, path.slice(start.length)),
    taskHears(task),
  );
  rewriteTask(task, start, {
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
export interface Label {
  readonly subject: string;
  readonly field: string;
}

/** How Tekton calls a field of a step; `undefined` for what it does not look at. */
function stepField(task: TaskModel, path: Path): Label | undefined {
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
type Locate = (path: Path) => Path;

const copied: Locate = (path) => [...path];

/** Checks the variables of single texts. */
export interface Checker {
  /** A field that holds one string. */
  text(value: string, path: Path, locate?: Locate): void;
  /** An element of a list, where an array may stand alone. */
  element(value: string, path: Path, locate?: Locate): void;
}

/**
 * Makes a checker.
 *
 * @param labelOf how Tekton names the field at a path; undefined: its admission does not look there
 * @param hears whether Tekton's admission refuses an unknown variable of that name
 */
export function variableChecker(
  vocabulary: Vocabulary,
  where: Where,
  labelOf: (path: Path) => Label | undefined,
  hears: (name: string) => boolean,
): Checker {
  const refusal = (what: string, value: string, path: Path): string | undefined => {
    const label = labelOf(path);
    return label && `${what} in "${value}" for ${label.subject}: ${label.field}`;
  };
  const each = (value: string, path: Path, locate: Locate, array: { code: ArrayCode; refusal: string }): void => {
    if (value.includes('${')) oldSyntax(value, vocabulary, locate(path), where);
    if (!value.includes('$(')) return;
    const reported = new Set<string>();
    for (const { name } of variablesIn(value)) {
      if (vocabulary.strings.has(name) || vocabulary.others?.(name) || reported.has(name)) continue;
      reported.add(name);
      const at = locate(path);
      if (vocabulary.nested?.has(name)) where.report.add('VARIABLE_NESTED', at, { name }, { value });
      else if (vocabulary.arrays.has(name)) {
        where.report.add(array.code, at, { name }, { value, tektonMessage: refusal(array.refusal, value, path) });
      } else
        unknown(
          name,
          vocabulary,
          at,
          where,
          hears(name) ? refusal('non-existent variable', value, path) : undefined,
          value,
        );
    }
  };
  return {
    text: (value, path, locate = copied) => {
      each(value, path, locate, IN_STRING);
    },
    element: (value, path, locate = copied) => {
      if (vocabulary.arrays.has(wholeVariable(value) ?? '')) return;
      each(value, path, locate, NOT_ALONE);
    },
  };
}

/**
 * Whether Tekton's admission looks at an unknown variable of a task: at params, and of resources at their name alone, where it
 * takes inputs and outputs for one.
 */
function taskHears({ params, inputs, outputs }: TaskModel): (name: string) => boolean {
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

function unknown(
  name: string,
  vocabulary: Vocabulary,
  path: Path,
  where: Where,
  tektonMessage: string | undefined,
  value: string,
): void {
  const root = name.split('.', 1)[0] ?? '';
  if (!name.includes('.') || !(ROOTS.has(root) || ALMOST_ROOTS.has(root))) return;
  const some = someOf(vocabulary);
  const stem = name.slice(0, name.lastIndexOf('.') + 1);
  const siblings = some.filter((one) => one.startsWith(stem) && !one.slice(stem.length).includes('.'));
  const known = siblings.length > 0 ? siblings : some;
  const guess = where.report.guessBy(() => guessVariable(name, stem, siblings, some));
  const facts = { name, ...(guess !== undefined && { guess }), ...declarationOf(name, vocabulary.paramPrefix) };
  if (ROOTS.has(root)) where.report.add('VARIABLE_UNKNOWN', path, { ...facts, known }, { value, tektonMessage });
  else where.report.add('VARIABLE_MISSPELT', path, facts, { value });
}

/** Where a param of that name is declared, and how it is then written. */
function declarationOf(name: string, prefix: string | undefined): { readonly declare?: DeclaredParam } {
  const [, param] = /^(?:inputs\.)?params\.([\w-]+)$/.exec(name) ?? [];
  if (param === undefined || prefix === undefined) return {};
  return { declare: { field: prefix, variable: `${prefix}.${param}` } };
}

/** Enough of the known names to guess from and to list. */
function someOf({ strings, arrays }: Vocabulary): string[] {
  const names: string[] = [];
  for (const set of [strings, arrays]) for (const name of set) if (names.push(name) >= 500) return names;
  return names;
}

/** Compares the last word where its beginning is known; else looks for the same end under another beginning; else for all. */
function guessVariable(
  name: string,
  stem: string,
  siblings: readonly string[],
  known: readonly string[],
): string | undefined {
  const words = siblings.map((one) => one.slice(stem.length));
  const word = nearest(name.slice(stem.length), words);
  if (word !== undefined) return stem + word;
  return stem.split('.').length > 3 && siblings.length > 0 ? undefined : (respelt(name, known) ?? nearest(name, known));
}

/** The declared variable that ends in the same words, when another version or place spells its beginning differently. */
function respelt(name: string, known: readonly string[]): string | undefined {
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
function oldSyntax(value: string, { strings, arrays }: Vocabulary, path: Path, where: Where): void {
  const old = variablesIn(value.replaceAll('$(', '$ (').replaceAll('${', '$(').replaceAll('}', ')'));
  const name = old.map((variable) => variable.name).find((one) => strings.has(one) || arrays.has(one));
  if (name !== undefined) where.report.add('VARIABLE_OLD_SYNTAX', path, { name }, { value });
}

/** Variables of a shell script that stand outside of quotes. */
export function unquotedVariables(script: string, vocabulary: Vocabulary): string[] {
  const found = new Set<string>();
  for (const { name, start } of variablesIn(script)) {
    if (!vocabulary.strings.has(name) || found.has(name)) continue;
    if (!name.includes('params.')) continue;
    const line = script.slice(script.lastIndexOf('\n', start) + 1, start);
    if (!insideQuotes(line)) found.add(name);
  }
  return [...found];
}

function insideQuotes(line: string): boolean {
  let open = '';
  for (let index = 0; index < line.length; index++) {
    const sign = line[index] ?? '';
    if (sign === '\\' && open !== "'") index++;
    else if (open === '' && (sign === '"' || sign === "'")) open = sign;
    else if (sign === open) open = '';
  }
  return open !== '';
}
