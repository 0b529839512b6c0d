/**
 * How runs grow: tasks side by side whose containers are scripted, so that what is measured is what this program does for each task.
 *
 * Processor time a task, each number in a process of its own: of a whole run, of the end after Ctrl-C while all tasks run, and of the end
 * after a second one when no container heeds the first. In proportion when the numbers of a column are alike. Alone: `node --import tsx bench/growth.ts`.
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

const HOWS = ['whole', 'stopped', 'killed'] as const;
type How = (typeof HOWS)[number];

/** Milliseconds between the last task's start and what ends the run, and between one Ctrl-C and the next. */
const PAUSE = 1000;

/** Runs, and prints the processor time in milliseconds of what is asked for. */
async function measured(tasks: number, how: How): Promise<void> {
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
  const colors = new Proxy({}, { get: () => String }) as Output['colors']; // every colour leaves the text as it is
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
  const asked = { run: [], param: new Map(), source: new Map(), image: new Map([['busybox', 'host']]) } as const;
  await run({ ...asked, paths: [file], output: 'json', runtime: 'fake' }, output, {
    runtime: fake({ script }),
    signals,
  });
  const { user, system } = process.cpuUsage(before);
  rmSync(folder, { recursive: true });
  console.log(`took ${((user + system) / 1000).toFixed(0)}`);
}

/** The table, and what a task costs in runs of more and more of them. */
export async function benchGrowth(): Promise<string> {
  const rows: string[][] = [];
  for (const tasks of [250, 500, 1000, 2000]) {
    const times = [];
    for (const how of HOWS) {
      const { output } = await measure(process.execPath, ['--import', 'tsx', import.meta.filename, String(tasks), how]);
      times.push((Number(/took (\d+)/.exec(output)?.[1]) / tasks).toFixed(1));
    }
    rows.push([String(tasks), ...times]);
  }
  return table(['tasks side by side, scripted', 'run: CPU ms a task', 'Ctrl-C: ms a task', 'twice: ms a task'], rows);
}

if (process.argv[1] === import.meta.filename) {
  const [, , tasks, how] = process.argv;
  const known = HOWS.find((each) => each === how);
  if (tasks !== undefined && known) await measured(Number(tasks), known);
  else console.log(await benchGrowth());
}
