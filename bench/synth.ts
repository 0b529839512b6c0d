/**
 * The cost of synthesis: the constructs, in TektonApp and in cdk8s's App, compared with plain ApiObjects and JSON.stringify.
 *
 * Every number is from a separate process, which creates `count` Tasks and a Pipeline that chains them, and writes them.
 * Its time is measured after the modules are loaded; the last columns show the loading time. The constructs are the published ones
 * (build/lib, built first), since cdk8s is compiled too. Both cdk8s variants must write the same bytes. Separately: `node --import tsx bench/synth.ts`.
 */

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ApiObject, App, Chart } from 'cdk8s';
import type * as Library from '../lib/index.js';
import { measure, table } from './measure.js';

const WAYS = ['constructs', 'constructs in App', 'ApiObjects', 'JSON.stringify'] as const;
type Way = (typeof WAYS)[number];

/**
 * Returns a function that returns the milliseconds since the call: the user's waiting time on an idle machine.
 *
 * On Linux this is the CPU time of the main thread, which other programs do not affect; elsewhere wall time.
 */
function stopwatch(): () => number {
  const began = mainThread();
  return () => mainThread() - began;
}

function mainThread(): number {
  try {
    const [nanoseconds = ''] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    return performance.now();
  }
}

/** The measurements of a child process. */
interface ChildResult {
  readonly ms: number;
  readonly startMs: number;
  readonly bytes: string;
}

const taskName = (i: number): string => `task-${i}`;

const plainTask = (i: number): object => ({
  inputs: {
    params: [
      { name: 'target', description: 'the target to build' },
      { name: 'flags', default: '-j2' },
    ],
    resources: [{ name: 'source', type: 'git' }],
  },
  steps: [
    {
      name: 'make',
      image: `registry.example.com/tools/make:1.${i}`,
      workingDir: '$(inputs.resources.source.path)',
      env: [{ name: 'REVISION', value: '$(inputs.resources.source.revision)' }],
      command: ['make'],
      args: ['$(inputs.params.flags)', '$(inputs.params.target)'],
    },
    {
      name: 'say',
      image: 'busybox:1.31',
      env: [{ name: 'TARGET', value: '$(inputs.params.target)' }],
      script: '#!/bin/sh\necho "made $TARGET"\n',
    },
  ],
});

const plainPipeline = (count: number): object => ({
  resources: [{ name: 'repo', type: 'git' }],
  tasks: Array.from({ length: count }, (_, i) => ({
    name: taskName(i),
    taskRef: { name: taskName(i) },
    params: [{ name: 'target', value: `all-${i}` }],
    resources: { inputs: [{ name: 'source', resource: 'repo' }] },
    ...(i > 0 && { runAfter: [taskName(i - 1)] }),
  })),
});

const object = (kind: string, name: string, spec: object) => ({
  apiVersion: 'tekton.dev/v1alpha1',
  kind,
  metadata: { name },
  spec,
});

const root = join(import.meta.dirname, '..');

/** Loads the published library. */
const published = async (): Promise<typeof Library> =>
  (await import(pathToFileURL(join(root, 'build/lib/index.js')).href)) as typeof Library; // compiled from it

async function withConstructs(count: number, outdir: string, plainApp: boolean): Promise<number> {
  const { Pipeline, Task, TektonApp } = await published();
  const took = stopwatch();
  const app = plainApp ? new App({ outdir }) : new TektonApp({ outdir });
  const chart = new Chart(app, 'chart');
  const tasks = Array.from(
    { length: count },
    (_, i) =>
      new Task(chart, taskName(i), {
        metadata: { name: taskName(i) },
        params: { target: { description: 'the target to build' }, flags: { default: '-j2' } },
        inputs: { source: 'git' },
        steps: ({ params, inputs }) => [
          {
            name: 'make',
            image: `registry.example.com/tools/make:1.${i}`,
            workingDir: inputs.source.path,
            env: { REVISION: inputs.source.revision },
            command: ['make'],
            args: [params.flags, params.target],
          },
          {
            name: 'say',
            image: 'busybox:1.31',
            env: { TARGET: params.target },
            script: '#!/bin/sh\necho "made $TARGET"\n',
          },
        ],
      }),
  );
  new Pipeline(chart, 'pipeline', {
    metadata: { name: 'pipeline' },
    resources: { repo: 'git' },
    tasks: (pipeline) => {
      let after: Library.PipelineTask[] = [];
      for (const [i, task] of tasks.entries()) {
        const params = { target: `all-${i}` };
        const inputs = { source: pipeline.resources.repo };
        after = [pipeline.task(taskName(i), task, { params, inputs, ...(i > 0 && { after }) })];
      }
    },
  });
  app.synth();
  return took();
}

function withApiObjects(count: number, outdir: string): number {
  const took = stopwatch();
  const app = new App({ outdir });
  const chart = new Chart(app, 'chart');
  for (let i = 0; i < count; i++) new ApiObject(chart, taskName(i), object('Task', taskName(i), plainTask(i)));
  new ApiObject(chart, 'pipeline', object('Pipeline', 'pipeline', plainPipeline(count)));
  app.synth();
  return took();
}

function withStringify(count: number, outdir: string): number {
  const took = stopwatch();
  const tasks = Array.from({ length: count }, (_, i) => object('Task', taskName(i), plainTask(i)));
  const text = JSON.stringify([...tasks, object('Pipeline', 'pipeline', plainPipeline(count))]);
  writeFileSync(join(outdir, 'chart.json'), text);
  return took();
}

const WRITE: Readonly<Record<Way, (count: number, outdir: string) => number | Promise<number>>> = {
  constructs: (count, outdir) => withConstructs(count, outdir, false),
  'constructs in App': (count, outdir) => withConstructs(count, outdir, true),
  ApiObjects: withApiObjects,
  'JSON.stringify': withStringify,
};

/** The child process: builds and writes, then prints its measurements. */
async function child(way: Way, count: number): Promise<ChildResult> {
  if (way.startsWith('constructs')) await published();
  const startMs = mainThread();
  const outdir = mkdtempSync(join(tmpdir(), 'pipewright-bench-'));
  try {
    const ms = await WRITE[way](count, outdir);
    const hash = createHash('sha256');
    for (const file of readdirSync(outdir)) hash.update(readFileSync(join(outdir, file)));
    return { ms, startMs, bytes: hash.digest('hex') };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Returns the fastest of `times` processes, which has the least interference. */
async function best(way: Way, count: number, times: number): Promise<ChildResult & { peakMb: number }> {
  const all = [];
  for (let i = 0; i < times; i++) {
    const args = ['--import', 'tsx', import.meta.filename, way, String(count)];
    const measured = await measure(process.execPath, args, { cwd: root });
    if (measured.status !== 0) throw new Error(`synth of ${count} tasks failed:\n${measured.output.slice(-2000)}`);
    const result = JSON.parse(measured.output.slice(measured.output.indexOf('{'))) as ChildResult; // written by `child`
    all.push({ ...result, peakMb: measured.peakMb ?? Number.NaN });
  }
  return all.reduce((fastest, it) => (it.ms < fastest.ms ? it : fastest));
}

/** Measures and returns the table; takes about half a minute. */
export async function benchSynth(counts: readonly number[] = [100, 1000, 5000], times = 3): Promise<string> {
  const made = await measure(process.execPath, ['--import', 'tsx', join(root, 'pack.ts')], { cwd: root });
  if (made.status !== 0) throw new Error(`the library could not be compiled:\n${made.output}`);
  const rows: string[][] = [];
  for (const count of counts) {
    const [ours, inApp, plain, floor] = [
      await best('constructs', count, times),
      await best('constructs in App', count, times),
      await best('ApiObjects', count, times),
      await best('JSON.stringify', count, times),
    ];
    if (new Set([ours, inApp, plain].map(({ bytes }) => bytes)).size > 1) throw new Error('the manifests differ');
    const all = [ours, inApp, plain, floor];
    rows.push([
      `${count} tasks`,
      ...all.map(({ ms }) => ms.toFixed(0)),
      (ours.ms / plain.ms).toFixed(2),
      (inApp.ms / plain.ms).toFixed(2),
      ...all.map(({ peakMb }) => peakMb.toFixed(0)),
      ...[ours, plain].map(({ startMs }) => startMs.toFixed(0)),
    ]);
  }
  const memory = WAYS.map((way) => `${way} MiB`);
  const durations = WAYS.map((way) => `${way} ms`);
  return table(
    [
      'synth',
      ...durations,
      'constructs / ApiObjects',
      'in App / ApiObjects',
      ...memory,
      'constructs start ms',
      'cdk8s start ms',
    ],
    rows,
  );
}

const [, file, way, count] = process.argv;
if (file === import.meta.filename) {
  const known = WAYS.find((it) => it === way);
  console.log(known ? JSON.stringify(await child(known, Number(count))) : await benchSynth());
}
