/** Recorded PipelineRuns of Tekton v1.15: their conditions, children, skipped tasks, results, and the TaskRuns that are created for them. */

import { expect, test } from '@jest/globals';
import { isThorough } from '../../../../test/thorough.js';
import { hasRecordings, replayedRuns, type ReplayedRun } from '../support/replayed-runs.js';

const testWithRecordings = isThorough && hasRecordings ? test : test.skip;

/** Runs that were changed while they ran, or that had time limits: a replay does not have either. */
const CHANGED = /^r-(cancel|stop-|timeout-|task-deleted)/;

/** Runs with what is refused with a message until it is executed: resolvers, custom tasks, pipelines in pipelines, artifacts. */
const REFUSED = /^r-(resolver-|customrun-|alpha-pinp|alpha-artifacts)|^v-resolver-params/;

/** The parts of a run that differ, with the reason. */
const ACCEPTED: Readonly<Record<string, { readonly parts: readonly string[]; readonly reason: string }>> = {
  'r-embedded r': {
    parts: ['pipeline', 'taskRuns'],
    reason: 'Tekton copies the stepTemplate into the steps of an embedded task and keeps it too; the pod is the same',
  },
  'r-finally-failure r': {
    parts: ['children'],
    reason: 'Tekton loses the values of when expressions of finally after their first write',
  },
  'r-matrix-results r': {
    parts: ['taskRuns'],
    reason:
      'Tekton counts a matrix that comes from a result as 1 combination, and does not substitute the number of results',
  },
  'r-variables-run r': {
    parts: ['taskRuns'],
    reason: 'Tekton does not substitute params of the run in podTemplate of taskRunSpecs',
  },
  'r-variables-run r2': { parts: ['taskRuns'], reason: 'the same' },
  'r-alpha-when-cel r2': {
    parts: ['condition', 'children', 'pipeline', 'provenance', 'taskRuns', 'labels'],
    reason: 'the Pipeline was refused at admission, and the replay has it',
  },
  'r-alpha-when-cel r3': {
    parts: ['condition', 'children', 'pipeline', 'provenance', 'taskRuns', 'labels'],
    reason: 'the same',
  },
  'v-limits-config rq': {
    parts: ['children', 'taskRuns', 'labels'],
    reason: 'Tekton creates the TaskRuns of a matrix with too many combinations before it fails the run',
  },
};

const differs = ({ recorded, planned }: ReplayedRun, part: string): boolean => {
  try {
    expect(planned[part]).toEqual(recorded[part]);
    return false;
  } catch {
    return true;
  }
};

testWithRecordings('every recorded PipelineRun is planned as Tekton v1.15 executed it', () => {
  const runs = replayedRuns((id) => !CHANGED.test(id) && !REFUSED.test(id));
  const differences = runs.flatMap((run) => {
    const { parts = [] } = ACCEPTED[run.id] ?? {};
    return Object.keys(run.recorded)
      .filter((part) => !parts.includes(part) && differs(run, part))
      .map((part) => ({ id: run.id, part, recorded: run.recorded[part], planned: run.planned[part] }));
  });
  expect(differences).toEqual([]);
  expect(runs.length).toBeGreaterThan(100);
});
