/**
 * `npm run bench`: the cost of runs on one machine, with a floor measured in the same run.
 *
 * A run has two floors: the steps' processes started by a plain shell loop, and the same in separate namespaces (`unshare`), the
 * minimum for any sandbox. For synth the floors are plain cdk8s ApiObjects and JSON.stringify (bench/synth.ts).
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { benchGrowth } from './growth.js';
import { median, measure, table, type Measured } from './measure.js';
import { idleArticle, pipelineOf, taskRunOf } from './pipelines.js';
import { benchShapes } from './shapes.js';
import { benchSynth } from './synth.js';

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'pipewright-bench-'));
const pipewright = join(root, 'packages/cli/bin/pipewright.js');

const manifests = (name: string, objects: readonly object[]): string => {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, objects.map((object) => `---\n${stringify(object)}`).join(''));
  return file;
};

/** Options of timed runs: without the module that measures peak memory, which has a separate run. */
const run = (file: string, flags: readonly string[] = [], memory = false): Promise<Measured> =>
  measure(process.execPath, [pipewright, 'run', file, '--image', 'busybox=host', ...flags], { cwd: folder, memory });

/** Runs a loop that starts `count` processes, `width` at a time, with `apart` each in separate namespaces. */
const loop = (count: number, shape: 'chain' | 'parallel', apart: boolean): Promise<Measured> => {
  const start = apart ? 'unshare -Urmpf --kill-child sh -c true' : 'sh -c true';
  const body = shape === 'chain' ? start : `${start} &`;
  return measure(
    'sh',
    ['-c', `i=0; while [ $i -lt ${count} ]; do ${body} i=$((i+1)); done; wait`.replace('true i=', 'true; i=')],
    { memory: false },
  );
};

const ms = (measured: Measured): string => measured.ms.toFixed(0);
const mb = (peak: number | undefined): string => peak?.toFixed(0) ?? '–';

async function runs(): Promise<string> {
  const rows: string[][] = [];
  /** The time of a run with one task minus that of the loop: the start, and the first task. */
  let one = Number.NaN;
  const add = async (
    name: string,
    tasks: number,
    times: number,
    file: string,
    shape: 'chain' | 'parallel',
    ...flags: string[]
  ) => {
    const ours = await median(times, () => run(file, flags));
    const { peakMb } = await median(1, () => run(file, flags, true));
    const plain = await median(times, () => loop(tasks, shape, false));
    const apart = await median(times, () => loop(tasks, shape, true));
    const beyond = ours.ms - plain.ms;
    if (tasks === 1 && shape === 'chain') one = beyond;
    const further = tasks > 1 && Number.isFinite(one) ? ((beyond - one) / (tasks - 1)).toFixed(1) : '–';
    rows.push([name, ms(ours), ms(plain), ms(apart), (beyond / tasks).toFixed(1), further, mb(peakMb)]);
  };
  const source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'README'), 'something to clone\n');
  const article = manifests('article', idleArticle('https://example.com/nginx.git'));
  await add('the article, with no-op steps', 3, 5, article, 'chain', '--source', `nginx-source-code=${source}`);
  for (const tasks of [1, 10, 100, 1000])
    await add(
      `chain of ${tasks}`,
      tasks,
      tasks > 100 ? 1 : 3,
      manifests(`chain-${tasks}`, pipelineOf(tasks, 'chain')),
      'chain',
    );
  await add('100 in parallel', 100, 3, manifests('parallel', pipelineOf(100, 'parallel')), 'parallel');
  return table(
    [
      'cold `pipewright run`',
      'ms',
      'shell loop ms',
      'unshare loop ms',
      'ms per task beyond the shell loop',
      'an additional task',
      'peak MiB (separate run)',
    ],
    rows,
  );
}

/** Measures the time from one step's clock to the next: the transition and the start of `date`, which is also measured separately. */
async function stepTransitions(): Promise<string> {
  const steps = 20;
  const measured = await median(3, () => run(manifests('steps', taskRunOf(steps, { clocked: true }))));
  const clocks = [...measured.output.matchAll(/^\[.*?\] (\d{19})$/gm)].map((match) => BigInt(match[1] ?? 0));
  const gaps = clocks
    .slice(1)
    .map((clock, i) => Number(clock - (clocks[i] ?? 0n)) / 1e6)
    .sort((a, b) => a - b);
  const dates = await median(3, () =>
    measure('sh', ['-c', `i=0; while [ $i -lt ${steps} ]; do date +%s%N; i=$((i+1)); done`], { memory: false }),
  );
  const middle = gaps[Math.floor(gaps.length / 2)] ?? Number.NaN;
  const row = [
    `${steps} steps of one task`,
    middle.toFixed(1),
    (gaps.at(-1) ?? Number.NaN).toFixed(1),
    (dates.ms / steps).toFixed(1),
  ];
  return table(['transition between steps', 'median ms', 'longest ms', '`date` in a shell loop ms'], [row]);
}

const load = (): string =>
  loadavg()
    .map((it) => it.toFixed(1))
    .join(' ');

try {
  // The first start after an edit bundles the sources (decision 21).
  const first = await measure(process.execPath, [pipewright, '--help']);
  const [cpu] = cpus();
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpu?.model ?? '?'}`);
  console.log(`load at the beginning ${load()}; first start ${ms(first)} ms\n`);
  console.log(await runs(), '\n');
  console.log(await stepTransitions(), '\n');
  console.log(await benchGrowth(), '\n');
  console.log(await benchSynth(), '\n');
  console.log(await benchShapes());
  console.log(`load at the end ${load()}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
