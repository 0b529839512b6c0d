import { describe, expect, test } from '@jest/globals';
import { isFinalRejection, type ChildCreation } from '../../src/pipelinerun/child-creation.js';
import { planPipelineRun } from '../../src/pipelinerun/plan.js';
import { actionsOf, conditionOf, observedRun } from '../support/fixtures.js';

const plan = (...creations: readonly ChildCreation[]) =>
  planPipelineRun(
    observedRun({ creations: new Map(creations.map((one, index) => [`run-test-${String(index)}`, one])) }),
  );

describe('a PipelineRun whose TaskRun is created', () => {
  test('keeps running', () => {
    expect(conditionOf(plan({ kind: 'created' }))).toBe(
      'Running: Not all Tasks in the Pipeline have finished executing',
    );
  });

  test('has the same actions as before the answer', () => {
    expect(actionsOf(plan({ kind: 'created' }))).toEqual(actionsOf(planPipelineRun(observedRun())));
  });
});

describe('a PipelineRun whose TaskRun cannot be created', () => {
  test.each<[string, ChildCreation, string]>([
    [
      'because it is invalid',
      { kind: 'rejected', reason: 'Invalid', message: 'spec.timeout: Invalid value' },
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
