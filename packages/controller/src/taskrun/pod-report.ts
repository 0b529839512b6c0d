/**
 * Reports the state of a TaskRun's pod to the status: containers, and what its steps have written into their termination messages.
 *
 * Separate from the condition because it only repeats what the kubelet and the entrypoint say.
 */

import { timestamp } from '@pipewright/apimachinery';
import {
  ENTRY_TYPES,
  parseTerminationMessage,
  stepReport,
  textOf,
  type ConditionUpdate,
  type ContainerReport,
  type ContainerState,
  type PodReport,
  type StepOutput,
  type TerminationEntry,
} from '@pipewright/tekton';
import { containersOf, SIDECAR_PREFIX, STEP_PREFIX, type ObservedContainer, type Pod } from '../pod/pod-types.js';

/** Why the steps of a pod are about to be killed. */
export interface Kill {
  readonly reason: string;
  readonly now: Date;
}

/** Returns the report about a pod. `kill` absent: its steps end by themselves. */
export function podReport(pod: Pod, update: ConditionUpdate, kill?: Kill): PodReport {
  const { name: podName } = pod.metadata;
  // Before a container has started, changes of the reasons for which containers wait are not reported.
  const isReported = update.message !== 'Pending';
  const reports = (prefix: string): readonly ContainerReport[] =>
    isReported ? containersOf(pod, prefix).flatMap((container) => reportOf(container, prefix)) : [];
  return {
    ...(podName !== undefined && { podName }),
    steps: reports(STEP_PREFIX).map((step) => (kill ? killed(step, podName ?? '', kill) : step)),
    sidecars: reports(SIDECAR_PREFIX),
    outputs: update.status === 'Unknown' ? [] : containersOf(pod, STEP_PREFIX).flatMap(outputsOf),
    hasSucceeded: update.status === 'True',
  };
}

/** Returns the state of a container, if the kubelet has reported it. */
function reportOf({ name: container, status }: ObservedContainer, prefix: string): readonly ContainerReport[] {
  if (!status) return [];
  const { state = {} } = status;
  return [
    {
      name: container.slice(prefix.length),
      container,
      ...(status.imageID && { imageID: status.imageID }),
      ...(prefix === STEP_PREFIX ? stepStateOf(state) : { state }),
    },
  ];
}

/** Reasons with which a container ends that has not run its step. */
const NOT_RUN_REASONS: ReadonlySet<string> = new Set(['StartError', 'ContainerCannotRun', 'RunContainerError']);

/** Returns the state of a step: the exit code of an ignored failure is that of its command, not that of its container. */
function stepStateOf(state: ContainerState): Pick<ContainerReport, 'state' | 'terminationReason'> {
  const { terminated } = state;
  if (!terminated) return { state };
  const report = stepReport(parseTerminationMessage(terminated.message) ?? []);
  const { exitCode, reason = '' } = terminated;
  const usual = exitCode === 0 ? 'Completed' : reason === 'OOMKilled' ? reason : 'Error';
  const terminationReason = report.terminationReason ?? (NOT_RUN_REASONS.has(reason) ? undefined : usual);
  return {
    state:
      report.exitCode === undefined ? state : { ...state, terminated: { ...terminated, exitCode: report.exitCode } },
    ...(terminationReason !== undefined && { terminationReason }),
  };
}

/** Returns the state of a step whose pod is about to be deleted, as the kubelet would report it afterwards. */
function killed(step: ContainerReport, podName: string, { reason, now }: Kill): ContainerReport {
  if (step.state.terminated) return step;
  const { startedAt } = step.state.running ?? {};
  return {
    ...step,
    state: {
      terminated: {
        exitCode: 1,
        reason,
        message: `Step ${step.name} terminated as pod ${podName} is terminated`,
        ...(startedAt !== undefined && { startedAt }),
        finishedAt: timestamp(now),
      },
    },
    terminationReason: reason,
  };
}

/** Returns what a step has reported. Messages in other formats report nothing. */
const outputsOf = (step: ObservedContainer): readonly StepOutput[] =>
  (parseTerminationMessage(step.status?.state?.terminated?.message) ?? []).flatMap((entry) =>
    outputOf(step.name.slice(STEP_PREFIX.length), entry),
  );

/** Tekton v0.9's type of an entry that is a result of the task, as opposed to a property of a resource. */
const TASK_RESULT = 'TaskRunResult';

function outputOf(step: string, entry: TerminationEntry): readonly StepOutput[] {
  const { type, resourceRef } = entry;
  const [name, digest, key, value] = [entry['name'], entry['digest'], entry['key'], entry['value']].map(textOf);
  if (type === TASK_RESULT || type === ENTRY_TYPES.taskResult)
    return key ? [{ kind: 'result', name: key, value: value ?? '' }] : [];
  if (type === ENTRY_TYPES.stepResult) return key ? [{ kind: 'step-result', step, name: key, value: value ?? '' }] : [];
  if (type === ENTRY_TYPES.internal || (!key && !digest)) return [];
  const reference = typeof resourceRef === 'object' && resourceRef !== null ? resourceRef : {};
  return [
    {
      kind: 'resource',
      name: name ?? '',
      digest: digest ?? '',
      key: key ?? '',
      value: value ?? '',
      resourceRef: reference,
    },
  ];
}
