import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import picocolors from 'picocolors';
import stringWidth from 'string-width';
import type { RunEvent } from '../../../src/run/follow/events.js';
import { statusRows } from '../../../src/run/present/status-area.js';
import { TallyUpdater, type Tally } from '../../../src/run/present/tally.js';

const colors = picocolors.createColors(false);
const time = new Date(0).toISOString();
const tallied = (events: readonly RunEvent[]): Tally => {
  const count = new TallyUpdater();
  events.forEach((event) => count.add(event));
  return count.tally;
};
const start = (run: string, tasks: readonly string[]): RunEvent => ({
  type: 'run-start',
  time,
  run,
  kind: 'PipelineRun',
  namespace: 'ci',
  tasks,
});
const started = (run: string, task: string): RunEvent => ({
  type: 'task-start',
  time,
  run,
  task,
  taskRun: `${run}-${task}`,
});
const says = (run: string, task: string, line: string): RunEvent => ({
  type: 'step-log',
  time,
  run,
  task,
  step: 'make',
  line,
});

describe('the status area', () => {
  test('shows the run in each row if there are several', () => {
    const tally = tallied([
      start('nightly', ['build', 'ship']),
      start('once', ['once']),
      started('nightly', 'build'),
      started('once', 'once'),
    ]);
    const waitsFor = (_: string, task: string): readonly string[] => (task === 'ship' ? ['build'] : []);
    expect(statusRows(tally, waitsFor, 4000, { columns: 80, rows: 10 }, colors)).toEqual([
      '  ● nightly/build    4.0s  starting',
      '  ○ nightly/ship   waits for build',
      '  nightly: 0 done · 1 running · 1 waiting  4.0s',
      '  ● once             4.0s  starting',
      '  once: 0 done · 1 running · 0 waiting  4.0s',
    ]);
    expect(statusRows(tally, waitsFor, 4000, { columns: 80, rows: 1 }, colors)).toEqual([
      '  2 runs: 0 done · 2 running · 1 waiting  4.0s',
    ]);
  });

  const tasks = ['unit-tests', 'integration-tests', 'static-analysis', 'deploy'];
  const fanIn = tallied([start('nightly', tasks), started('nightly', 'unit-tests')]);
  const waitsFor = (_: string, task: string): readonly string[] => (task === 'deploy' ? tasks.slice(0, 3) : []);

  test('wraps the dependencies of a task at words if there is space', () => {
    expect(statusRows(fanIn, waitsFor, 4000, { columns: 60, rows: 8 }, colors)).toEqual([
      '  ● unit-tests           4.0s  starting',
      '  ○ integration-tests  about to start',
      '  ○ static-analysis    about to start',
      '  ○ deploy             waits for unit-tests,',
      '      integration-tests, static-analysis',
      '  0 done · 1 running · 3 waiting  4.0s',
    ]);
    expect(statusRows(fanIn, waitsFor, 4000, { columns: 60, rows: 5 }, colors)[3]).toBe(
      '  ○ deploy             waits for unit-tests, integration-te…',
    );
  });

  test('shows running tasks before waiting ones if there is no space for all', () => {
    const tally = tallied([start('nightly', tasks), started('nightly', 'deploy')]);
    expect(statusRows(tally, () => [], 4000, { columns: 60, rows: 3 }, colors)).toEqual([
      '  ○ unit-tests  about to start',
      '  ● deploy        4.0s  starting',
      '  0 done · 1 running · 3 waiting  4.0s',
    ]);
  });

  test('fits terminals of any size, for any output and number of runs', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,40}$/);
    const line = fc.string({
      unit: fc.constantFrom('a', ' ', '日', '本', '👩‍👩‍👧', 'e\u0301', '\t', '\u001b[31m'),
      maxLength: 200,
    });
    const runs = fc.uniqueArray(fc.record({ run: name, tasks: fc.uniqueArray(name, { maxLength: 20 }), line }), {
      selector: ({ run }) => run,
      maxLength: 5,
    });
    const size = fc.record({ columns: fc.integer({ min: 1, max: 120 }), rows: fc.integer({ min: 0, max: 16 }) });
    fc.assert(
      fc.property(runs, size, (all, { columns, rows }) => {
        const tally = tallied(
          all.flatMap(({ run, tasks: own, line: text }) => [
            start(run, own),
            ...own.slice(0, 10).flatMap((task) => [started(run, task), says(run, task, text)]),
          ]),
        );
        const drawn = statusRows(
          tally,
          (run) => all.find((each) => each.run === run)?.tasks ?? [],
          0,
          { columns, rows },
          colors,
        );
        expect(drawn.length).toBeLessThanOrEqual(rows);
        expect(Math.max(0, ...drawn.map((row) => stringWidth(row)))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
