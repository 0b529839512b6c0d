/** Normalizes the status of one attempt of a TaskRun of tekton.dev/v1, with the logs of its steps. Pure. */

import { at, isObject, listAt, objectAt, textAt, trimmed, type Json, type JsonObject } from '../json.js';
import type { Names } from '../names.js';
import { withoutTimes } from '../normalize.js';
import type { Outcome } from '../recording.js';
import { conditionView } from './condition-view.js';

/** Returns the tree of an attempt. */
export function taskRunStatus(
  status: JsonObject,
  pod: JsonObject | undefined,
  outcome: Outcome,
  names: Names,
): JsonObject {
  const steps = listAt(status, 'steps').filter(isObject);
  const isInterrupted = listAt(status, 'conditions').some((one) => INTERRUPTING_REASONS.has(textAt(one, 'reason')));
  return {
    ...conditionView(status, names),
    steps: steps.map((step) => textAt(step, 'name')),
    step: Object.fromEntries(
      steps.map((step) => [textAt(step, 'name'), isInterrupted ? interruptedStep(step) : stepView(step, names)]),
    ),
    sidecars: listAt(status, 'sidecars').map((one) => textAt(one, 'name')),
    results: Object.fromEntries(
      listAt(status, 'results')
        .filter(isObject)
        .map(({ name, ...result }) => [String(name), names.value(trimmed(result) ?? {})]),
    ),
    artifacts: names.value(trimmed(status['artifacts']) ?? null),
    logs: isInterrupted ? {} : logsOf(pod, steps, outcome, names),
  };
}

/** Reasons for which a pod is deleted while its steps run. */
const INTERRUPTING_REASONS: ReadonlySet<string> = new Set(['TaskRunTimeout', 'TaskRunCancelled']);

/** Returns the state of a step in a deleted pod. How far it had come depends on timing. */
const interruptedStep = (step: JsonObject): JsonObject => ({ terminationReason: step['terminationReason'] ?? null });

function stepView(step: JsonObject, names: Names): JsonObject {
  const ended = objectAt(step, 'terminated');
  const state: JsonObject =
    at(step, 'terminated') === undefined
      ? { waiting: textAt(step, 'waiting', 'reason'), running: at(step, 'running') !== undefined }
      : { exitCode: ended['exitCode'] ?? null, reason: ended['reason'] ?? null };
  return {
    ...state,
    terminationReason: step['terminationReason'] ?? null,
    results: listAt(step, 'results').map((one) => names.value(one)),
    inputs: names.value(trimmed(step['inputs']) ?? null),
    outputs: names.value(trimmed(step['outputs']) ?? null),
    provenance: names.value(trimmed(step['provenance']) ?? null),
  };
}

/** Returns the logs of steps that ended by themselves. */
function logsOf(pod: JsonObject | undefined, steps: readonly JsonObject[], outcome: Outcome, names: Names): JsonObject {
  const texts = outcome.logs[textAt(pod, 'metadata', 'name')] ?? {};
  return Object.fromEntries(
    steps.flatMap((step): (readonly [string, Json])[] => {
      const text = texts[textAt(step, 'container')];
      if (text === undefined || at(step, 'terminated') === undefined) return [];
      if (text.startsWith('unable to retrieve') || text.startsWith('<400>')) return [];
      return [[textAt(step, 'name'), sortedLines(ownOutput(names.text(withoutTimes(text))))]];
    }),
  );
}

/** Removes the lines that Tekton's entrypoint adds to a step's output, which begin with a date. */
const ownOutput = (text: string): string => text.replace(/^TIME .*\n?/gm, '');

/** The order of standard output and standard error is undefined, so lines are sorted. */
const sortedLines = (text: string): string => text.split('\n').sort().join('\n');
