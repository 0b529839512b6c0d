/**
 * Names of all TaskRuns of a PipelineRun: one for each task, and one for each check of a task's conditions.
 *
 * Pure; used by the plan and by the edge, which reads the TaskRuns. A recorded name takes precedence over the computed one: another
 * version may have started the run, or its Pipeline may have been edited since.
 */

import {
  conditionCheckName,
  pipelineRunFormatOf,
  pipelineRunRulesOf,
  type PipelineModel,
  type PipelineRunObject,
  type RunStatus,
  type RecordedTask,
  type RunMemory,
} from '@pipewright/tekton';
import { memoize, memoizeLru } from '../run/memoize.js';

/** What the names of a task's TaskRuns depend on. */
export interface NamedTask {
  readonly name: string;
  /** Names of its Conditions, in order; a name may occur twice. */
  readonly conditions: readonly string[];
}

/** The names of one task. */
export interface ChildNames {
  readonly taskRun: string;
  /** Names of the TaskRuns of its checks, in the order of its conditions. */
  readonly checks: readonly string[];
}

/** The names of a run's children for one list of tasks. */
interface RunNames {
  readonly tasks: readonly NamedTask[];
  readonly names: ReadonlyMap<string, ChildNames>;
}

/** Names that reconciles of the same run use again. A controller owns one; results do not depend on it. */
export class ChildNameCache {
  readonly namedTasks = memoize(namedTasks);
  /** By status. */
  readonly #memories = new WeakMap<RunStatus, RunMemory>();
  readonly allNames = memoize(allNames);
  /** By uid of the run. */
  readonly computed = memoizeLru<
    { readonly owner: string; readonly tasks: readonly string[] },
    ReadonlyMap<string, string>
  >((a, b) => a.owner === b.owner && sameList(a.tasks, b.tasks));
  readonly byRun = new WeakMap<PipelineRunObject, RunNames>();

  /** Returns what a run's status records of its children. */
  memory(run: PipelineRunObject): RunMemory {
    const { status = NO_STATUS } = run;
    const memory = this.#memories.get(status) ?? pipelineRunFormatOf(run).readMemory(status);
    this.#memories.set(status, memory);
    return memory;
  }
}

/** One object, so that the result for it is cached. */
const NO_STATUS: RunStatus = {};

const namedTasks = ({ tasks, finally: last }: Pick<PipelineModel, 'tasks' | 'finally'>): readonly NamedTask[] =>
  [...tasks, ...last].map(({ name, conditions }) => ({
    name,
    conditions: conditions.map(({ condition }) => condition),
  }));

/** Returns the names of each task's TaskRuns by name of the task. They are unique in the run, even where long names are cut. */
export function childNames(
  run: PipelineRunObject,
  tasks: readonly NamedTask[],
  cache: ChildNameCache,
): ReadonlyMap<string, ChildNames> {
  const last = cache.byRun.get(run);
  if (last && sameTasks(last.tasks, tasks)) return last.names;
  const names = namesOf(run, tasks, cache);
  cache.byRun.set(run, { tasks, names });
  return names;
}

const sameTasks = (a: readonly NamedTask[], b: readonly NamedTask[]): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every(({ name, conditions }, i) => name === b[i]?.name && sameList(conditions, b[i].conditions)));

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i]);

function namesOf(
  run: PipelineRunObject,
  tasks: readonly NamedTask[],
  cache: ChildNameCache,
): ReadonlyMap<string, ChildNames> {
  const owner = { name: run.metadata.name ?? '', uid: run.metadata.uid ?? '' };
  const memory = cache.memory(run);
  const all = tasks.map(({ name }) => name);
  const names = new Map(
    cache.computed(owner.uid, { owner: owner.name, tasks: all }, () =>
      pipelineRunRulesOf(run).children.namesOf(owner, all),
    ),
  );
  for (const [name, { task }] of memory.tasks) names.set(task, name);
  const taken = new Set(names.values());
  const compute = (taskRun: string, condition: string, index: number): string => {
    let name = conditionCheckName(owner, taskRun, condition, index);
    for (let salt = 1; taken.has(name); salt++) name = conditionCheckName(owner, taskRun, condition, index, salt);
    taken.add(name);
    return name;
  };
  return new Map(
    tasks.map(({ name: task, conditions }) => {
      const taskRun = names.get(task) ?? '';
      const recorded = memory.tasks.get(taskRun);
      const listed = allListed(conditions, recorded);
      if (listed) return [task, { taskRun, checks: listed }];
      const checks = conditions.map((condition, index) => compute(taskRun, condition, index));
      return [task, { taskRun, checks: recordedCheckNames(checks, conditions, recorded) }];
    }),
  );
}

/** Returns the recorded names if all checks have one and no condition occurs twice: the usual case, in which nothing is computed. */
function allListed(conditions: readonly string[], recorded: RecordedTask | undefined): readonly string[] | undefined {
  if (conditions.length === 0) return [];
  const known = [...(recorded?.checks ?? [])];
  if (known.length !== conditions.length) return undefined;
  const names = conditions.map((condition) => known.filter(([, check]) => check.condition === condition));
  return names.every(({ length }) => length === 1) ? names.flatMap(([first]) => first?.[0] ?? []) : undefined;
}

/** Returns `computed`, with the recorded names of checks that were recorded under another name. */
function recordedCheckNames(
  computed: readonly string[],
  conditions: readonly string[],
  recorded: RecordedTask | undefined,
): readonly string[] {
  const left = new Map([...(recorded?.checks ?? [])].map(([name, { condition }]) => [name, condition]));
  for (const [index, name] of computed.entries()) if (left.get(name) === conditions[index]) left.delete(name);
  if (left.size === 0) return computed;
  return computed.map((name, index) => {
    if (recorded?.checks.get(name)?.condition === conditions[index]) return name;
    const [other] = [...left].find(([, condition]) => condition === conditions[index]) ?? [];
    if (other !== undefined) left.delete(other);
    return other ?? name;
  });
}

/** Returns the names of all TaskRuns that a run has or may have. */
export function expectedTaskRuns(
  run: PipelineRunObject,
  tasks: readonly NamedTask[],
  cache: ChildNameCache,
): ReadonlySet<string> {
  const computed = cache.allNames(childNames(run, tasks, cache));
  const { created } = cache.memory(run);
  return [...created].every((name) => computed.has(name)) ? computed : new Set([...computed, ...created]);
}

const allNames = (names: ReadonlyMap<string, ChildNames>): ReadonlySet<string> =>
  new Set([...names.values()].flatMap(({ taskRun, checks }) => [taskRun, ...checks]));
