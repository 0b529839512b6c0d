/**
 * The dependency graph of a pipeline's tasks.
 *
 * A task depends on the tasks in its `runAfter`, `from` and result references. All functions are iterative and linear
 * in tasks plus edges; results are in declared order.
 */

import type { PipelineModel, PipelineTaskModel } from '../model/model.js';
import { resultRefsOfPipelineTask } from '../variables/result-references.js';

/** Names of the tasks that each task depends on, by name of the task, in declared order. */
export type TaskDependencies = ReadonlyMap<string, readonly string[]>;

/** Returns the tasks that `task` depends on, without duplicates. They may not exist. */
export function dependenciesOfTask(
  task: Pick<PipelineTaskModel, 'runAfter' | 'inputs' | 'conditions' | 'params'>,
): string[] {
  const inputs = [...task.inputs, ...task.conditions.flatMap((condition) => condition.resources)];
  const results = resultRefsOfPipelineTask(task).map((ref) => ref.task);
  return [...new Set([...task.runAfter, ...inputs.flatMap((input) => input.from), ...results])];
}

/** Returns the dependencies of all tasks of a pipeline. */
export function dependenciesOfPipeline(pipeline: Pick<PipelineModel, 'tasks'>): TaskDependencies {
  return new Map(pipeline.tasks.map((task) => [task.name, dependenciesOfTask(task)]));
}

/** Returns the tasks, each after its dependencies, otherwise in declared order. Tasks of cycles are left out. */
export function executionOrder(dependencies: TaskDependencies): readonly string[] {
  const followers = new Map<string, string[]>();
  const open = new Map<string, number>();
  for (const [task, before] of dependencies) {
    const known = before.filter((name) => dependencies.has(name));
    open.set(task, known.length);
    for (const name of known) {
      const others = followers.get(name);
      if (others) others.push(task);
      else followers.set(name, [task]);
    }
  }
  const order = [...open].filter(([, count]) => count === 0).map(([task]) => task);
  for (const task of order) {
    for (const next of followers.get(task) ?? []) {
      const left = (open.get(next) ?? 0) - 1;
      open.set(next, left);
      if (left === 0) order.push(next);
    }
  }
  return order;
}

/** Returns the tasks that have not started and whose dependencies are done. */
export function readyTasks(
  dependencies: TaskDependencies,
  started: ReadonlySet<string>,
  done: ReadonlySet<string>,
): string[] {
  const names: string[] = [];
  for (const [task, before] of dependencies) {
    if (!started.has(task) && before.every((name) => done.has(name))) names.push(task);
  }
  return names;
}

/** Returns the tasks that depend, directly or transitively, on one of `tasks`, excluding `tasks` themselves. */
export function transitiveDependents(dependencies: TaskDependencies, tasks: Iterable<string>): string[] {
  const followers = new Map<string, string[]>();
  for (const [task, before] of dependencies) {
    for (const name of before) {
      const known = followers.get(name);
      if (known) known.push(task);
      else followers.set(name, [task]);
    }
  }
  const reached = new Set<string>();
  const queue = [...tasks];
  const given = new Set(queue);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const next of followers.get(name) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      queue.push(next);
    }
  }
  return [...dependencies.keys()].filter((task) => reached.has(task) && !given.has(task));
}

/**
 * Returns dependency cycles in order of execution: `['a', 'b', 'a']` if b depends on a and a on b.
 *
 * Only one of several cycles that share a task is returned. Each starts at its first declared task. Unknown tasks are
 * ignored.
 */
export function dependencyCycles(dependencies: TaskDependencies): string[][] {
  const cycles: string[][] = [];
  const blamed = new Set<string>();
  const cleared = new Set<string>();
  for (const root of dependencies.keys()) {
    if (cleared.has(root)) continue;
    for (const cycle of cyclesFrom(root, dependencies, cleared, blamed)) {
      if (cycle.some((task) => blamed.has(task))) continue;
      cycle.forEach((task) => blamed.add(task));
      cycles.push(fromFirstDeclared(cycle, dependencies));
    }
  }
  return cycles;
}

interface Visit {
  readonly task: string;
  readonly before: readonly string[];
  next: number;
}

/** Walks depth-first from `root`. Yields cycles between tasks not in `blamed`, and adds visited tasks to `cleared`. */
function* cyclesFrom(
  root: string,
  dependencies: TaskDependencies,
  cleared: Set<string>,
  blamed: ReadonlySet<string>,
): Generator<string[]> {
  const way: Visit[] = [];
  const place = new Map<string, number>();
  const enter = (task: string): void => {
    place.set(task, way.length);
    way.push({ task, before: dependencies.get(task) ?? [], next: 0 });
  };
  enter(root);
  for (let stop = way.at(-1); stop; stop = way.at(-1)) {
    const wanted = stop.before[stop.next++];
    if (wanted === undefined) {
      way.pop();
      place.delete(stop.task);
      cleared.add(stop.task);
    } else if (place.has(wanted)) {
      if (!blamed.has(wanted) && !blamed.has(stop.task)) yield way.slice(place.get(wanted)).map(({ task }) => task);
    } else if (!cleared.has(wanted) && dependencies.has(wanted)) {
      enter(wanted);
    }
  }
}

/** Converts a walk along the dependencies to execution order, starting and ending with the task declared first. */
function fromFirstDeclared(walk: readonly string[], dependencies: TaskDependencies): string[] {
  const members = new Set(walk);
  const running = walk.toReversed();
  const first = [...dependencies.keys()].find((task) => members.has(task)) ?? '';
  const turn = running.indexOf(first);
  return [...running.slice(turn), ...running.slice(0, turn), first];
}
