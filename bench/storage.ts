/**
 * `npm run bench:storage [-- CHECKOUT]`: the cost of durable writes, and the time to open and close a data directory.
 *
 * The floor of a write is the same bytes, appended to a file by a plain loop that syncs after each; CHECKOUT is another commit of this
 * repository to measure in the same run. Directories are opened in a separate process, so that the memory of the writing process is
 * not counted.
 */

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startCluster, type Cluster } from '@pipewright/cluster';
import { measure, table } from './measure.js';

const PADDING = 2000;
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

const configMap = (name: string, n: number): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { n: String(n), padding: 'x'.repeat(PADDING) },
});

async function request(cluster: Cluster, method: string, url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await cluster.send.plain?.({ method, url, headers, body });
  if (!response || response.status >= 300) throw new Error(`${response?.status}: ${JSON.stringify(response?.value)}`);
}

interface Rate {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly worstMs: number;
}

/** Runs concurrent writers and returns their rate. */
async function rate(writers: number, count: number, write: (which: number, n: number) => Promise<void>): Promise<Rate> {
  const times: number[] = [];
  const began = performance.now();
  const writer = async (which: number): Promise<void> => {
    for (let n = 0; n < count / writers; n += 1) {
      const before = performance.now();
      await write(which, n);
      times.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, which) => writer(which)));
  const seconds = (performance.now() - began) / 1000;
  times.sort((one, other) => one - other);
  return {
    perSecond: times.length / seconds,
    medianMs: times[Math.floor(times.length / 2)] ?? Number.NaN,
    worstMs: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
  };
}

type Start = typeof startCluster;

/** Measures a cluster with one object per writer. */
async function clusterFor(start: Start, writers: number, dataDir?: string): Promise<Cluster> {
  const cluster = await start(dataDir === undefined ? {} : { dataDir });
  for (let which = 0; which < writers; which += 1)
    await request(cluster, 'POST', CONFIG_MAPS, configMap(`w${which}`, 0));
  return cluster;
}

async function clusterRate(start: Start, writers: number, count: number, dataDir?: string): Promise<Rate> {
  const cluster = await clusterFor(start, writers, dataDir);
  const result = await rate(writers, count, (which, n) =>
    request(cluster, 'PUT', `${CONFIG_MAPS}/w${which}`, configMap(`w${which}`, n + 1)),
  );
  await cluster.close();
  return result;
}

/** Measures the same bytes, appended and synced one by one; `slot`: followed by a synced write of 4 KiB to another file, as in a batch of one record. */
async function floor(count: number, file: string, slot: boolean): Promise<Rate> {
  const [log, committed] = [await open(file, 'w'), await open(`${file}-committed`, 'w')];
  const bytes = Buffer.from(`${JSON.stringify(configMap('w0', 0))}\n`.padEnd(PADDING + 400));
  let position = 0;
  const result = await rate(1, count, async () => {
    await log.write(bytes, 0, bytes.length, position);
    await log.datasync();
    position += bytes.length;
    if (!slot) return;
    await committed.write(Buffer.alloc(4096), 0, 4096, (position % 2) * 4096);
    await committed.datasync();
  });
  await Promise.all([log.close(), committed.close()]);
  return result;
}

const show = ({ perSecond, medianMs, worstMs }: Rate): string[] => [
  perSecond.toFixed(0),
  medianMs.toFixed(2),
  worstMs.toFixed(2),
];

async function writes(folder: string, other?: string): Promise<string> {
  const rows: string[][] = [];
  const floors = async (): Promise<void> => {
    for (const [what, slot] of [
      ['append, fdatasync', false],
      ['append, fdatasync, 4 KiB, fdatasync', true],
    ] as const)
      rows.push([what, '1', ...show(await floor(2000, join(folder, 'floor'), slot))]);
  };
  const starts: [string, Start][] = [['with a data directory', startCluster]];
  if (other !== undefined) {
    const source = resolve(other, 'packages/cluster/src/index.ts');
    const { startCluster: start } = (await import(source)) as { readonly startCluster: Start }; // of an earlier commit
    starts.unshift([`the same, ${other}`, start]);
  }
  await floors();
  for (const writers of [1, 10, 100]) {
    rows.push(['in memory', String(writers), ...show(await clusterRate(startCluster, writers, 10_000))]);
    for (const [index, [name, start]] of starts.entries()) {
      const dataDir = join(folder, `writers-${writers}-${index}`);
      rows.push([name, String(writers), ...show(await clusterRate(start, writers, 5000, dataDir))]);
    }
  }
  await floors();
  return table(['updates of a ConfigMap of 2 KB', 'writers', 'per second', 'median ms', '99% within ms'], rows);
}

/** Creates a directory with a number of objects. */
async function fill(dataDir: string, objects: number): Promise<void> {
  const cluster = await startCluster({ dataDir });
  await rate(200, objects, (which, n) => request(cluster, 'POST', CONFIG_MAPS, configMap(`o-${which}-${n}`, n)));
  await cluster.close();
}

interface Opened {
  readonly openMs: number;
  readonly closeMs: number;
  readonly rssMb: number;
}

/** Opens a directory in this process, for `opened`. */
async function openHere(dataDir: string): Promise<void> {
  const began = performance.now();
  const cluster = await startCluster({ dataDir });
  const openMs = performance.now() - began;
  const rssMb = process.memoryUsage().rss / 1024 / 1024;
  await request(cluster, 'POST', CONFIG_MAPS, configMap(`late-${process.pid}`, 0));
  const closing = performance.now();
  await cluster.close();
  console.log(JSON.stringify({ openMs, closeMs: performance.now() - closing, rssMb } satisfies Opened));
}

async function opening(folder: string): Promise<string> {
  const rows: string[][] = [];
  for (const objects of [10_000, 100_000]) {
    const dataDir = join(folder, `objects-${objects}`);
    await fill(dataDir, objects);
    const files = readdirSync(dataDir).filter((name) => name.endsWith('.ndjson'));
    const bytes = files.reduce((sum, name) => sum + statSync(join(dataDir, name)).size, 0);
    const { output, peakMb } = await measure(process.execPath, [
      '--import',
      'tsx',
      import.meta.filename,
      '--open',
      dataDir,
    ]);
    const { openMs, closeMs, rssMb } = JSON.parse(output) as Opened; // printed by `openHere`
    rows.push([
      String(objects),
      (bytes / 1024 / 1024).toFixed(0),
      openMs.toFixed(0),
      closeMs.toFixed(0),
      rssMb.toFixed(0),
      peakMb?.toFixed(0) ?? '–',
    ]);
  }
  return table(['objects of 2 KB', 'files, MiB', 'open ms', 'close ms', 'resident MiB', 'peak MiB'], rows);
}

const [first, directory] = process.argv.slice(2);
if (first === '--open' && directory !== undefined) await openHere(directory);
else {
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-bench-'));
  const [{ model = '' } = {}] = cpus();
  console.log(`${cpus().length} × ${model}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}\n`);
  console.log(`${await writes(folder, first)}\n`);
  console.log(await opening(folder));
  rmSync(folder, { recursive: true, force: true });
}
