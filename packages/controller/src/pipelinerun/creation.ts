/** Builds the runs that a plan creates: of the tasks that start, of the checks before them, and those that a matrix still lacks. Pure. */

import { DEFAULT_CONFIG, resultRefsOfParams, type MissingResult, type TaskDecision } from '@pipewright/tekton';
import { checkRun, childRun, type ChildRequest } from './children.js';
import type { PipelineRunAction } from './decision.js';
import type { ObservedPipelineRun } from './observed.js';
import type { ResolvedRun, ResolvedTask } from './resolve.js';
import type { TaskState, TaskStates } from './task-state.js';

type Creation = PipelineRunAction & { readonly kind: 'create' };

/** Returns the runs to create, in the order of the tasks. */
export function createdRuns(
  { run, config = DEFAULT_CONFIG }: ObservedPipelineRun,
  resolved: ResolvedRun,
  states: TaskStates,
  decisions: ReadonlyMap<string, TaskDecision>,
): readonly Creation[] {
  const { defaultTimeoutMs } = config;
  return [...resolved.tasks.values()].flatMap((found): readonly Creation[] => {
    const task = found.task.name;
    const state = states.state(task);
    const isStarting = decisions.get(task)?.kind === 'start';
    const isIncomplete = state.phase === 'running' && state.children.some(({ phase }) => phase === 'absent');
    if (!isStarting && !isIncomplete) return [];
    const request = { run, resolved, found, prepared: states.prepared(found), defaultTimeoutMs };
    if (state.phase === 'absent' && state.checks.length > 0) {
      const checks = missingChecks(request, state);
      if (checks.length > 0) return checks;
    }
    return missingRuns(request, states, state);
  });
}

function missingRuns(request: ChildRequest, states: TaskStates, state: TaskState): readonly Creation[] {
  const { found, prepared } = request;
  const isNew = found.task.matrix !== undefined && state.children.length === 0;
  const names = isNew ? states.newNames(found) : state.children.map(({ name }) => name);
  const exists = new Set(
    state.children.filter(({ phase }) => phase !== 'absent' && phase !== 'cleared').map(({ name }) => name),
  );
  return names.flatMap((name, index) =>
    exists.has(name)
      ? []
      : [
          {
            kind: 'create',
            task: found.task.name,
            taskRun: childRun(request, prepared.combinations[index] ?? { params: [] }, name),
          },
        ],
  );
}

/** Returns the TaskRuns of checks that do not exist yet. */
function missingChecks(request: ChildRequest, state: TaskState): readonly Creation[] {
  const { found, prepared } = request;
  return found.checks.flatMap((check, index) => {
    const { name, phase } = state.checks[index] ?? {};
    if (name === undefined || phase !== 'absent') return [];
    const params = prepared.task.conditions[index]?.params ?? [];
    return [{ kind: 'create', task: found.task.name, taskRun: checkRun(request, check, params, name) }];
  });
}

/** Returns who lacks a result, as messages call it: a task, or a check before it. */
export function subjectOf({ task }: ResolvedTask, { task: producer, result }: MissingResult): string {
  const check = task.conditions.find(({ params }) =>
    resultRefsOfParams(params).some((ref) => ref.task === producer && ref.result === result),
  );
  return check ? `the condition "${check.condition}" of task "${task.name}"` : `task "${task.name}"`;
}
