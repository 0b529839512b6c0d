/**
 * Every difference from what Tekton v0.9.2 did that is as it should be, with the reason: the only list of them.
 *
 * A row is a rule about a kind of place, not about a case, unless only one case can have it. `docs/parity.md` shows the
 * reasons; a row that fits nothing any more is reported as stale.
 */

import { parseDuration } from '@pipewright/tekton';
import type { Difference } from './compare.js';
import type { Json } from './json.js';

/** Where a case was played. */
export type ClusterKind = 'embedded' | 'kubernetes';

/** One rule. */
export interface Accepted {
  /** Names the rule in tables. */
  readonly id: string;
  /** The difference's path. */
  readonly path: RegExp;
  /** By default any case. */
  readonly cases?: RegExp;
  /** By default both. */
  readonly where?: ClusterKind;
  /** What the recording has there, as JSON, or `nothing`; by default anything. */
  readonly expected?: RegExp;
  /** What is here, as JSON, or `nothing`; by default anything. */
  readonly got?: RegExp;
  /** What must hold of both, where a pattern cannot say it. By default nothing. */
  readonly test?: (expected: Json | undefined, got: Json | undefined) => boolean;
  /** A run that goes another way from there differs in all that follows: accept the rest of it, of what it made and of what it belongs to. By default not. */
  readonly wholeRun?: boolean;
  /** Known, though no recording at hand shows it: never stale. By default not. */
  readonly unrecorded?: boolean;
  /** Why it is right so: a sentence for docs/parity.md. */
  readonly reason: string;
}

export const ACCEPTED: readonly Accepted[] = [
  // Runs that go another way.
  {
    id: 'a script without a first line',
    path: /^applied\..*\.message$/,
    expected: /script must start with a shebang/,
    got: /^nothing$/,
    wholeRun: true,
    reason:
      'Tekton v0.9.2 refused a script without `#!`. From v0.10 on it ran as `/bin/sh`, and users of v1alpha1 rely on that.',
  },
  {
    id: 'a script with arguments',
    path: /^applied\..*\.message$/,
    expected: /script cannot be used with args or command/,
    got: /^nothing$/,
    wholeRun: true,
    reason: 'Tekton v0.9.2 refused `args` beside a `script`. From v0.10 on the script got them.',
  },
  {
    id: 'a missing param is told',
    path: /^pipelineRuns\..*\.condition\.reason$/,
    got: /^"ParameterMissing"$/,
    wholeRun: true,
    reason:
      'A Pipeline’s param without default that the PipelineRun did not give reached the Task as the text `$(params.x)`, and the run went on with it. Here the run fails and names the param, as Tekton does since v0.11.',
  },
  {
    id: 'a run whose TaskRun is deleted ends',
    path: /^pipelineRuns\..*\.condition\.message$/,
    expected: /^"Not all Tasks in the Pipeline have finished executing"$/,
    got: /was deleted before it had finished"$/,
    wholeRun: true,
    reason: 'A PipelineRun of which somebody deleted a TaskRun stayed Running for ever. Here it fails and says why.',
  },
  {
    id: 'an impossible image name is told at once',
    path: /^taskRuns\..*\.condition\.message$/,
    expected: /failed to finish within|Error getting image manifest/,
    got: /is not a valid image name/,
    wholeRun: true,
    reason:
      'Nothing can be pulled by such a name, ever. Tekton v0.9.2 made the pod and let the run wait for its timeout.',
  },
  {
    id: 'a run that could never go on ends',
    path: /^pipelineRuns\..*\.condition\.message$/,
    expected: /^(?:""|nothing|"Not all Tasks in the Pipeline have finished executing"|.*failed to finish within.*)$/,
    got: /can't be Run; it has an invalid spec|was refused: /,
    wholeRun: true,
    unrecorded: true,
    reason:
      'Tekton v0.9.2 admitted pipelines whose TaskRuns its own webhook then refused (a task named `a.b`, a param given twice), and tried again until the timeout. Here the run fails and says why.',
  },
  {
    id: 'a Task calls its volumes as it likes',
    path: /\.condition\.message$/,
    expected: /Duplicate value: \\"(?:workspace|tekton-home|tools|scripts|downward)\\"/,
    wholeRun: true,
    unrecorded: true,
    reason:
      'A volume of a Task that was called like one of Tekton’s own made the pod invalid up to v0.9.2. From v0.10 on the own ones give way.',
  },
  {
    id: 'a relative workingDir',
    path: /\.workingDir$/,
    test: (expected, got) => typeof expected === 'string' && got === `/workspace/${expected}`,
    wholeRun: true,
    unrecorded: true,
    reason:
      'Tekton v0.9.2 made the directory below /workspace, and then gave the container runtime the relative path, which some refuse.',
  },
  {
    id: 'a CloudEvent is tried again',
    path: /\.cloudEvents\.\d+\.(?:retryCount|condition)$/,
    expected: /^1$|^"Failed"$/,
    got: /^[2-5]$|^"Unknown"$/,
    unrecorded: true,
    reason: 'Tekton v0.9.2 sent a CloudEvent once, whether it arrived or not. Here it is tried up to five times.',
  },
  {
    id: 'a step killed by a signal',
    path: /\.(?:exitCode|condition\.message)$/,
    expected: /^255$|exited with code 255 /,
    got: /^1(?:29|[34]\d)$|exited with code 1(?:29|[34]\d) /,
    unrecorded: true,
    reason: 'Tekton v0.9.2 ended such a step with 255, whatever the signal. Here it is 128 and the signal’s number.',
  },
  {
    id: 'a deleted pod is a failure',
    path: /^taskRuns\..*\.condition\.message$/,
    got: /pod .* was deleted before it had finished/,
    wholeRun: true,
    unrecorded: true,
    reason:
      'Tekton v0.9.2 made a pod again that somebody deleted. Here the attempt fails, and retries apply: a step never runs twice in one attempt.',
  },
  {
    id: 'what cannot mend is not waited for',
    path: /^taskRuns\..*\.condition\.message$/,
    expected: /failed to finish within/,
    got: /could not start|due to config error/,
    wholeRun: true,
    unrecorded: true,
    reason:
      'A pod whose configuration is wrong never starts. Tekton v0.9.2 waited for the timeout; here the run fails with the kubelet’s words.',
  },
  {
    id: 'nothing of an ended run goes on',
    path: /^taskRuns\..*\.condition\.reason$/,
    expected: /^"(?:Running|Pending|TaskRunTimeout)"$/,
    got: /^"TaskRunCancelled"$/,
    wholeRun: true,
    unrecorded: true,
    reason:
      'A PipelineRun that timed out left its TaskRuns, and one that was cancelled its checks, running on. Here they are cancelled with it.',
  },

  // What is written about a run.
  {
    id: 'the step that failed',
    path: /\.condition\.message$/,
    expected: /step-.*exited with code/,
    got: /step-.*exited with code/,
    unrecorded: true,
    reason:
      'Tekton v0.9.2 named the first container with another exit code than 0 in the API’s order, which may be one that was skipped. Here it is the step that failed, with the kubelet’s reason where there is one.',
  },
  {
    id: 'a timeout in words',
    path: /^pipelineRuns\..*\.condition\.message$/,
    expected: /failed to finish within \\"&Duration\{/,
    got: /failed to finish within/,
    unrecorded: true,
    reason:
      'Tekton v0.9.2 printed the program’s own form of the duration of a PipelineRun. Here it reads as in the manifest.',
  },
  {
    id: 'a sentence that goes on',
    path: /\.condition\.message$/,
    test: (expected, got) =>
      typeof expected === 'string' && typeof got === 'string' && expected !== '' && got.startsWith(expected),
    reason: 'The message is Tekton’s, and then says more: what the run was waiting for, or what to look at.',
  },
  {
    id: 'an end without a time',
    path: /\.completed$/,
    expected: /^false$/,
    got: /^true$/,
    reason:
      'Tekton v0.9.2 wrote no completionTime when a run was cancelled or ended before it had a pod. Every run that has ended has one here: tools that print durations rely on it.',
  },
  {
    id: 'labels of runs that never began',
    path: /\.labels\.\[tekton\.dev\/(?:task|pipeline)\]$/,
    expected: /^nothing$/,
    reason:
      'Tekton v0.9.2 labelled a run with its Task or Pipeline, and left it out now and then when the run failed validation. Here every run has the label, so that lists by label show it.',
  },
  {
    id: 'events of trouble within',
    path: /^events\.PipelineRun .*: Warning PipelineRunFailed$/,
    got: /^nothing$/,
    reason:
      'Tekton v0.9.2 wrote this event whenever its own write met a conflict, also for runs that succeeded. Here a conflict is tried again and is no news.',
  },
  {
    id: 'an event for every failure',
    path: /^events\..*: Warning Failed$/,
    expected: /^nothing$/,
    reason:
      'Tekton v0.9.2 wrote no event when a run failed before it had a pod, or by timeout. Here every run that fails has one.',
  },

  // The pod (decision 4).
  {
    id: 'the directory of the ready file',
    path: /\.logs\./,
    expected: /\bdownward\b/,
    reason:
      'Only pods with sidecars have /tekton/downward: nothing else waits for it. A step that lists /tekton sees that.',
  },
  {
    id: 'images stay as they were written',
    path: /\.imagePullPolicy$/,
    expected: /^"IfNotPresent"$/,
    got: /^"Always"$/,
    reason:
      'Where a step had no command, Tekton v0.9.2 put the digest it had looked up into the pod, and Kubernetes then pulled another way. Here the pod names the image as the Task does.',
  },

  {
    id: 'credentials that every program can read',
    path: /\.logs\./,
    expected: /IdentityFile .*id_/,
    got: /IdentityFile .*id_/,
    reason:
      'Keys and known hosts end with a line end, which OpenSSH asks for and Tekton v0.9.2 left out; their directories are open to their owner alone. A step that lists them sees that.',
  },

  // A cluster without a webhook.
  {
    id: 'no webhook on a real cluster: refusals',
    path: /^applied\..*\.(?:code|message|spec)$/,
    where: 'kubernetes',
    test: (expected) => typeof expected !== 'object', // what was refused has no spec, and no other object lacks one
    wholeRun: true,
    reason:
      'The controller brings definitions with schemas, and no webhook. What Tekton’s webhook refused is refused by the schema in other words, or is admitted and fails when it runs. `pipewright lint` says it all before.',
  },
  {
    id: 'no webhook on a real cluster: types of params',
    path: /^applied\..*\.inputs\.params\.\d+(?:\.type)?$/,
    where: 'kubernetes',
    expected: /^(?:\{"type":)?"(?:string|array)"\}?$/,
    got: /^(?:nothing|null)$/,
    reason:
      'Tekton’s webhook wrote into a param the type that its default has; a schema knows one word for all. Timeouts and the kinds of tasks are written as it did; a type is read as if it stood there.',
  },
  {
    id: 'no webhook on a real cluster: spellings of a timeout',
    path: /^applied\..*\.spec\.timeout$/,
    where: 'kubernetes',
    test: (expected, got) =>
      typeof expected === 'string' && typeof got === 'string' && parseDuration(expected) === parseDuration(got),
    reason: 'Tekton’s webhook wrote durations anew (`1h` as `1h0m0s`). Here a timeout stays as it was written.',
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
