/**
 * The accepted differences from Tekton v0.9.2, with their reasons.
 *
 * A row is a rule about a kind of path, not about a case, unless only one case can have it. `docs/parity.md` shows the
 * reasons; a row that matches no difference any more is reported as stale.
 */

import { parseDuration } from '@pipewright/tekton';
import type { Difference } from './difference.js';
import type { Json } from './json.js';

/** The kind of cluster on which a case was replayed. */
export type ClusterKind = 'embedded' | 'kubernetes';

/** One rule. */
export interface Accepted {
  /** The name of the rule in tables. */
  readonly id: string;
  /** The difference's path. */
  readonly path: RegExp;
  /** Default: all cases. */
  readonly cases?: RegExp;
  /** Default: both. */
  readonly where?: ClusterKind;
  /** The recorded value as JSON, or `nothing` if it is missing; any value by default. */
  readonly expected?: RegExp;
  /** The replayed value as JSON, or `nothing` if it is missing; any value by default. */
  readonly got?: RegExp;
  /** An additional condition on both values that a pattern cannot express. */
  readonly test?: (expected: Json | undefined, got: Json | undefined) => boolean;
  /** The run diverges at this point: accept all further differences of the run, its children and its owner. Default: false. */
  readonly wholeRun?: boolean;
  /** A known difference without a recording, which is never stale. Default: false. */
  readonly unrecorded?: boolean;
  /** The reason, for docs/parity.md. */
  readonly reason: string;
}

export const ACCEPTED: readonly Accepted[] = [
  // Runs that diverge.
  {
    id: 'a script without a first line',
    path: /^applied\..*\.message$/,
    expected: /script must start with a shebang/,
    got: /^nothing$/,
    wholeRun: true,
    reason:
      'Tekton v0.9.2 rejected a script without `#!`. Since v0.10 it is run with `/bin/sh`, and users of v1alpha1 rely on that.',
  },
  {
    id: 'a script with arguments',
    path: /^applied\..*\.message$/,
    expected: /script cannot be used with args or command/,
    got: /^nothing$/,
    wholeRun: true,
    reason: 'Tekton v0.9.2 rejected `args` in a step with a `script`. Since v0.10 the script receives them.',
  },
  {
    id: 'a missing param is reported',
    path: /^pipelineRuns\..*\.condition\.reason$/,
    got: /^"ParameterMissing"$/,
    wholeRun: true,
    reason:
      'A Pipeline param without a default that the PipelineRun did not pass reached the Task as the text `$(params.x)`, and the run continued. Here the run fails and names the param, as in Tekton since v0.11.',
  },
  {
    id: 'a run whose TaskRun is deleted ends',
    path: /^pipelineRuns\..*\.condition\.message$/,
    expected: /^"Not all Tasks in the Pipeline have finished executing"$/,
    got: /was deleted before it had finished"$/,
    wholeRun: true,
    reason: 'A PipelineRun with a deleted TaskRun stayed Running forever. Here it fails with the reason.',
  },
  {
    id: 'an invalid image name fails at once',
    path: /^taskRuns\..*\.condition\.message$/,
    expected: /failed to finish within|Error getting image manifest/,
    got: /is not a valid image name/,
    wholeRun: true,
    reason:
      'An image with such a name can never be pulled. Tekton v0.9.2 created the pod and waited for the timeout of the run.',
  },
  {
    id: 'a run that cannot continue ends',
    path: /^pipelineRuns\..*\.condition\.message$/,
    expected: /^(?:""|nothing|"Not all Tasks in the Pipeline have finished executing"|.*failed to finish within.*)$/,
    got: /can't be Run; it has an invalid spec|was refused: /,
    wholeRun: true,
    unrecorded: true,
    reason:
      'Tekton v0.9.2 admitted pipelines whose TaskRuns its own webhook then rejected (a task named `a.b`, a duplicate param), and retried until the timeout. Here the run fails with the reason.',
  },
  {
    id: 'any volume name in a Task',
    path: /\.condition\.message$/,
    expected: /Duplicate value: \\"(?:workspace|tekton-home|tools|scripts|downward)\\"/,
    wholeRun: true,
    unrecorded: true,
    reason:
      'Up to v0.9.2, a Task volume with the name of one of Tekton’s own volumes made the pod invalid. Since v0.10 Tekton’s own volumes get other names.',
  },
  {
    id: 'a relative workingDir',
    path: /\.workingDir$/,
    test: (expected, got) => typeof expected === 'string' && got === `/workspace/${expected}`,
    wholeRun: true,
    unrecorded: true,
    reason:
      'Tekton v0.9.2 created the directory below /workspace, and then passed the relative path to the container runtime, which some runtimes reject.',
  },
  {
    id: 'a CloudEvent is retried',
    path: /\.cloudEvents\.\d+\.(?:retryCount|condition)$/,
    expected: /^1$|^"Failed"$/,
    got: /^[2-5]$|^"Unknown"$/,
    unrecorded: true,
    reason: 'Tekton v0.9.2 sent a CloudEvent once, even if the delivery failed. Here it is sent up to five times.',
  },
  {
    id: 'a step killed by a signal',
    path: /\.(?:exitCode|condition\.message)$/,
    expected: /^255$|exited with code 255 /,
    got: /^1(?:29|[34]\d)$|exited with code 1(?:29|[34]\d) /,
    unrecorded: true,
    reason:
      'In Tekton v0.9.2 the exit code of such a step was 255, regardless of the signal. Here it is 128 plus the signal’s number.',
  },
  {
    id: 'a deleted pod is a failure',
    path: /^taskRuns\..*\.condition\.message$/,
    got: /pod .* was deleted before it had finished/,
    wholeRun: true,
    unrecorded: true,
    reason:
      'Tekton v0.9.2 created a deleted pod again. Here the attempt fails, and retries apply: a step never runs twice in one attempt.',
  },
  {
    id: 'a permanent failure is not waited for',
    path: /^taskRuns\..*\.condition\.message$/,
    expected: /failed to finish within/,
    got: /could not start|due to config error/,
    wholeRun: true,
    unrecorded: true,
    reason:
      'A pod with an invalid configuration never starts. Tekton v0.9.2 waited for the timeout; here the run fails with kubelet’s message.',
  },
  {
    id: 'no part of an ended run continues',
    path: /^taskRuns\..*\.condition\.reason$/,
    expected: /^"(?:Running|Pending|TaskRunTimeout)"$/,
    got: /^"TaskRunCancelled"$/,
    wholeRun: true,
    unrecorded: true,
    reason:
      'After a timeout of a PipelineRun its TaskRuns continued, and after a cancellation its checks continued. Here they are cancelled with it.',
  },

  // Statuses and events of runs.
  {
    id: 'the step that failed',
    path: /\.condition\.message$/,
    expected: /step-.*exited with code/,
    got: /step-.*exited with code/,
    unrecorded: true,
    reason:
      'Tekton v0.9.2 named the first container with a non-zero exit code in the API’s order, which may be a skipped one. Here it is the step that failed, with kubelet’s reason if it has one.',
  },
  {
    id: 'the format of a timeout',
    path: /^pipelineRuns\..*\.condition\.message$/,
    expected: /failed to finish within \\"&Duration\{/,
    got: /failed to finish within/,
    unrecorded: true,
    reason:
      'Tekton v0.9.2 printed the timeout of a PipelineRun in Go’s internal format. Here it has the format of the manifest.',
  },
  {
    id: 'a longer message',
    path: /\.condition\.message$/,
    test: (expected, got) =>
      typeof expected === 'string' && typeof got === 'string' && expected !== '' && got.startsWith(expected),
    reason: 'The message is Tekton’s with an addition: the cause of the wait, or the object to inspect.',
  },
  {
    id: 'a completion time for every run',
    path: /\.completed$/,
    expected: /^false$/,
    got: /^true$/,
    reason:
      'Tekton v0.9.2 wrote no completionTime if a run was cancelled or ended before it had a pod. Here every finished run has one: tools that print durations rely on it.',
  },
  {
    id: 'labels of runs that never started',
    path: /\.labels\.\[tekton\.dev\/(?:task|pipeline)\]$/,
    expected: /^nothing$/,
    reason:
      'Tekton v0.9.2 labelled a run with its Task or Pipeline, but sometimes omitted the label if the run failed validation. Here every run has the label, so that lists by label show it.',
  },
  {
    id: 'events about write conflicts',
    path: /^events\.PipelineRun .*: Warning PipelineRunFailed$/,
    got: /^nothing$/,
    reason:
      'Tekton v0.9.2 wrote this event after every conflict of its own writes, also for runs that succeeded. Here a conflict is retried without an event.',
  },
  {
    id: 'an event for every failure',
    path: /^events\..*: Warning Failed$/,
    expected: /^nothing$/,
    reason:
      'Tekton v0.9.2 wrote no event if a run failed before it had a pod, or by timeout. Here every failed run has one.',
  },

  // The pod (decision 4).
  {
    id: 'the directory of the ready file',
    path: /\.logs\./,
    expected: /\bdownward\b/,
    reason:
      'Only pods with sidecars have /tekton/downward, because only they wait for it. A step that lists /tekton sees this difference.',
  },
  {
    id: 'image names are unchanged',
    path: /\.imagePullPolicy$/,
    expected: /^"IfNotPresent"$/,
    got: /^"Always"$/,
    reason:
      'If a step had no command, Tekton v0.9.2 wrote the resolved digest into the pod, which changes the pull policy of Kubernetes. Here the pod has the image name of the Task.',
  },

  {
    id: 'the format of credentials',
    path: /\.logs\./,
    expected: /IdentityFile .*id_/,
    got: /IdentityFile .*id_/,
    reason:
      'Keys and known hosts end with a newline, which OpenSSH requires and Tekton v0.9.2 omitted; their directories are accessible to their owner only. A step that lists them sees this difference.',
  },

  // A cluster without a webhook.
  {
    id: 'no webhook on a real cluster: rejections',
    path: /^applied\..*\.(?:code|message|spec)$/,
    where: 'kubernetes',
    test: (expected) => typeof expected !== 'object', // only rejected objects have no spec
    wholeRun: true,
    reason:
      'The controller has CRDs with schemas, but no webhook. Objects that Tekton’s webhook rejected are rejected by the schema with another message, or are admitted and fail at run time. `pipewright lint` reports all problems before.',
  },
  {
    id: 'no webhook on a real cluster: types of params',
    path: /^applied\..*\.inputs\.params\.\d+(?:\.type)?$/,
    where: 'kubernetes',
    expected: /^(?:\{"type":)?"(?:string|array)"\}?$/,
    got: /^(?:nothing|null)$/,
    reason:
      'Tekton’s webhook wrote the type of a param according to its default; a schema can only set one constant default. Timeouts and the kinds of tasks are set as by the webhook; the type of a param is inferred when it is read.',
  },
  {
    id: 'no webhook on a real cluster: spellings of a timeout',
    path: /^applied\..*\.spec\.timeout$/,
    where: 'kubernetes',
    test: (expected, got) =>
      typeof expected === 'string' && typeof got === 'string' && parseDuration(expected) === parseDuration(got),
    reason: 'Tekton’s webhook reformatted durations (`1h` as `1h0m0s`). Here a timeout is unchanged.',
  },
];

const written = (value: Json | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Whether a rule covers a difference. */
export function covers(rule: Accepted, of: string, where: ClusterKind, { path, expected, got }: Difference): boolean {
  return (
    rule.path.test(path) &&
    (rule.cases?.test(of) ?? true) &&
    (rule.where === undefined || rule.where === where) &&
    (rule.expected?.test(written(expected)) ?? true) &&
    (rule.got?.test(written(got)) ?? true) &&
    (rule.test?.(expected, got) ?? true)
  );
}
