import { describe, expect, test } from '@jest/globals';
import { isFinalRejection, type ChildCreation } from '../../src/pipelinerun/child-creation.js';
import { planPipelineRun, statusAfterCreations } from '../../src/pipelinerun/plan.js';
import { conditionOf, NOON, observedRun } from '../support/fixtures.js';

/** The plan for a new run, with the status after this answer. */
function plan(creation: ChildCreation) {
  const created = planPipelineRun(observedRun());
  const creations = new Map([['run-test-0', creation]]);
  return { ...created, status: statusAfterCreations(created.status, creations, new Date(NOON)) };
}

describe('a PipelineRun whose TaskRun is created', () => {
  test('keeps running', () => {
    expect(conditionOf(plan({ kind: 'created' }))).toBe(
      'Running: Not all Tasks in the Pipeline have finished executing',
    );
  });
});

describe('a PipelineRun whose TaskRun cannot be created', () => {
  test.each<[string, ChildCreation, string]>([
    [
      'because it is invalid',
      { kind: 'rejected', message: 'spec.timeout: Invalid value' },
      'TaskRunCreationFailed: the TaskRun "run-test-0" was refused: spec.timeout: Invalid value',
    ],
    [
      'because its name is taken',
      { kind: 'name-taken' },
      'TaskRunCreationFailed: the TaskRun "run-test-0" exists already and belongs to something else; delete it and run again',
    ],
  ])('ends %s', (_, creation, message) => {
    const decision = plan(creation);
    expect(conditionOf(decision)).toBe(message);
    expect(decision.status.completionTime).toBe('2026-01-01T12:00:00Z');
  });
});

test.each([
  ['Invalid', true],
  ['BadRequest', true],
  ['Forbidden', false],
  ['InternalError', false],
])('a rejection with the reason %s is final: %s', (reason, isFinal) => {
  expect(isFinalRejection({ reason })).toBe(isFinal);
});
