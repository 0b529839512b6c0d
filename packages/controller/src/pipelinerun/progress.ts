/** What the status of a PipelineRun reports of its pipeline: the runs of the tasks, skipped tasks, results. Pure. */

import {
  resolveReferences,
  substituteParamValue,
  taskReferencesIn,
  textsOfParamValue,
  type ChildReference,
  type ParamValue,
  type PipelineProgress,
  type TaskDecision,
} from '@pipewright/tekton';
import { displayNameOf } from './prepared-task.js';
import type { ResolvedTask } from './resolve.js';
import type { TaskState, TaskStates } from './task-state.js';

/** Returns the progress. `creating`: names of the runs that are about to be created. */
export function progressOf(
  states: TaskStates,
  decisions: ReadonlyMap<string, TaskDecision>,
  creating: ReadonlySet<string>,
): PipelineProgress {
  const { resolved } = states;
  const references = new Map(
    [...resolved.tasks.values()].map((task) => [task.task.name, referencesOf(task, states, creating)]),
  );
  const hasFinallyStarted = [...resolved.tasks.values()].some(
    ({ section, task }) => section === 'finally' && (references.get(task.name) ?? []).length > 0,
  );
  return {
    children: [...references.values()].flat(),
    skipped: skippedOf(states, decisions),
    hasFinallyStarted,
    pipeline: resolved.definition,
    config: states.config,
  };
}

function referencesOf(
  found: ResolvedTask,
  states: TaskStates,
  creating: ReadonlySet<string>,
): readonly ChildReference[] {
  const state: TaskState = states.state(found.task.name);
  const names =
    found.task.matrix && state.children.length === 0 ? states.newNames(found) : state.children.map(({ name }) => name);
  const runs = new Map(state.children.map((child) => [child.name, child]));
  return names.flatMap((name, index): readonly ChildReference[] => {
    const run = runs.get(name);
    const exists = run?.taskRun !== undefined || states.memory.created.has(name);
    if (!exists && !creating.has(name)) return [];
    const { apiVersion } = run?.taskRun ?? states.run;
    const recorded = states.memory.references.get(name) ?? newReference(found, states, index);
    return [{ apiVersion, kind: 'TaskRun', name, task: found.task.name, ...recorded }];
  });
}

function newReference(
  found: ResolvedTask,
  states: TaskStates,
  index: number,
): Pick<ChildReference, 'displayName' | 'when'> {
  const prepared = states.prepared(found);
  const displayName = displayNameOf(prepared, prepared.combinations[index] ?? { params: [] });
  const { when } = prepared.task;
  return { ...(displayName !== undefined && { displayName }), ...(when.length > 0 && { when }) };
}

function skippedOf(states: TaskStates, decisions: ReadonlyMap<string, TaskDecision>): PipelineProgress['skipped'] {
  return [...decisions].flatMap(([task, decision]): PipelineProgress['skipped'] => {
    if (decision.kind !== 'skip') return [];
    const { reason } = decision;
    if (reason !== 'when') return [{ task, reason }];
    const recorded = states.memory.skipped.get(task);
    const found = states.resolved.tasks.get(task);
    const when = recorded?.reason === 'when' ? recorded.when : found && states.prepared(found).task.when;
    return [{ task, reason, ...(when && { when }) }];
  });
}

/** The results of a pipeline, and the names of those that a successful task has not produced. */
export interface ReportedResults {
  readonly results: readonly { readonly name: string; readonly value: ParamValue }[];
  readonly missing: readonly string[];
}

/** Returns the results. One of a task that has not succeeded is left out. */
export function reportedResults(states: TaskStates): ReportedResults {
  const results: { name: string; value: ParamValue }[] = [];
  const missing: string[] = [];
  for (const { name, value } of states.resolved.pipeline.results) {
    const references = textsOfParamValue(value).flatMap(({ text }) => taskReferencesIn(text));
    const resolution = resolveReferences(references, states);
    if (resolution.missing.length === 0)
      results.push({ name, value: substituteParamValue(value, resolution.replacements) });
    else if (resolution.missing.some(({ task }) => states.of(task).status === 'Succeeded')) missing.push(name);
  }
  return { results, missing };
}
