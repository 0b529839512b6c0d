import { describe, expect, test } from '@jest/globals';
import { planPipelineRun } from '../../src/pipelinerun/plan.js';
import { actionsOf, conditionOf, observedRun, taskRunsIn, states, type Differences } from '../support/fixtures.js';

const TASK_NOT_FOUND = `CouldntGetTask: Pipeline ns/p can't be Run; it contains Tasks that don't exist: Couldn't retrieve Task "ok": task.tekton.dev "ok" not found`;
const running = taskRunsIn({ test: states.running });

describe('a PipelineRun whose Task does not exist', () => {
  test.each<[string, Differences, string, readonly string[]]>([
    [
      'reports why it could not start, even if it is cancelled',
      { spec: { status: 'PipelineRunCancelled' } },
      TASK_NOT_FOUND,
      [],
    ],
    [
      'is cancelled with its running TaskRuns after it has started',
      { spec: { status: 'PipelineRunCancelled' }, taskRuns: running },
      'PipelineRunCancelled: PipelineRun "run" was cancelled',
      ['cancel test', 'delete-claim'],
    ],
    ['deletes its claim after it has started', { taskRuns: running }, TASK_NOT_FOUND, ['delete-claim']],
  ])('%s', (_what, differences, expected, actions) => {
    const decision = planPipelineRun(observedRun({ tasks: new Map(), ...differences }));
    expect([conditionOf(decision), actionsOf(decision)]).toEqual([expected, actions]);
  });
});
