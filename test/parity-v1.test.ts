/** The normalization of outcomes of tekton.dev/v1 in the parity run, and the waits of their recordings. */

import { describe, expect, test } from '@jest/globals';
import { compareCase } from '../parity/comparison.js';
import type { JsonObject } from '../parity/json.js';
import type { Outcome } from '../parity/recording.js';
import { unwrap } from '../parity/unwrap.js';
import { conditionToWaitFor } from '../parity/waits.js';
import { nothing, ownedBy, recordingOf, succeeded } from './parity-case.js';

const taskRunStatus: JsonObject = {
  conditions: [succeeded],
  startTime: 'x',
  completionTime: 'x',
  podName: 'r-a-pod',
  results: [{ name: 'sum', type: 'string', value: '3' }],
  steps: [
    {
      name: 's',
      container: 'step-s',
      terminationReason: 'Completed',
      terminated: { exitCode: 0, reason: 'Completed' },
    },
  ],
};

const runStatus: JsonObject = {
  conditions: [succeeded],
  startTime: 'x',
  completionTime: 'x',
  childReferences: [{ apiVersion: 'tekton.dev/v1', kind: 'TaskRun', name: 'r-a', pipelineTaskName: 'a' }],
  skippedTasks: [{ name: 'b', reason: 'When Expressions evaluated to false' }],
  results: [{ name: 'sum', value: '3' }],
};

/** The outcome of a PipelineRun `r` with one task `a`. */
const outcome = (run: JsonObject = {}, taskRun: JsonObject = {}, more: Partial<Outcome> = {}): Outcome => ({
  ...nothing,
  applied: [{ apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: 'r', code: 201 }],
  pipelineruns: [{ metadata: { name: 'r' }, status: { ...runStatus, ...run } }],
  taskruns: [{ metadata: { name: 'r-a', ...ownedBy('r') }, spec: {}, status: { ...taskRunStatus, ...taskRun } }],
  pods: [{ metadata: { name: 'r-a-pod' }, spec: { containers: [{ name: 'step-s', image: 'x', command: ['a'] }] } }],
  logs: { 'r-a-pod': { 'step-s': '2026-01-01T00:00:00.5Z sum\n2026-01-01T00:00:00.5Z 2026/01/01 00:00:00 warning\n' } },
  ...more,
});

const pathsOf = (got: Outcome): string[] =>
  compareCase({ ...recordingOf(outcome()), release: 'v1.15' }, got, {
    where: 'embedded',
    addresses: {},
    rules: [],
  }).differences.map(({ path }) => path);

describe('a case', () => {
  test.each<[string, Outcome, string[]]>([
    ['the same outcome', outcome(), []],
    ['a line that the entrypoint adds to a log', outcome({}, {}, { logs: { 'r-a-pod': { 'step-s': 'sum\n' } } }), []],
    [
      'another skipped task',
      outcome({ skippedTasks: [{ name: 'b', reason: 'Parent Tasks were skipped' }] }),
      ['pipelineRuns.r.skipped.b.reason'],
    ],
    ['no reference to a child', outcome({ childReferences: [] }), ['pipelineRuns.r.children.r-a']],
    ['another result of the pipeline', outcome({ results: [] }), ['pipelineRuns.r.results.sum']],
    ['started finally tasks', outcome({ finallyStartTime: 'x' }), ['pipelineRuns.r.finallyStarted']],
    [
      'another type of a result',
      outcome({}, { results: [{ name: 'sum', type: 'array', value: '3' }] }),
      ['taskRuns.r-a.attempts.0.results.sum.type'],
    ],
    [
      'another end of a step',
      outcome(
        {},
        { steps: [{ name: 's', container: 'step-s', terminationReason: 'Continued', terminated: { exitCode: 1 } }] },
      ),
      [
        'taskRuns.r-a.attempts.0.step.s.exitCode',
        'taskRuns.r-a.attempts.0.step.s.reason',
        'taskRuns.r-a.attempts.0.step.s.terminationReason',
      ],
    ],
    [
      'another attempt',
      outcome({}, { retriesStatus: [{ conditions: [succeeded] }] }),
      [
        'taskRuns.r-a.attempts.0.started',
        'taskRuns.r-a.attempts.0.completed',
        'taskRuns.r-a.attempts.0.steps',
        'taskRuns.r-a.attempts.0.step.s',
        'taskRuns.r-a.attempts.0.results.sum',
        'taskRuns.r-a.attempts.0.logs.s',
        'taskRuns.r-a.attempts.1',
        'taskRuns.r-a.pods.0',
        'taskRuns.r-a.pods.1',
      ],
    ],
    [
      'another log',
      outcome({}, {}, { logs: { 'r-a-pod': { 'step-s': 'else\n' } } }),
      ['taskRuns.r-a.attempts.0.logs.s'],
    ],
    [
      'another answer to an action',
      outcome({}, {}, { actions: [{ t: 0, op: 'patch', kind: 'PipelineRun', name: 'r', code: 400, message: 'no' }] }),
      ['actions.0'],
    ],
    ['a CustomRun', outcome({}, {}, { customruns: [{ metadata: { name: 'r-c' } }] }), ['customRuns.r-c']],
  ])('with %s has these differences', (_, got, paths) => {
    expect(pathsOf(got)).toEqual(paths);
  });
});

test('a script of a recorded pod is decoded', () => {
  const text = `scriptfile="/tekton/scripts/script-0-abcde"\ncat > \${scriptfile} << '_EOF_'\n${Buffer.from('#!/bin/sh\necho').toString('base64')}\n_EOF_\n/tekton/bin/entrypoint decode-script "\${scriptfile}"\n`;
  const pod = { initContainers: [{ name: 'place-scripts', args: ['-c', text] }] };
  const step = {
    name: 'step-s',
    command: ['/tekton/bin/entrypoint'],
    args: ['-entrypoint', '/tekton/scripts/script-0-abcde', '--', 'x'],
  };
  expect(unwrap(step, pod)).toEqual({ script: '#!/bin/sh\necho', args: ['x'] });
});

describe('a wait', () => {
  const runs = (step: JsonObject, ended: boolean): readonly JsonObject[] => [
    {
      metadata: { name: 'r-a' },
      status: { steps: [step], conditions: [{ type: 'Succeeded', status: ended ? 'True' : 'Unknown' }] },
    },
  ];
  const objects = (taskRuns: readonly JsonObject[]) => ({
    list: (kind: string) =>
      kind === 'TaskRun' ? taskRuns : kind === 'CustomRun' ? [{ metadata: { name: 'r-w' } }] : [],
  });

  test.each<[string, JsonObject, boolean]>([
    ['step of r-a runs', { running: {} }, true],
    ['step of r-a runs', { waiting: {} }, false],
    ['step of r-b runs', { running: {} }, false],
    ['a runs', { running: {} }, true],
    ['both run', { running: {} }, false],
    ['child runs', { running: {} }, true],
    ['r-a done', { running: {} }, false],
    ['CustomRun r-w', {}, true],
    ['CustomRun r-x', {}, false],
    ['gone', {}, false],
  ])('for %s with a step %j: %s', (description, step, holds) => {
    expect(conditionToWaitFor(description)(objects(runs(step, false)))).toBe(holds);
  });

  test('for gone holds when no run exists', () => {
    expect(conditionToWaitFor('gone')({ list: () => [] })).toBe(true);
  });

  test('for the end of a run holds when it has ended', () => {
    expect(conditionToWaitFor('r-a done')(objects(runs({}, true)))).toBe(true);
  });
});
