/**
 * Normalizes an outcome of tekton.dev/v1 to a tree of the properties that must be equal on every cluster.
 *
 *     outcome ──▶ applied, actions, pipelineRuns, taskRuns (status, pods, logs), customRuns, claims, events
 *
 * Pure. Separate from v0.9.2's tree because statuses and pods of both have little in common.
 */

import { isObject, listAt, objectAt, textAt, trimmed, type Json, type JsonObject } from '../json.js';
import { goneOf, namesOf, type Names } from '../names.js';
import { claims, type NormalizeOptions } from '../normalize.js';
import { annotations } from '../pod-view.js';
import type { Action, Applied, Outcome } from '../recording.js';
import { hasEnded } from '../waits.js';
import { conditionView } from './condition-view.js';
import { podView } from './pod-view.js';
import { taskRunStatus } from './task-run-status.js';

/** Returns the tree of an outcome. */
export function normalize(outcome: Outcome, { addresses }: NormalizeOptions = {}): JsonObject {
  const names = namesOf(outcome, addresses);
  const byName = (
    kind: string,
    existing: readonly JsonObject[],
    view: (run: JsonObject) => JsonObject,
  ): JsonObject => ({
    ...Object.fromEntries(goneOf(outcome, kind).map((run) => [names.of(nameOf(run)), { gone: true }])),
    ...Object.fromEntries(existing.map((run) => [names.of(nameOf(run)), view(run)])),
  });
  return {
    applied: appliedView(outcome.applied, names),
    actions: outcome.actions
      .filter(({ op }) => op !== undefined && op !== 'sleep')
      .map((one) => actionView(one, names)),
    pipelineRuns: byName('PipelineRun', outcome.pipelineruns, (run) => pipelineRun(run, names)),
    taskRuns: byName('TaskRun', outcome.taskruns, (run) => taskRun(run, outcome, names)),
    customRuns: byName('CustomRun', outcome.customruns, (run) => customRun(run, names)),
    claims: claims(outcome, names),
    events: events(outcome, names),
  };
}

const nameOf = (object: JsonObject): string => textAt(object, 'metadata', 'name');

/** Returns the answers by object; several objects of one name are numbered. */
function appliedView(applied: readonly Applied[], names: Names): JsonObject {
  const counts = new Map<string, number>();
  return Object.fromEntries(
    applied.map((one) => {
      const key = names.text(`${one.kind} ${one.name}`);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return [count === 1 ? key : `${key} (${String(count)})`, answer(one, names)];
    }),
  );
}

const answer = ({ code, status, defaulted }: Applied, names: Names): JsonObject =>
  code >= 400
    ? { code, message: names.text(textAt(status, 'message')) }
    : { code, spec: names.value(trimmed(defaulted) ?? null) };

const actionView = ({ op, kind = '', name = '', code = 0, message }: Action, names: Names): JsonObject => ({
  action: names.text(`${op ?? ''} ${kind} ${name}`),
  code,
  message: names.text(message ?? ''),
});

/** The parts of a run's metadata that clients read. */
const metadataView = (run: JsonObject, names: Names): JsonObject => ({
  labels: names.value(objectAt(run, 'metadata', 'labels')),
  annotations: names.value(annotations(run)),
  owners: listAt(run, 'metadata', 'ownerReferences').map((one) =>
    names.text(`${textAt(one, 'apiVersion')} ${textAt(one, 'kind')} ${textAt(one, 'name')}`),
  ),
});

/** Returns list items by the value of a field, without that field. */
const keyed = (items: readonly Json[], field: string, names: Names): JsonObject =>
  Object.fromEntries(
    items
      .filter(isObject)
      .map(({ [field]: key, ...rest }) => [names.text(String(key)), names.value(trimmed(rest) ?? {})]),
  );

function pipelineRun(run: JsonObject, names: Names): JsonObject {
  const status = objectAt(run, 'status');
  return {
    ...conditionView(status, names),
    ...metadataView(run, names),
    children: keyed(listAt(status, 'childReferences'), 'name', names),
    skipped: keyed(listAt(status, 'skippedTasks'), 'name', names),
    results: keyed(listAt(status, 'results'), 'name', names),
    finallyStarted: textAt(status, 'finallyStartTime') !== '',
    pipelineSpec: names.value(trimmed(status['pipelineSpec']) ?? null),
    provenance: names.value(trimmed(status['provenance']) ?? null),
  };
}

function taskRun(run: JsonObject, outcome: Outcome, names: Names): JsonObject {
  const status = objectAt(run, 'status');
  const attempts = [...listAt(status, 'retriesStatus').filter(isObject), status];
  const pods = attempts.map((attempt) =>
    [...outcome.pods, ...goneOf(outcome, 'Pod')].find((pod) => nameOf(pod) === textAt(attempt, 'podName')),
  );
  return {
    ...metadataView(run, names),
    spec: names.value(trimmed(run['spec']) ?? null),
    attempts: attempts.map((attempt, index) => taskRunStatus(attempt, pods[index], outcome, names)),
    taskSpec: names.value(trimmed(status['taskSpec']) ?? null),
    provenance: names.value(trimmed(status['provenance']) ?? null),
    pods: pods.map((pod) => (pod ? podView(pod, names) : null)),
  };
}

const customRun = (run: JsonObject, names: Names): JsonObject => ({
  ...conditionView(objectAt(run, 'status'), names),
  ...metadataView(run, names),
  ended: hasEnded(run),
  spec: names.value(trimmed(run['spec']) ?? null),
});

/** Reasons of events that depend on timing, or on conflicts of writes. */
const VOLATILE_REASONS: ReadonlySet<string> = new Set(['Pending', 'Running', 'InternalError']);

/** Returns the events of the runs, each once. */
const events = (outcome: Outcome, names: Names): JsonObject =>
  Object.fromEntries(
    outcome.events
      .filter((event) => ['TaskRun', 'PipelineRun'].includes(textAt(event, 'kind')))
      .filter((event) => !VOLATILE_REASONS.has(textAt(event, 'reason')))
      .map((event) => {
        const run = `${textAt(event, 'kind')} ${names.of(textAt(event, 'name'))}`;
        return [`${run}: ${textAt(event, 'type')} ${textAt(event, 'reason')}`, true];
      }),
  );
