/**
 * The cost of large apps of other shapes: many charts, a graph of diamonds, a very long pipeline.
 *
 * As in bench/synth.ts, each number is the CPU time of a separate process after its modules are loaded, with a floor:
 * plain cdk8s for synthesis, a copy through JSON for validation. Separately: `node --import tsx bench/shapes.ts`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkObjects } from '@pipewright/tekton';
import { ApiObject, App, Chart } from 'cdk8s';
import { Pipeline, Task, TektonApp, type PipelineTask } from '../lib/index.js';
import { measure, table } from './measure.js';

const version = { apiVersion: 'tekton.dev/v1alpha1' };
const image = 'busybox:1.31';
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Synthesizes 100 charts of ten tasks each. */
function charts(outdir: string): void {
  const app = new TektonApp({ outdir, showWarnings: false });
  for (const i of numbers(100)) {
    const chart = new Chart(app, `chart-${i}`);
    for (const j of numbers(10))
      new Task(chart, `task-${j}`, { metadata: { name: `task-${i}-${j}` }, steps: () => [{ image, args: [`${j}`] }] });
  }
  app.synth();
}

function plainCharts(outdir: string): void {
  const app = new App({ outdir });
  for (const i of numbers(100)) {
    const chart = new Chart(app, `chart-${i}`);
    for (const j of numbers(10)) {
      const spec = { steps: [{ image, args: [`${j}`] }] };
      new ApiObject(chart, `task-${j}`, { ...version, kind: 'Task', metadata: { name: `task-${i}-${j}` }, spec });
    }
  }
  app.synth();
}

/** Synthesizes 1,000 consecutive diamonds: one task, two that depend on it, one that depends on both, and so on. */
function diamonds(outdir: string): void {
  const app = new TektonApp({ outdir, showWarnings: false });
  const chart = new Chart(app, 'chart');
  const idle = new Task(chart, 'idle', { metadata: { name: 'idle' }, steps: () => [{ image }] });
  new Pipeline(chart, 'pipeline', {
    metadata: { name: 'diamonds' },
    tasks: ({ task }) => {
      let last: PipelineTask = task('top', idle);
      for (const i of numbers(1000)) {
        const sides = ['left', 'right'].map((side) => task(`${side}-${i}`, idle, { after: [last] }));
        last = task(`bottom-${i}`, idle, { after: sides });
      }
    },
  });
  app.synth();
}

function plainDiamonds(outdir: string): void {
  const app = new App({ outdir });
  const chart = new Chart(app, 'chart');
  const taskRef = { name: 'idle' };
  const tasks = numbers(1000).flatMap((i) => {
    const last = i === 0 ? 'top' : `bottom-${i - 1}`;
    const sides = [`left-${i}`, `right-${i}`];
    return [
      ...sides.map((name) => ({ name, taskRef, runAfter: [last] })),
      { name: `bottom-${i}`, taskRef, runAfter: sides },
    ];
  });
  new ApiObject(chart, 'idle', { ...version, kind: 'Task', metadata: { name: 'idle' }, spec: { steps: [{ image }] } });
  const spec = { tasks: [{ name: 'top', taskRef }, ...tasks] };
  new ApiObject(chart, 'pipeline', { ...version, kind: 'Pipeline', metadata: { name: 'diamonds' }, spec });
  app.synth();
}

/** Returns a chain of 10,000 tasks with a param each. */
function longPipeline(): object[] {
  const tasks = numbers(10_000).map((i) => ({
    name: `task-${i}`,
    taskRef: { name: 'make' },
    params: [{ name: 'target', value: `all-$(params.level)-${i}` }],
    ...(i > 0 && { runAfter: [`task-${i - 1}`] }),
  }));
  const make = { inputs: { params: [{ name: 'target' }] }, steps: [{ image, args: ['$(inputs.params.target)'] }] };
  return [
    { ...version, kind: 'Task', metadata: { name: 'make' }, spec: make },
    { ...version, kind: 'Pipeline', metadata: { name: 'long' }, spec: { params: [{ name: 'level' }], tasks } },
  ];
}

const SHAPES: Readonly<
  Record<string, { readonly ours: (outdir: string) => void; readonly floor: (outdir: string) => void }>
> = {
  '100 charts of 10 tasks': { ours: charts, floor: plainCharts },
  '1,000 diamonds': { ours: diamonds, floor: plainDiamonds },
  'check of 10,000 tasks': {
    ours: () => {
      const found = checkObjects(longPipeline());
      if (found.length > 0) throw new Error(`problems: ${JSON.stringify(found.slice(0, 3))}`);
    },
    floor: () => void JSON.parse(JSON.stringify(longPipeline())),
  },
};

function child(shape: string, side: string): number {
  const outdir = mkdtempSync(join(tmpdir(), 'pipewright-bench-'));
  const began = process.cpuUsage();
  try {
    SHAPES[shape]?.[side === 'ours' ? 'ours' : 'floor'](outdir);
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Returns the fastest of three processes, which has the least interference. */
async function best(shape: string, side: string): Promise<{ ms: number; peakMb: number }> {
  const all = [];
  for (let i = 0; i < 3; i++) {
    const args = ['--import', 'tsx', import.meta.filename, shape, side];
    const { status, output, peakMb } = await measure(process.execPath, args, { cwd: join(import.meta.dirname, '..') });
    if (status !== 0) throw new Error(`${shape} failed:\n${output.slice(-2000)}`);
    all.push({ ms: Number(output.trim().split('\n').at(-1)), peakMb: peakMb ?? Number.NaN });
  }
  return all.reduce((fastest, it) => (it.ms < fastest.ms ? it : fastest));
}

/** Measures and returns the table; takes about half a minute. */
export async function benchShapes(): Promise<string> {
  const rows: string[][] = [];
  for (const shape of Object.keys(SHAPES)) {
    const [ours, floor] = [await best(shape, 'ours'), await best(shape, 'floor')];
    rows.push([shape, ...[ours.ms, floor.ms, ours.peakMb, floor.peakMb].map((it) => it.toFixed(0))]);
  }
  return table(['shape', 'ms', 'floor ms', 'MiB', 'floor MiB'], rows);
}

const [, file, shape, side] = process.argv;
if (file === import.meta.filename) console.log(shape && side ? child(shape, side) : await benchShapes());
