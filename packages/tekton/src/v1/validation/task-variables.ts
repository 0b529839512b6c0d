/**
 * Checks the variables in the fields of a Task.
 *
 * Tekton's webhook reads the fields of steps only. The other fields that are substituted are checked for lint.
 */

import type { FieldPath } from '../../model/field-path.js';
import type { ContainerFields, Step, TaskSpec } from '../types.js';
import type { CheckContext } from './check-context.js';
import type { DeclaredParams } from './declared-params.js';
import {
  checkIsolatedArrays,
  checkKnown,
  checkNoArrays,
  checkObjectParams,
  type KnownNames,
  type Strictness,
  type TextField,
} from './variables.js';

/** A text of a step. */
interface StepText extends TextField {
  /** Whether it is an element of a list, which can hold a whole array. */
  readonly isElement: boolean;
}

/** Returns the texts of a step that can contain variables. Tekton names mounts `volumeMount` here. */
export function textsOfStep(
  step: ContainerFields & Pick<Step, 'name'>,
  at: FieldPath,
  tektonPrefix: string,
): StepText[] {
  const texts: StepText[] = [];
  const add = (text: unknown, path: FieldPath, field: string, isElement = false): void => {
    if (typeof text === 'string' && text.includes('$('))
      texts.push({ text, at: [...at, ...path], tektonField: `${tektonPrefix}${field}`, isElement });
  };
  for (const field of ['name', 'image', 'workingDir', 'script', 'onError'] as const) add(step[field], [field], field);
  for (const list of ['command', 'args'] as const)
    step[list]?.forEach((text, index) => {
      add(text, [list, index], `${list}[${String(index)}]`, true);
    });
  step.env?.forEach(({ name, value }, index) => {
    add(value, ['env', index, 'value'], `env[${name}]`);
  });
  step.volumeMounts?.forEach((mount, index) => {
    for (const field of ['name', 'mountPath', 'subPath'])
      add(mount[field], ['volumeMounts', index, field], `volumeMount[${String(index)}].${field}`);
  });
  return texts;
}

const textsOfSteps = ({ steps = [] }: TaskSpec, at: FieldPath, tektonPrefix: string): StepText[] =>
  steps.flatMap((step, index) => textsOfStep(step, [...at, 'steps', index], `${tektonPrefix}steps[${String(index)}].`));

const TASK_RUN_VARIABLES = new Set(['name', 'namespace', 'uid']);
const TASK_VARIABLES = new Set(['name', 'retry-count']);

/** Checks arrays, context variables and results, which an embedded Task does not inherit. `context` is the spec. */
export function checkStepVariables(spec: TaskSpec, declared: DeclaredParams, context: CheckContext): void {
  const results = new Set((spec.results ?? []).map(({ name }) => name));
  const workspaces = new KnownWorkspaces(spec.workspaces ?? [], context.workspacesAround);
  for (const field of textsOfSteps(spec, [], '')) {
    if (field.at.at(-1) !== 'onError') {
      if (field.isElement) checkIsolatedArrays(context, field, declared);
      else checkNoArrays(context, field, declared);
    }
    checkKnown(context, field, 'context.taskRun', TASK_RUN_VARIABLES);
    checkKnown(context, field, 'context.task', TASK_VARIABLES);
    checkKnown(context, field, 'results', results, field.at.at(-1) === 'script' ? 'refused' : 'reported');
    checkKnown(context, field, 'workspaces', workspaces, 'reported'); // Tekton leaves unknown ones as they are
  }
}

/** The workspaces of a Task, and those that propagate into it. It copies none, so many Tasks are checked in linear time. */
class KnownWorkspaces implements KnownNames {
  readonly #own: ReadonlySet<string>;
  readonly #around: ReadonlySet<string>;

  constructor(own: readonly { readonly name: string }[], around: ReadonlySet<string> = new Set()) {
    this.#own = new Set(own.map(({ name }) => name));
    this.#around = around;
  }

  has(name: string): boolean {
    return this.#own.has(name) || this.#around.has(name);
  }

  *[Symbol.iterator](): Iterator<string> {
    yield* this.#own;
    yield* this.#around;
  }
}

/** Where the variables of a Task are checked. */
interface DeclaredVariablesContext {
  readonly context: CheckContext;
  /** The TaskSpec, relative to the context. */
  readonly at: FieldPath;
  /** The same in Tekton's spelling. */
  readonly tektonPrefix: string;
  readonly strictness: Strictness;
}

/** Checks that params and keys of objects are declared. */
export function checkDeclaredVariables(
  spec: TaskSpec,
  declared: DeclaredParams,
  { context, at, tektonPrefix, strictness }: DeclaredVariablesContext,
): void {
  const check = (field: TextField, how: Strictness): void => {
    checkKnown(context, field, 'params', declared, how);
    checkObjectParams(context, field, declared, how);
  };
  for (const field of textsOfSteps(spec, at, tektonPrefix)) check(field, strictness);
  for (const list of ['sidecars', 'volumes', 'stepTemplate', 'workspaces'] as const)
    for (const { text, path } of textsIn(spec[list], [...at, list]))
      check({ text, at: path, tektonField: '' }, 'reported');
}

/** Yields all texts with variables in a value. */
function* textsIn(value: unknown, path: FieldPath): Generator<{ readonly text: string; readonly path: FieldPath }> {
  if (typeof value === 'string') {
    if (value.includes('$(')) yield { text: value, path };
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* textsIn(item, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* textsIn(item, [...path, key]);
  }
}
