import { describe, expect, test } from '@jest/globals';
import { planPipelineRun } from '../../src/pipelinerun/plan.js';
import { actionsOf, conditionOf, observedRun, taskRunsIn, states, type Differences } from '../support/fixtures.js';

const GONE = `CouldntGetTask: Pipeline ns/p can't be Run; it contains Tasks that don't exist: Couldn't retrieve Task "ok": task.tekton.dev "ok" not found`;
const running = taskRunsIn({ test: states.running });

describe('a PipelineRun whose Task is not there', () => {
  test.each<[string, Differences, string, readonly string[]]>([
    [
      'says why it could not have begun, also when it is cancelled',
      { spec: { status: 'PipelineRunCancelled' } },
      GONE,
      [],
    ],
    [
      'is cancelled with all that runs once it has begun',
      { spec: { status: 'PipelineRunCancelled' }, taskRuns: running },
      'PipelineRunCancelled: PipelineRun "run" was cancelled',
      ['cancel test', 'delete-claim'],
    ],
    ['leaves no claim behind once it has begun', { taskRuns: running }, GONE, ['delete-claim']],
  ])('%s', (_what, differences, verdict, actions) => {
    const decision = planPipelineRun(observedRun({ tasks: new Map(), ...differences }));
    expect([conditionOf(decision), actionsOf(decision)]).toEqual([verdict, actions]);
  });
});
