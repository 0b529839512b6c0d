/**
 * A pipeline with conditions, as observed by the planner: deploy if the conditions sunny and dry pass.
 *
 * Its TaskRuns are those that the planner would create.
 */

import type {
  ConditionSpec,
  PipelineRun,
  PipelineRunSpec,
  PipelineRunStatus,
  PipelineSpec,
  PipelineTaskCondition,
  TaskRunObject,
  TaskRunStatus,
  TaskSpec,
} from '@pipewright/tekton';
import type { ObservedPipelineRun } from '../../src/pipelinerun/observed.js';
import type { PipelineRunDecision } from '../../src/pipelinerun/decision.js';
import { planPipelineRun } from '../../src/pipelinerun/plan.js';
import type { ConditionObject } from '../../src/pipelinerun/pipeline-inputs.js';

export const NOON = '2026-01-01T12:00:00Z';
export const at = (time: string): Date => new Date(`2026-01-01T${time}Z`);

export const ok: TaskSpec = { steps: [{ name: 's', image: 'ubuntu', command: ['true'] }] };
export const pipelineTask = (name: string, ...runAfter: readonly string[]) => ({
  name,
  taskRef: { name: 'ok' },
  runAfter,
});
export const conditionRefs = (...names: readonly string[]): readonly PipelineTaskCondition[] =>
  names.map((conditionRef) => ({ conditionRef }));
export const check: ConditionSpec = { check: { image: 'busybox', command: ['true'] } };

/** test, then deploy if sunny and dry pass, then announce; lint in parallel. */
export const release: PipelineSpec = {
  tasks: [
    pipelineTask('test'),
    { ...pipelineTask('deploy', 'test'), conditions: conditionRefs('sunny', 'dry') },
    pipelineTask('announce', 'deploy'),
    pipelineTask('lint'),
  ],
};
/** A pipeline with only the conditional task. */
export const singleTask: PipelineSpec = {
  tasks: [{ ...pipelineTask('deploy'), conditions: conditionRefs('sunny', 'dry') }],
};

export type Differences = Partial<Omit<ObservedPipelineRun, 'run' | 'pipeline'>> & {
  readonly spec?: PipelineRunSpec;
  readonly pipeline?: PipelineSpec;
  readonly status?: PipelineRunStatus;
};

/** Returns the release pipeline at noon with no task started, with these differences. */
export function observedRun({ spec = {}, status, pipeline = release, ...rest }: Differences = {}): ObservedPipelineRun {
  const run: PipelineRun = {
    apiVersion: 'tekton.dev/v1alpha1',
    kind: 'PipelineRun',
    metadata: { name: 'run', namespace: 'ns', uid: 'u', annotations: { why: 'push' } },
    spec: { pipelineRef: { name: 'p' }, ...spec },
    ...(status && { status }),
  };
  return {
    run,
    pipeline: { apiVersion: 'tekton.dev/v1alpha1', spec: pipeline },
    tasks: new Map([['Task/ok', { apiVersion: 'tekton.dev/v1alpha1', spec: ok }]]),
    resources: new Map(),
    conditions: new Map<string, ConditionObject>([
      ['sunny', { spec: check }],
      ['dry', { spec: check }],
    ]),
    taskRuns: new Map(),
    now: at('12:00:00'),
    ...rest,
  };
}

const statusWith = (status: 'True' | 'False' | 'Unknown', reason: string): TaskRunStatus => ({
  conditions: [{ type: 'Succeeded', status, reason, message: '' }],
});
export const states = {
  running: statusWith('Unknown', 'Running'),
  passed: statusWith('True', 'Succeeded'),
  failed: statusWith('False', 'Failed'),
  cancelled: statusWith('False', 'TaskRunCancelled'),
} as const;

/** Returns a name without hashes: `deploy`, or `deploy?sunny` for the check. */
export const taskNameOf = ({ metadata: { name = '', labels = {} } }: TaskRunObject): string => {
  const task = labels['tekton.dev/pipelineTask'] ?? '';
  if (labels['tekton.dev/conditionCheck'] === undefined) return task;
  return `${task}?${name.replace(/^run-[a-z]+-[a-z0-9]{5}-/, '').replace(/-[a-z0-9]{5}$/, '')}`;
};

export const actionsOf = ({ actions }: PipelineRunDecision): readonly string[] =>
  actions.map((action) => ('taskRun' in action ? `${action.kind} ${taskNameOf(action.taskRun)}` : action.kind));

export const conditionOf = ({ status: { conditions: [condition] = [] } }: PipelineRunDecision): string =>
  `${condition?.reason ?? ''}: ${(condition?.message ?? '').replaceAll(/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-?')}`;

/** Returns all TaskRuns that the planner would create for this pipeline, by name without hashes. */
export function allTaskRuns(pipeline: PipelineSpec): ReadonlyMap<string, TaskRunObject> {
  const taskRuns = new Map<string, TaskRunObject>();
  const observed = new Map<string, TaskRunObject>();
  for (let sizeBefore = -1; sizeBefore < taskRuns.size;) {
    sizeBefore = taskRuns.size;
    for (const action of planPipelineRun(observedRun({ pipeline, taskRuns: observed })).actions)
      if (action.kind === 'create') {
        taskRuns.set(taskNameOf(action.taskRun), action.taskRun);
        observed.set(action.taskRun.metadata.name ?? '', { ...action.taskRun, status: states.passed });
      }
  }
  return taskRuns;
}

/** Returns these TaskRuns in these states. */
export function taskRunsIn(
  statuses: Readonly<Record<string, TaskRunStatus>>,
  pipeline: PipelineSpec = release,
): ReadonlyMap<string, TaskRunObject> {
  const taskRuns = allTaskRuns(pipeline);
  return new Map(
    Object.entries(statuses).map(([name, status]) => {
      const taskRun = taskRuns.get(name);
      if (!taskRun) throw new Error(`no TaskRun is made for ${name}`);
      return [taskRun.metadata.name ?? '', { ...taskRun, status }];
    }),
  );
}
