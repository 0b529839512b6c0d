/**
 * `npm run bench`: what a run costs on one machine, beside a floor measured in the same run.
 *
 * Two floors for a run: the steps' processes started by a plain shell loop, and the same in namespaces of their own (`unshare`), which is
 * the least that any sandbox pays. For synth the floors are plain cdk8s ApiObjects and JSON.stringify (bench/synth.ts).
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

/** Timed as a user has it: without the module that tells the peak of memory, which a run of its own is for. */
const run = (file: string, flags: readonly string[] = [], memory = false): Promise<Measured> =>
  measure(process.execPath, [pipewright, 'run', file, '--image', 'busybox=host', ...flags], { cwd: folder, memory });

/** The loop that starts `count` processes, `width` at a time, each in namespaces of its own when `apart`. */
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
  /** Beyond the loop's, for one task: the start, and the first task. */
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
  await add('the article, steps that do nothing', 3, 5, article, 'chain', '--source', `nginx-source-code=${source}`);
  for (const tasks of [1, 10, 100, 1000])
    await add(
      `chain of ${tasks}`,
      tasks,
      tasks > 100 ? 1 : 3,
      manifests(`chain-${tasks}`, pipelineOf(tasks, 'chain')),
      'chain',
    );
  await add('100 side by side', 100, 3, manifests('parallel', pipelineOf(100, 'parallel')), 'parallel');
  return table(
    [
      'cold `pipewright run`',
      'ms',
      'shell loop ms',
      'unshare loop ms',
      'ms a task beyond the shell loop',
      'a further task',
      'peak MiB (a run apart)',
    ],
    rows,
  );
}

/** From one step's clock to the next one's: the hand-over and the start of `date` itself, whose cost is measured beside it. */
async function handOver(): Promise<string> {
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
  return table(['hand-over, step to step', 'median ms', 'longest ms', '`date` in a shell loop ms'], [row]);
}

const load = (): string =>
  loadavg()
    .map((it) => it.toFixed(1))
    .join(' ');

try {
  // The first start after an edit puts the sources together (decision 21).
  const first = await measure(process.execPath, [pipewright, '--help']);
  const [cpu] = cpus();
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpu?.model ?? '?'}`);
  console.log(`load at the beginning ${load()}; first start ${ms(first)} ms\n`);
  console.log(await runs(), '\n');
  console.log(await handOver(), '\n');
  console.log(await benchGrowth(), '\n');
  console.log(await benchSynth(), '\n');
  console.log(await benchShapes());
  console.log(`load at the end ${load()}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
