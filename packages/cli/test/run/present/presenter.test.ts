import { describe, expect, test } from '@jest/globals';
import type { RunEvent } from '../../../src/run/follow/events.js';
import { textPresenter } from '../../../src/run/present/presenter.js';
import { recorded } from '../../support/cli.js';

const time = new Date(0).toISOString();
const task = { time, run: 'nightly', task: 'build' } as const;
const log =
  '{"level":"info","ts":1.5,"logger":"fallback-logger","caller":"git/git.go:105","msg":"Successfully cloned R"}';
const held = 'no node has room: the pod asks for 64 processors, and the only node has two of them';
const EVENTS: readonly RunEvent[] = [
  { type: 'run-start', time, run: 'nightly', kind: 'PipelineRun', namespace: 'ci', tasks: ['build'] },
  { type: 'task-held', ...task, reason: 'Pending', message: held },
  { type: 'step-start', ...task, step: 'git-source' },
  { type: 'step-log', ...task, step: 'git-source', line: log },
  { type: 'sidecar-log', ...task, sidecar: 'db', line: 'ready' },
  {
    type: 'task-end',
    ...task,
    outcome: 'failed',
    reason: 'Failed',
    message: held,
    seconds: 1,
    results: [],
    taskResults: [],
  },
  { type: 'run-end', time, run: 'nightly', outcome: 'failed', reason: 'Failed', message: '', seconds: 1 },
  { type: 'next-command', time, purpose: 'to run it again', command: `pipewright run ${'p.yaml '.repeat(12).trim()}` },
];
const next =
  'to run it again: pipewright run p.yaml p.yaml p.yaml p.yaml p.yaml p.yaml p.yaml p.yaml p.yaml p.yaml p.yaml p.yaml';

function presented(terminal: boolean, isSeveral: boolean): string {
  const output = { ...recorded(), terminal, size: () => ({ columns: 60, rows: 24 }) };
  const presenter = textPresenter(output, { waitsFor: () => [], hasSeveralRuns: isSeveral });
  EVENTS.forEach((event) => presenter.show(event));
  presenter.finish();
  return output.out();
}

describe('the events of a run as text', () => {
  test('are unchanged in a pipe', () => {
    expect(presented(false, false)).toBe(`--- PipelineRun nightly in namespace ci
--- build waits: ${held}
[build : git-source] ${log}
[build : sidecar-db] ready
--- ✖ build Failed 1.0s

Failed  nightly  in 1.0s  (1 task: 1 failed)
  ✖ build  1.0s
      | ${log}
      Failed: ${held}

${next}
`);
  });

  test("are adapted to a terminal: prose is wrapped, Tekton's log lines are simplified, and the next command is not wrapped", () => {
    expect(presented(true, false)).toBe(`--- PipelineRun nightly in namespace ci
--- build waits: no node has room: the pod asks for 64
  processors, and the only node has two of them
[build : git-source] Successfully cloned R
[build : sidecar-db] ready
--- ✖ build Failed 1.0s

Failed  nightly  in 1.0s  (1 task: 1 failed)
  ✖ build  1.0s
      | Successfully cloned R
      Failed: no node has room: the pod asks for 64
        processors, and the only node has two of them

${next}
`);
  });

  test('include their run if there are several', () => {
    expect(presented(false, true).split('\n').slice(0, 6)).toEqual([
      '--- PipelineRun nightly in namespace ci',
      `--- nightly/build waits: ${held}`,
      `[nightly/build : git-source] ${log}`,
      '[nightly/build : sidecar-db] ready',
      '--- ✖ nightly/build Failed 1.0s',
      '--- ✖ nightly Failed 1.0s',
    ]);
  });
});
