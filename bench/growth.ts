/**
 * Growth of the cost with the number of tasks: parallel tasks with scripted containers, so that only the overhead per task is measured.
 *
 * CPU time per task, each number in a separate process: of a whole run, of the shutdown after Ctrl-C while all tasks run, and of the shutdown
 * after a second Ctrl-C when no container reacts to the first. Equal numbers in a column mean linear growth. Separately: `node --import tsx bench/growth.ts`.
 */

import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, type Output } from '@pipewright/cli';
import { fake, type FakeOutcome } from '@pipewright/cluster';
import { stringify } from 'yaml';
import { measure, table } from './measure.js';
import { pipelineOf } from './pipelines.js';

const SCENARIOS = ['whole', 'stopped', 'killed'] as const;
type Scenario = (typeof SCENARIOS)[number];

/** Milliseconds between the last task's start and the signal that ends the run, and between two Ctrl-C. */
const PAUSE = 1000;

/** Runs the tasks, and prints the CPU time of the measured part in milliseconds. */
async function measured(tasks: number, how: Scenario): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-growth-'));
  const file = join(folder, 'run.yaml');
  writeFileSync(
    file,
    pipelineOf(tasks, 'parallel')
      .map((object) => `---\n${stringify(object)}`)
      .join(''),
  );
  const signals = new EventEmitter();
  let [begun, before] = [0, process.cpuUsage()];
  const interrupt = (): void => {
    before = process.cpuUsage();
    signals.emit('SIGINT');
  };
  const script = (): FakeOutcome => {
    begun += 1;
    if (how === 'whole') return {};
    if (begun === tasks) setTimeout(interrupt, PAUSE);
    if (begun === tasks && how === 'killed') setTimeout(interrupt, 2 * PAUSE);
    return { duration: 'forever', handlesSigterm: how === 'stopped' };
  };
  const nothing = (): void => undefined;
  const colors = new Proxy({}, { get: () => String }) as Output['colors']; // every colour returns the text unchanged
  const output: Output = {
    ...{ print: nothing, warn: nothing, protect: nothing, raw: nothing },
    ...{
      colors,
      terminal: false,
      live: false,
      size: () => ({ columns: 80, rows: 24 }),
      onResize: () => () => undefined,
    },
  };
  const request = { run: [], param: new Map(), source: new Map(), image: new Map([['busybox', 'host']]) } as const;
  await run({ ...request, paths: [file], output: 'json', runtime: 'fake' }, output, {
    runtime: fake({ script }),
    signals,
  });
  const { user, system } = process.cpuUsage(before);
  rmSync(folder, { recursive: true });
  console.log(`took ${((user + system) / 1000).toFixed(0)}`);
}

/** Returns the table of the cost per task for increasing numbers of tasks. */
export async function benchGrowth(): Promise<string> {
  const rows: string[][] = [];
  for (const tasks of [250, 500, 1000, 2000]) {
    const times = [];
    for (const how of SCENARIOS) {
      const { output } = await measure(process.execPath, ['--import', 'tsx', import.meta.filename, String(tasks), how]);
      times.push((Number(/took (\d+)/.exec(output)?.[1]) / tasks).toFixed(1));
    }
    rows.push([String(tasks), ...times]);
  }
  return table(['parallel tasks, scripted', 'run: CPU ms per task', 'Ctrl-C: ms per task', 'twice: ms per task'], rows);
}

if (process.argv[1] === import.meta.filename) {
  const [, , tasks, how] = process.argv;
  const known = SCENARIOS.find((each) => each === how);
  if (tasks !== undefined && known) await measured(Number(tasks), known);
  else console.log(await benchGrowth());
}
