/** Checks the variables of pipeline tasks: params, context, statuses, results of finally tasks and of matrixed tasks. */

import type { PipelineSpec, PipelineTask } from '../types.js';
import { child, fail, type CheckContext } from './check-context.js';
import { DeclaredParams } from './declared-params.js';
import { hasMatrix, matrixParams } from './matrix.js';
import { resultReferencesIn, textsOfPipelineTask, type PipelineText } from './pipeline-texts.js';
import {
  checkIsolatedArrays,
  checkKnown,
  checkNoArrays,
  checkObjectParams,
  expressionsIn,
  type Strictness,
  type TextField,
} from './variables.js';
import { isOneReference, referencesWith, withoutStar } from './references.js';

/** The two lists of tasks. */
export type TaskList = 'tasks' | 'finally';

/**
 * Checks that the params that pipeline tasks use are declared. `context` is the spec of the pipeline.
 *
 * @param declared the params of the pipeline, and those of the run around an embedded one
 * @param strictness Tekton refuses undeclared params in Pipelines; an embedded one may get them from its run
 */
export function checkPipelineParams(
  spec: PipelineSpec,
  declared: DeclaredParams,
  context: CheckContext,
  strictness: Strictness,
): void {
  for (const list of ['tasks', 'finally'] as const)
    (spec[list] ?? []).forEach((task, index) => {
      const forName = task.displayName === undefined ? declared : new DeclaredParams(matrixParams(task), declared);
      for (const text of textsOfPipelineTask(task)) {
        const known = text.at[0] === 'displayName' ? forName : declared;
        checkText(text, known, child(context, list, index), strictness);
      }
    });
}

function checkText(text: PipelineText, declared: DeclaredParams, context: CheckContext, strictness: Strictness): void {
  const field: TextField = { text: text.text, at: text.at, tektonField: tektonField(text) };
  const { origin } = text;
  // Tekton does not look at these.
  const isUnchecked =
    origin.kind === 'other' ||
    (origin.kind === 'matrix' && origin.part === 'string') ||
    (origin.kind === 'when' && origin.part === 'cel');
  const how = isUnchecked ? 'reported' : strictness;
  checkKnown(context, field, 'params', declared, how);
  const isWhole = 'part' in origin && origin.part === 'string' && isOneReference('params', text.text);
  if (isWhole && /\[\*\]\)$/.test(text.text)) return; // a whole array or object is passed on
  checkObjectParams(context, field, declared, how);
  if (isUnchecked) return;
  const values = origin.kind === 'when' && origin.part === 'values';
  const isElement =
    (origin.kind !== 'include' && 'part' in origin && origin.part === 'element') ||
    (values && isArrayReference(text.text, declared));
  if (isElement) checkIsolatedArrays(context, field, declared);
  else checkNoArrays(context, field, declared);
}

const isArrayReference = (text: string, declared: DeclaredParams): boolean => {
  const [first] = referencesWith('params', text);
  return first !== undefined && first.head.endsWith('[*]') && declared.isArray(withoutStar(first.head));
};

function tektonField({ origin }: PipelineText): string {
  switch (origin.kind) {
    case 'param':
      return `params[${origin.name}]${origin.part === 'string' ? '' : origin.part === 'element' ? `.value[${String(origin.index)}]` : `.properties[${String(origin.index)}]`}`;
    case 'matrix':
      return `matrix.params[${origin.name}]${origin.index === undefined ? '' : `.value[${String(origin.index)}]`}`;
    case 'include':
      return `matrix.include.params[${String(origin.index)}]`;
    case 'when':
      return `when[${String(origin.index)}].${origin.part}`;
    case 'other':
      return '';
  }
}

const CONTEXT_VARIABLES: readonly (readonly [prefix: string, names: ReadonlySet<string>])[] = [
  ['context.pipelineRun', new Set(['name', 'namespace', 'uid'])],
  ['context.pipeline', new Set(['name'])],
  ['context.pipelineTask', new Set(['retries'])],
];

const STATUS = /^tasks\.([^.]+)\.(?:status|reason)$/;

/** Checks all variables of pipeline tasks except params. `context` is the spec of the pipeline. */
export function checkPipelineVariables(spec: PipelineSpec, context: CheckContext): void {
  const names = (spec.tasks ?? []).map(({ name }) => name);
  const tasks = new Map((spec.tasks ?? []).map((task) => [task.name, task]));
  const finals = new Set((spec.finally ?? []).map(({ name }) => name));
  for (const list of ['tasks', 'finally'] as const)
    (spec[list] ?? []).forEach((task, index) => {
      const at = child(context, list, index);
      for (const text of textsOfPipelineTask(task)) {
        checkContextVariables(text, list, index, context);
        checkPrefixes(text, at);
        if (list === 'tasks') checkNoStatuses(text, at);
        else checkFinallyText(text, { tasks, names, finals }, at);
        checkProducers(text, tasks, at);
      }
    });
}

/** Tekton reports these under the list of tasks, without their index. */
function checkContextVariables(
  { text, at, origin }: PipelineText,
  list: TaskList,
  index: number,
  context: CheckContext,
): void {
  const strictness = origin.kind === 'when' || origin.kind === 'other' ? 'reported' : 'refused';
  const field = { text, at: [list, index, ...at], tektonField: `${list}.value` };
  for (const [prefix, names] of CONTEXT_VARIABLES) checkKnown(context, field, prefix, names, strictness);
}

const PREFIXES = /^(?:params|tasks|finally|context|workspaces|results)(?:[.[]|$)/;

function checkPrefixes(text: PipelineText, context: CheckContext): void {
  const { origin } = text;
  if (origin.kind === 'other' || (origin.kind === 'when' && origin.part === 'cel')) return;
  const variable = expressionsIn(text.text).find((one) => !PREFIXES.test(one));
  if (variable === undefined) return;
  const message = `invalid value: invalid variable reference ${JSON.stringify(`$(${variable})`)}, must start with a valid prefix: params, tasks, finally, context, workspaces, or results; if you meant a shell variable, use \${VAR} instead`;
  fail(
    context,
    'VARIABLE_PREFIX',
    { variable },
    { at: text.at, value: text.text, webhook: { message, fields: [wholeField(text)] } },
  );
}

/** Where Tekton reports results and statuses: the value of a param, or a when expression as a whole. */
function wholeField({ origin }: PipelineText): string {
  switch (origin.kind) {
    case 'param':
      return `params[${origin.name}].value`;
    case 'matrix':
      return `matrix.params[${origin.name}].value`;
    case 'include':
      return `matrix.include.params[${String(origin.index)}].value`;
    case 'when':
      return `when[${String(origin.index)}]`;
    case 'other':
      return '';
  }
}

function checkNoStatuses(text: PipelineText, context: CheckContext): void {
  const variable = expressionsIn(text.text).find((one) => one === 'tasks.status' || STATUS.test(one));
  if (variable === undefined) return;
  const message =
    'invalid value: pipeline tasks can not refer to execution status of any other pipeline task or aggregate status of tasks';
  const isChecked = text.origin.kind === 'param' || text.origin.kind === 'when';
  fail(
    context,
    'STATUS_IN_TASKS',
    { variable },
    {
      at: text.at,
      value: text.text,
      ...(isChecked && { webhook: { message, fields: [wholeField(text)] } }),
    },
  );
}

/** The tasks that finally tasks can refer to, their names, and the names of finally tasks. */
interface TaskNames {
  readonly tasks: ReadonlyMap<string, PipelineTask>;
  readonly names: readonly string[];
  readonly finals: ReadonlySet<string>;
}

function checkFinallyText(text: PipelineText, { tasks, names, finals }: TaskNames, context: CheckContext): void {
  const fields = [wholeField(text)];
  const options = (message: string): { webhook?: { message: string; fields: string[] } } =>
    text.origin.kind === 'other' ? {} : { webhook: { message, fields } };
  const base = 'invalid value: invalid task result reference, final task has task result reference from a';
  for (const { task } of resultReferencesIn(text.text)) {
    if (finals.has(task)) {
      fail(
        context,
        'FINALLY_RESULT',
        { task },
        { at: text.at, value: text.text, ...options(`${base} final task ${task}`) },
      );
    } else if (!tasks.has(task)) {
      const message = `${base} task ${task} which is not defined in the pipeline`;
      fail(context, 'RESULT_TASK_UNKNOWN', context.report.unknownName(task, names), {
        at: text.at,
        value: text.text,
        ...options(message),
      });
    }
  }
  for (const variable of expressionsIn(text.text)) {
    const task = STATUS.exec(variable)?.[1];
    if (task === undefined || tasks.has(task)) continue;
    const message = `invalid value: pipeline task ${task} is not defined in the pipeline`;
    fail(context, 'STATUS_TASK_UNKNOWN', context.report.unknownName(task, names), {
      at: text.at,
      value: text.text,
      ...options(message),
    });
  }
}

/** Results of pipelines cannot be used, and those of matrixed tasks only as a whole. */
function checkProducers(text: PipelineText, tasks: ReadonlyMap<string, PipelineTask>, context: CheckContext): void {
  for (const { task, variable, index } of resultReferencesIn(text.text)) {
    const producer = tasks.get(task);
    if (!producer) continue;
    if (producer.pipelineRef || producer.pipelineSpec) {
      const message = `invalid value: result reference to pipelineTask ${JSON.stringify(task)} is not supported: referenced task uses pipelineRef or pipelineSpec and result propagation from child Pipelines is not yet implemented`;
      fail(
        context,
        'CHILD_PIPELINE_RESULT',
        { task },
        { at: text.at, value: text.text, webhook: { message, fields: [''] } },
      );
    } else if (hasMatrix(producer) && index !== '*') {
      const message = `A matrixed pipelineTask can only be consumed in aggregate using [*] notation, but is currently set to ${variable}`;
      fail(
        context,
        'MATRIX_RESULT_PART',
        { task, variable },
        { at: text.at, value: text.text, webhook: { message, fields: [] } },
      );
    }
  }
}
