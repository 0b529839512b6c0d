/**
 * Normalizes an outcome to a tree of the properties that must be equal on every cluster; differences are named by its paths.
 *
 *     outcome ──▶ names without their random parts ──▶ applied, pipelineRuns, taskRuns (status, pods, logs), claims, events
 *
 * Pure.
 */

import { at, isObject, listAt, objectAt, textAt, trimmed, type Json, type JsonObject } from './json.js';
import { goneOf, isInternal, namesOf, stepName, type Names } from './names.js';
import { annotations, podView } from './pod-view.js';
import type { Applied, Outcome } from './recording.js';

/** Options of the normalization. */
export interface NormalizeOptions {
  /** Real addresses, by their placeholder. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Whether to sort steps in the order of the pod: Tekton v0.9.2 lists them in the API server's order, which is undefined. Default: false. */
  readonly sortSteps?: boolean;
}

/** Returns the tree of an outcome. */
export function normalize(outcome: Outcome, options: NormalizeOptions = {}): JsonObject {
  const names = namesOf(outcome, options.addresses);
  const context: NormalizeContext = { outcome, names, sortSteps: options.sortSteps ?? false };
  const runs = (kind: 'PipelineRun' | 'TaskRun', there: readonly JsonObject[]): JsonObject =>
    Object.fromEntries(
      [...there.map((run) => [run, false] as const), ...goneOf(outcome, kind).map((run) => [run, true] as const)].map(
        ([run, gone]) => [
          names.of(textAt(run, 'metadata', 'name')),
          kind === 'PipelineRun' ? pipelineRun(run, gone, context) : taskRun(run, gone, context),
        ],
      ),
    );
  return {
    applied: Object.fromEntries(
      outcome.applied.map((one) => [names.text(`${one.kind} ${one.name}`), applied(one, names)]),
    ),
    pipelineRuns: runs('PipelineRun', outcome.pipelineruns),
    taskRuns: runs('TaskRun', outcome.taskruns),
    claims: claims(outcome, names),
    events: events(outcome, names),
  };
}

interface NormalizeContext {
  readonly outcome: Outcome;
  readonly names: Names;
  readonly sortSteps: boolean;
}

const applied = ({ code, status, defaulted }: Applied, names: Names): JsonObject =>
  code >= 400
    ? { code, message: names.text(textAt(status, 'message')) }
    : { code, ...(trimmed(defaulted) !== undefined && { spec: names.value(trimmed(defaulted) ?? null) }) };

function pipelineRun(run: JsonObject, gone: boolean, context: NormalizeContext): JsonObject {
  if (gone) return { gone };
  const { names } = context;
  const tasks = Object.values(objectAt(run, 'status', 'taskRuns')).map((entry) => [
    textAt(entry, 'pipelineTaskName'),
    {
      ...conditionOf(objectAt(entry, 'status'), names),
      retries: listAt(entry, 'status', 'retriesStatus').length,
      conditionChecks: Object.fromEntries(
        Object.entries(objectAt(entry, 'conditionChecks')).map(([check, state]) => [
          names.of(check),
          {
            conditionName: textAt(state, 'conditionName'),
            ...conditionOf(objectAt(state, 'status'), names),
            check: stateOf(objectAt(state, 'status', 'check'), names),
          },
        ]),
      ),
    },
  ]);
  return {
    ...conditionOf(objectAt(run, 'status'), names),
    labels: names.value(objectAt(run, 'metadata', 'labels')),
    annotations: names.value(annotations(run)),
    tasks: Object.fromEntries(tasks) as JsonObject, // made of JSON above
  };
}

/** Returns the condition, and whether the status has a completion time. */
function conditionOf(status: JsonObject, names: Names): JsonObject {
  const found = listAt(status, 'conditions').find((one) => at(one, 'type') === 'Succeeded');
  const { status: value, reason, message } = objectAt(found);
  return {
    condition: { status: value ?? null, reason: reason ?? null, message: names.text(String(message ?? '')) },
    completed: textAt(status, 'completionTime') !== '',
  };
}

function taskRun(run: JsonObject, gone: boolean, context: NormalizeContext): JsonObject {
  if (gone) return { gone };
  const { names, outcome } = context;
  const status = objectAt(run, 'status');
  const attempts = [...listAt(status, 'retriesStatus'), status].filter(isObject);
  const pods = attempts.map((attempt) => podOf(textAt(attempt, 'podName'), outcome));
  return {
    ...statusView(status, pods.at(-1), context),
    retries: listAt(status, 'retriesStatus')
      .filter(isObject)
      .map((attempt, index) => statusView(attempt, pods[index], context)),
    labels: names.value(objectAt(run, 'metadata', 'labels')),
    annotations: names.value(annotations(run)),
    pods: pods.map((pod) => (pod ? podView(pod, names) : null)),
    logs: pods.map((pod, index) => logsOf(pod, attempts[index] ?? {}, context)),
  };
}

const podOf = (name: string, outcome: Outcome): JsonObject | undefined =>
  [...outcome.pods, ...goneOf(outcome, 'Pod')].find((pod) => textAt(pod, 'metadata', 'name') === name);

function statusView(status: JsonObject, pod: JsonObject | undefined, context: NormalizeContext): JsonObject {
  const order = listAt(pod, 'spec', 'containers').map((one) => textAt(one, 'name'));
  const place = (step: Json): number => order.indexOf(textAt(step, 'container'));
  const listed = listAt(status, 'steps');
  const steps = context.sortSteps ? [...listed].sort((a, b) => place(a) - place(b)) : listed;
  const isInterrupted = listAt(status, 'conditions').some((one) => INTERRUPTING_REASONS.has(textAt(one, 'reason')));
  const results = listAt(status, 'resourcesResult').map((one) => trimmed(one) ?? {});
  return {
    ...conditionOf(status, context.names),
    steps: steps.map((step) => stepName(textAt(step, 'name'))),
    step: Object.fromEntries(
      steps.map((step) => [
        stepName(textAt(step, 'name')),
        isInterrupted ? interruptedStep(step, context.names) : stateOf(objectAt(step), context.names),
      ]),
    ),
    resourcesResult: results.sort((a, b) => (resultKey(a) < resultKey(b) ? -1 : 1)),
    cloudEvents: listAt(status, 'cloudEvents').map((one) => ({
      target: context.names.text(textAt(one, 'target')),
      condition: textAt(one, 'status', 'condition'),
      retryCount: at(one, 'status', 'retryCount') ?? 0,
    })),
  };
}

/** Results have no defined order, so they are sorted by this key. */
const resultKey = (result: Json): string =>
  ['name', 'key', 'digest', 'value'].map((field) => textAt(result, field)).join(' ');

/** Reasons for which a pod is deleted while its steps run. */
const INTERRUPTING_REASONS: ReadonlySet<string> = new Set(['TaskRunTimeout', 'TaskRunCancelled']);

/** Returns the state of a step in a deleted pod. Whether the step had started depends on timing, so both states are equal. */
function interruptedStep(step: Json, names: Names): JsonObject {
  const waits = textAt(step, 'waiting', 'reason');
  const began = at(step, 'running') !== undefined || waits === 'ContainerCreating' || waits === 'PodInitializing';
  return began ? { cutOff: true } : stateOf(objectAt(step), names);
}

/** Returns how a container ended, or its state. A termination message in JSON is parsed. */
function stateOf(state: JsonObject, names: Names): JsonObject {
  const terminated = state['terminated'];
  if (isObject(terminated)) {
    const message = parsed(names.text(textAt(terminated, 'message')));
    return {
      exitCode: terminated['exitCode'] ?? null,
      reason: terminated['reason'] ?? null,
      ...(message !== undefined && { message }),
    };
  }
  if (isObject(state['running'])) return { running: true };
  return isObject(state['waiting']) ? { waiting: textAt(state, 'waiting', 'reason') } : {};
}

function parsed(message: string): Json | undefined {
  if (message === '') return undefined;
  try {
    return trimmed(JSON.parse(message) as Json); // JSON.parse returns JSON
  } catch {
    return message;
  }
}

/** Returns the logs of the user's steps that ended by themselves; those of interrupted steps depend on timing. */
function logsOf(pod: JsonObject | undefined, attempt: JsonObject, context: NormalizeContext): JsonObject {
  const texts = context.outcome.logs[textAt(pod, 'metadata', 'name')] ?? {};
  const logs = listAt(attempt, 'steps').flatMap((step) => {
    const container = textAt(step, 'container');
    const text = texts[container];
    if (text === undefined || isInternal(textAt(step, 'name')) || at(step, 'terminated') === undefined) return [];
    if (text.startsWith('unable to retrieve container logs')) return [];
    return [[textAt(step, 'name'), context.names.text(withoutTimes(text))] as const];
  });
  return Object.fromEntries(logs);
}

/** Returns a log without the timestamps that the container runtime writes before its lines. */
export const withoutTimes = (text: string): string =>
  text.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) ?/gm, '');

/** Returns the claims of runs, and whether they were deleted with them. */
export function claims(outcome: Outcome, names: Names): JsonObject {
  const all = [
    ...outcome.pvcs.map((claim) => [claim, textAt(claim, 'metadata', 'deletionTimestamp') !== ''] as const),
    ...goneOf(outcome, 'PersistentVolumeClaim').map((claim) => [claim, true] as const),
  ];
  return Object.fromEntries(
    all.map(([claim, gone]) => [
      names.text(textAt(claim, 'metadata', 'name')),
      {
        accessModes: listAt(claim, 'spec', 'accessModes'),
        storage: textAt(claim, 'spec', 'resources', 'requests', 'storage'),
        owner: names.text(textAt(listAt(claim, 'metadata', 'ownerReferences')[0], 'name')),
        gone,
      },
    ]),
  );
}

/** Returns the events of the runs, each once. */
const events = (outcome: Outcome, names: Names): JsonObject =>
  Object.fromEntries(
    outcome.events
      .filter((event) => ['TaskRun', 'PipelineRun'].includes(textAt(event, 'kind')))
      .map((event) => {
        const run = `${textAt(event, 'kind')} ${names.of(textAt(event, 'name'))}`;
        return [`${run}: ${textAt(event, 'type')} ${textAt(event, 'reason')}`, true];
      }),
  );
