import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RunEvent } from '../../src/run/follow/events.js';
import { textPresenter } from '../../src/run/present/presenter.js';
import { liveArea, type Size } from '../../src/terminal/live-area.js';
import { HandClock, TerminalModel } from '../support/terminal-model.js';

const TASKS = Array.from({ length: 12 }, (_, index) => `task-${String(index)}`);
const time = new Date(0).toISOString();
const run = 'nightly';
const start: RunEvent = { type: 'run-start', time, run, kind: 'PipelineRun', namespace: 'ci', tasks: TASKS };
const started = (task: string): RunEvent => ({ type: 'task-start', time, run, task, taskRun: `r-${task}` });
const says = (task: string, line: string): RunEvent => ({ type: 'step-log', time, run, task, step: 'make', line });
/** Whether a line is part of the area: a task with its symbol, or the counts. */
const isAreaRow = (line: string): boolean => /^ {2}[●○✔◌] |^ {2}\d+ done · /.test(line);

describe('the live area', () => {
  test('appears only once if 12 tasks are drawn repeatedly in a terminal with 10 rows', async () => {
    const terminal = new TerminalModel(80, 10);
    const clock = new HandClock();
    const presenter = textPresenter(terminal.output, { waitsFor: () => [], hasSeveralRuns: false }, clock);
    presenter.show(start);
    for (const task of TASKS) {
      presenter.show(started(task));
      clock.advance(1000);
      presenter.show(says(task, `hello from ${task}`));
      clock.advance(1000);
    }
    const lines = await terminal.lines();
    expect(lines.filter(isAreaRow)).toEqual([
      '  ● task-0   24.0s  starting  hello from task-0',
      '  ● task-1   24.0s  starting  hello from task-1',
      '  ● task-2   24.0s  starting  hello from task-2',
      '  ● task-3   24.0s  starting  hello from task-3',
      '  ● task-4   24.0s  starting  hello from task-4',
      '  0 done · 12 running · 0 waiting  24.0s',
    ]);
    expect(lines.slice(0, -6)).toEqual([
      '--- PipelineRun nightly in namespace ci',
      ...TASKS.map((task) => `[${task} : make] hello from ${task}`),
    ]);
  });

  test('leaves only the printed lines, in terminals of any size and after resizing', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', '日', '本', 'é', '😀'), minLength: 1, maxLength: 150 });
    const width = fc.integer({ min: 20, max: 120 });
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('print' as const), line }) },
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 2500 }) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('resize' as const), width }) },
    );
    const height = fc.integer({ min: 1, max: 24 });
    const property = fc.asyncProperty(
      width,
      height,
      height,
      fc.array(step, { maxLength: 40 }),
      async (columns, rows, most, steps) => {
        const terminal = new TerminalModel(columns, rows);
        const clock = new HandClock();
        const printed: string[] = [];
        let drawn: readonly string[] = [];
        let frames = 0;
        const draw = (size: Size): readonly string[] => {
          frames += 1;
          const rowOf = (_: unknown, index: number): string =>
            `${String(index)} of ${String(frames)} `.padEnd(size.columns, 'x');
          return (drawn = Array.from({ length: Math.min(size.rows, most) }, rowOf));
        };
        const area = liveArea(terminal.output, draw, clock);
        for (const each of steps) {
          if (each.kind === 'print') {
            printed.push(each.line);
            area.print(each.line);
          } else if (each.kind === 'wait') clock.advance(each.ms);
          // Rows that scroll out of the terminal after wrapping cannot be cleared: they remain above.
          else if (drawn.length * Math.ceil((drawn[0]?.length ?? 0) / each.width) < rows)
            await terminal.resize(each.width, rows);
        }
        clock.advance(100);
        expect(await terminal.lines()).toEqual([...printed, ...drawn]);
        area.stop();
        expect(await terminal.lines()).toEqual(printed);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
});
