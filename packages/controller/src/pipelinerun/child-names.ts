/**
 * Names of all TaskRuns of a PipelineRun: one a task, and one a check of a task's conditions.
 *
 * The plan makes them and the edge looks them up, so both ask here. A name that the status remembers wins over the computed one:
 * the run may have been begun by another version, or its Pipeline edited since. Pure.
 */

import {
  conditionCheckName,
  taskRunNames,
  type PipelineModel,
  type PipelineRun,
  type PipelineRunStatus,
} from '@pipewright/tekton';
import { memoize, memoizeLru } from '../run/memoize.js';

/** A task, as far as names go. */
export interface NamedTask {
  readonly name: string;
  /** Names of its Conditions, in their order; one may be there twice. */
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
  readonly createdChildren = memoize(createdChildren);
  readonly allNames = memoize(allNames);
  /** By uid of the run. */
  readonly computed = memoizeLru<
    { readonly owner: string; readonly tasks: readonly string[] },
    ReadonlyMap<string, string>
  >((a, b) => a.owner === b.owner && sameList(a.tasks, b.tasks));
  readonly byRun = new WeakMap<PipelineRun, RunNames>();
}

const namedTasks = ({ tasks }: Pick<PipelineModel, 'tasks'>): readonly NamedTask[] =>
  tasks.map(({ name, conditions }) => ({ name, conditions: conditions.map(({ condition }) => condition) }));

/** The names of each task, by the task's; no two of a run alike even when long names are cut. */
export function childNames(
  run: PipelineRun,
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
  { metadata, status }: PipelineRun,
  tasks: readonly NamedTask[],
  cache: ChildNameCache,
): ReadonlyMap<string, ChildNames> {
  const owner = { name: metadata.name ?? '', uid: metadata.uid ?? '' };
  const all = tasks.map(({ name }) => name);
  const names = new Map(cache.computed(owner.uid, { owner: owner.name, tasks: all }, () => taskRunNames(owner, all)));
  for (const [name, { pipelineTaskName }] of Object.entries(status?.taskRuns ?? {})) names.set(pipelineTaskName, name);
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
      const listed = allListed(conditions, status?.taskRuns?.[taskRun]);
      if (listed) return [task, { taskRun, checks: listed }];
      const checks = conditions.map((condition, index) => compute(taskRun, condition, index));
      return [task, { taskRun, checks: recordedCheckNames(checks, conditions, status?.taskRuns?.[taskRun]) }];
    }),
  );
}

type Entry = NonNullable<PipelineRunStatus['taskRuns']>[string];

/** The names of all checks, when the status lists them and each is of another condition: the usual case, and nothing to compute. */
function allListed(conditions: readonly string[], entry: Entry | undefined): readonly string[] | undefined {
  if (conditions.length === 0) return [];
  const known = Object.entries(entry?.conditionChecks ?? {});
  if (known.length !== conditions.length) return undefined;
  const names = conditions.map((condition) => known.filter(([, check]) => check.conditionName === condition));
  return names.every(({ length }) => length === 1) ? names.flatMap(([first]) => first?.[0] ?? []) : undefined;
}

/** `computed`, but for checks that the status knows by another name. */
function recordedCheckNames(
  computed: readonly string[],
  conditions: readonly string[],
  entry: Entry | undefined,
): readonly string[] {
  const known = Object.entries(entry?.conditionChecks ?? {});
  const left = new Map(known.map(([name, { conditionName }]) => [name, conditionName]));
  for (const [index, name] of computed.entries()) if (left.get(name) === conditions[index]) left.delete(name);
  if (left.size === 0) return computed;
  return computed.map((name, index) => {
    if (entry?.conditionChecks?.[name]?.conditionName === conditions[index]) return name;
    const [other] = [...left].find(([, condition]) => condition === conditions[index]) ?? [];
    if (other !== undefined) left.delete(other);
    return other ?? name;
  });
}

/** Returns the names of the TaskRuns that the status records as created. A check that is only planned has no status there. */
function createdChildren(status: PipelineRunStatus): ReadonlySet<string> {
  const made = new Set<string>();
  for (const [name, { status: taskRun, conditionChecks }] of Object.entries(status.taskRuns ?? {})) {
    if (taskRun !== undefined || conditionChecks === undefined) made.add(name);
    for (const [check, { status: ran }] of Object.entries(conditionChecks ?? {}))
      if (ran !== undefined) made.add(check);
  }
  return made;
}

/** Returns the names of all TaskRuns that a run has or may have. */
export function expectedTaskRuns(
  run: PipelineRun,
  tasks: readonly NamedTask[],
  cache: ChildNameCache,
): ReadonlySet<string> {
  const computed = cache.allNames(childNames(run, tasks, cache));
  const made = cache.createdChildren(run.status ?? NO_STATUS);
  return [...made].every((name) => computed.has(name)) ? computed : new Set([...computed, ...made]);
}

/** One object, so that results for it are cached. */
const NO_STATUS: PipelineRunStatus = {};

const allNames = (names: ReadonlyMap<string, ChildNames>): ReadonlySet<string> =>
  new Set([...names.values()].flatMap(({ taskRun, checks }) => [taskRun, ...checks]));
