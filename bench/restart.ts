/**
 * `npm run bench:restart`: start and stop times of `pipewright up --runtime fake --data-dir` with many finished runs.
 *
 *     node --import tsx bench/restart.ts [RUNS] [DIR]     creates RUNS PipelineRuns of one task (2003), in DIR unless it exists
 *
 * Each start and stop is a real process, timed from its creation to `ready at` and from SIGTERM to its exit, and compared with an empty
 * directory.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fake } from '@pipewright/cluster';
import { KubeClient } from '@pipewright/kube';
import { PIPELINE_RUNS, type PipelineRun } from '@pipewright/tekton';
import { startLocalCluster } from '../packages/cli/src/local/local-cluster.js';
import { table } from './measure.js';

const COMMAND = resolve(import.meta.dirname, '../packages/cli/bin/pipewright.js');
const AT_ONCE = 50;
/** The number of starts and stops per row. */
const TIMES = 5;

/** Fills a data directory with finished runs. */
async function fill(dataDir: string, count: number): Promise<void> {
  const standIns = { images: new Map(), resources: new Map() };
  const { cluster, close } = await startLocalCluster({ runtime: fake(), standIns, hostFiles: {}, dataDir });
  const client = new KubeClient(cluster.send);
  const at = { namespace: 'default' };
  const tasks = [{ name: 't', taskSpec: { steps: [{ name: 's', image: 'ubuntu', command: ['true'] }] } }];
  let next = 0;
  const make = async (): Promise<void> => {
    const name = `run-${String(next++)}`;
    await client.create(PIPELINE_RUNS, at, {
      apiVersion: 'tekton.dev/v1alpha1',
      kind: 'PipelineRun',
      metadata: { name, namespace: 'default' },
      spec: { pipelineSpec: { tasks } },
    });
  };
  const ended = new Set<string>();
  const watch = async (): Promise<void> => {
    for await (const event of client.watch<PipelineRun>(PIPELINE_RUNS, at)) {
      const { metadata, status } = event.object;
      if (status?.completionTime === undefined || ended.has(metadata.name ?? '')) continue;
      ended.add(metadata.name ?? '');
      if (ended.size === count) return;
      if (next < count) await make();
    }
  };
  const watching = watch();
  for (let n = 0; n < Math.min(AT_ONCE, count); n += 1) await make();
  await watching;
  await close();
}

interface Restart {
  readonly startMs: number;
  /** CPU time until it was ready. */
  readonly cpuMs: number;
  readonly stopMs: number;
  readonly peakMb: number;
}

/** Starts and stops once, after `workMs` milliseconds. */
async function restart(dataDir: string, workMs: number): Promise<Restart> {
  const began = performance.now();
  const child = spawn(process.execPath, [COMMAND, 'up', '--runtime', 'fake', '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let output = '';
  const ready = new Promise<void>((done) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('ready at')) done();
    });
  });
  await Promise.race([ready, exited]);
  const startMs = performance.now() - began;
  const cpuMs = processorMs(child.pid);
  if (!output.includes('ready at')) throw new Error(`it did not start: ${output}`);
  await new Promise((done) => setTimeout(done, workMs));
  const stopping = performance.now();
  child.kill('SIGTERM');
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(child.pid)}/status`, 'utf8'));
  const [status] = (await exited) as [number | null]; // as documented
  if (status !== 0) throw new Error(`it ended with ${String(status)}`);
  return { startMs, cpuMs, stopMs: performance.now() - stopping, peakMb: Number(peak?.[1]) / 1024 };
}

/** Returns the CPU time of a process, from the kernel's count in hundredths of a second. */
function processorMs(pid: number | undefined): number {
  const [, , user, system] =
    /\) \S( \S+){10} (\d+) (\d+)/.exec(readFileSync(`/proc/${String(pid)}/stat`, 'utf8')) ?? [];
  return (Number(user) + Number(system)) * 10;
}

async function row(name: string, dataDir: string, workMs: number): Promise<string[]> {
  const times: Restart[] = [];
  for (let n = 0; n < TIMES; n += 1) times.push(await restart(dataDir, workMs));
  const sorted = (of: (one: Restart) => number): number[] => times.map(of).toSorted((a, b) => a - b);
  const show = (of: (one: Restart) => number): string[] => {
    const values = sorted(of);
    return [(values[TIMES >> 1] ?? Number.NaN).toFixed(0), (values.at(-1) ?? Number.NaN).toFixed(0)];
  };
  return [
    name,
    ...show(({ startMs }) => startMs),
    ...show(({ cpuMs }) => cpuMs).slice(0, 1),
    ...show(({ stopMs }) => stopMs),
    ...show(({ peakMb }) => peakMb).slice(1),
  ];
}

const count = Number(process.argv[2] ?? 2003);
const folder = mkdtempSync(join(tmpdir(), 'pipewright-bench-'));
const empty = join(folder, 'empty');
const full = resolve(process.argv[3] ?? join(folder, 'full'));
if (!existsSync(full)) {
  const began = performance.now();
  await fill(full, count);
  console.log(`${String(count)} runs finished in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
const files = readdirSync(full).filter((name) => name.endsWith('.ndjson'));
const bytes = files.reduce((sum, name) => sum + statSync(join(full, name)).size, 0);
const [{ model = '' } = {}] = cpus();
console.log(`${String(cpus().length)} × ${model}, load ${loadavg()[0]?.toFixed(1) ?? ''}, Node ${process.version}`);
console.log(`${String(count)} runs, ${(bytes / 1024 / 1024).toFixed(0)} MiB\n`);
const rows = [
  await row('empty, stopped at once', empty, 0),
  await row(`${String(count)} runs, stopped at once`, full, 0),
  await row('empty, stopped after 3 s', empty, 3000),
  await row(`${String(count)} runs, stopped after 3 s`, full, 3000),
];
console.log(table(['directory', 'start ms, median', 'most', 'CPU ms', 'stop ms, median', 'most', 'peak MiB'], rows));
rmSync(folder, { recursive: true, force: true });
