/** Checks the order of a pipeline's tasks: unknown tasks and cycles, over `runAfter` and results. */

import type { FieldPath } from '../../model/field-path.js';
import type { PipelineTask } from '../types.js';
import { fail, type CheckContext } from './check-context.js';
import { resultReferencesIn, textsOfPipelineTask } from './pipeline-texts.js';

interface Link {
  readonly task: string;
  readonly at: FieldPath;
  readonly origin: 'runAfter' | 'result';
}

/** Checks the graph. `context` is the spec of the pipeline. */
export function checkTaskOrder(tasks: readonly PipelineTask[], context: CheckContext): void {
  const links = tasks.map(linksOf);
  const names = tasks.map(({ name }) => name);
  const known = new Set(names);
  if (known.size < names.length) return; // reported at its name, in which Tekton's error about the graph is included
  const dependencies = new Map(
    tasks.map(({ name }, index) => [name, new Set((links[index] ?? []).map(({ task }) => task))]),
  );
  const cycle = remainingDependencies(dependencies);
  const cyclic = [...cycle.keys()].toSorted()[0];
  if (cyclic !== undefined) {
    const before = [...(cycle.get(cyclic) ?? [])].toSorted()[0] ?? '';
    const index = names.indexOf(cyclic);
    const at = links[index]?.find(({ task }) => task === before)?.at ?? ['tasks', index];
    const message = `invalid value: cycle detected; task ${JSON.stringify(cyclic)} depends on ${JSON.stringify(before)}`;
    fail(context, 'TASK_CYCLE', { cycle: pathAround(cyclic, cycle) }, { at, webhook: { message, fields: ['tasks'] } });
  }
  let isReported = cyclic !== undefined; // Tekton stops at its first error
  tasks.forEach(({ name }, index) => {
    for (const { task, at, origin } of links[index] ?? []) {
      if (known.has(task)) continue;
      const message = `invalid value: couldn't add link between ${name} and ${task}: task ${name} depends on ${task} but ${task} wasn't present in Pipeline`;
      const code = origin === 'result' ? 'RESULT_TASK_UNKNOWN' : 'RUN_AFTER_UNKNOWN';
      fail(context, code, context.report.unknownName(task, names), {
        at,
        value: task,
        ...(!isReported && { webhook: { message, fields: ['tasks'] } }),
      });
      isReported = true;
    }
  });
}

function linksOf(task: PipelineTask, index: number): Link[] {
  const at = ['tasks', index];
  return [
    ...(task.runAfter ?? []).map((name, position) => ({
      task: name,
      at: [...at, 'runAfter', position],
      origin: 'runAfter' as const,
    })),
    ...textsOfPipelineTask(task).flatMap((text) =>
      resultReferencesIn(text.text)
        .filter(({ kind }) => kind === 'tasks')
        .map((reference) => ({ task: reference.task, at: [...at, ...text.at], origin: 'result' as const })),
    ),
  ];
}

/** Removes the tasks that can run, one after the other. What remains is part of a cycle, or waits for one. */
function remainingDependencies(all: ReadonlyMap<string, ReadonlySet<string>>): Map<string, Set<string>> {
  const remaining = new Map([...all].map(([task, before]) => [task, new Set(before)]));
  const dependents = new Map<string, string[]>();
  for (const [task, before] of all)
    for (const one of before) {
      const list = dependents.get(one);
      if (list) list.push(task);
      else dependents.set(one, [task]);
    }
  const free = [...new Set([...all.keys(), ...dependents.keys()])].filter((task) => (all.get(task)?.size ?? 0) === 0);
  for (let task = free.pop(); task !== undefined; task = free.pop()) {
    remaining.delete(task);
    for (const dependent of dependents.get(task) ?? []) {
      const before = remaining.get(dependent);
      if (before?.delete(task) && before.size === 0) free.push(dependent);
    }
  }
  return remaining;
}

/** Walks back from a task until one repeats, and returns that cycle in the order of execution. */
function pathAround(start: string, cycle: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const visited = new Set<string>();
  let task: string | undefined = start;
  while (task !== undefined && !visited.has(task)) {
    visited.add(task);
    task = [...(cycle.get(task) ?? [])].toSorted()[0];
  }
  const walk = [...visited];
  const loop = task === undefined ? walk : walk.slice(walk.indexOf(task));
  return [...loop, task ?? start].toReversed();
}
