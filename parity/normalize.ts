/**
 * What of an outcome must be the same wherever the case is run, as one tree; its paths are what differences are called by.
 *
 *     outcome ──▶ names without their random parts ──▶ applied, pipelineRuns, taskRuns (status, pods, logs), claims, events
 *
 * Pure.
 */

import { at, isObject, listAt, objectAt, textAt, trimmed, type Json, type JsonObject } from './json.js';
import { goneOf, isInternal, namesOf, stepName, type Names } from './names.js';
import { annotations, podView } from './pod-view.js';
import type { Applied, Outcome } from './recording.js';

/** How an outcome is read. */
export interface NormalizeOptions {
  /** Real addresses, by the word that stands for them. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Tekton v0.9.2 lists steps as the API server does, in no order; put them in that of the pod. By default they stay as they are. */
  readonly sortSteps?: boolean;
}

/** The tree. */
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

/** Its condition, and whether it has been given an end. */
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

/** Results have no order of their own: they come as their containers are listed. */
const resultKey = (result: Json): string =>
  ['name', 'key', 'digest', 'value'].map((field) => textAt(result, field)).join(' ');

/** Reasons for which a pod is deleted while its steps are at whatever they are at. */
const INTERRUPTING_REASONS: ReadonlySet<string> = new Set(['TaskRunTimeout', 'TaskRunCancelled']);

/** Whether such a step had begun just then says more of the clock than of the run. */
function interruptedStep(step: Json, names: Names): JsonObject {
  const waits = textAt(step, 'waiting', 'reason');
  const began = at(step, 'running') !== undefined || waits === 'ContainerCreating' || waits === 'PodInitializing';
  return began ? { cutOff: true } : stateOf(objectAt(step), names);
}

/** How a container ended, or what it was at. A termination message that is JSON is compared as such. */
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
    return trimmed(JSON.parse(message) as Json); // what parses is JSON
  } catch {
    return message;
  }
}

/** What the user's steps said, of those that ended by themselves: what was cut off says more of the clock than of the run. */
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

/** A log without the times that the container runtime puts before its lines. */
export const withoutTimes = (text: string): string =>
  text.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) ?/gm, '');

/** Claims that a run made, and whether they went with it. */
function claims(outcome: Outcome, names: Names): JsonObject {
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

/** Which events the runs have, each once. */
const events = (outcome: Outcome, names: Names): JsonObject =>
  Object.fromEntries(
    outcome.events
      .filter((event) => ['TaskRun', 'PipelineRun'].includes(textAt(event, 'kind')))
      .map((event) => {
        const run = `${textAt(event, 'kind')} ${names.of(textAt(event, 'name'))}`;
        return [`${run}: ${textAt(event, 'type')} ${textAt(event, 'reason')}`, true];
      }),
  );
