/**
 * One day of runs in virtual time, with a disk in memory: the state of the cluster, node and controller must not grow
 * with the number of runs. The default suite simulates a quarter of a day; `npm run test:thorough` simulates all of it.
 */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { fake } from '@pipewright/cluster';
import { crds, type PipelineRun } from '@pipewright/tekton';
import { startClusterOn } from '../../../cluster/src/cluster.js';
import { podClock } from '../../../cluster/src/platform/pod-clock.js';
import { openStorageOn, type Storage } from '../../../cluster/src/storage/open.js';
import { MemoryDisk } from '../../../cluster/test/support/memory-disk.js';
import { FakeClock } from '../../../kube/test/support/fake-clock.js';
import { startController } from '../../src/index.js';
import { chain, newHarness, okTask } from '../support/harness.js';
import { isThorough } from '../../../../test/thorough.js';

const MINUTE = 60_000;
const KEPT_RUNS = 3;
const MINUTES_PER_RUN = 60;
const HOURS = isThorough ? 24 : 6;
const RUNS = (HOURS * 60) / MINUTES_PER_RUN;

/** Returns the number of objects of each kind that runs create. */
function sizes({ store }: Storage): Readonly<Record<string, number>> {
  const kinds = ['tekton.dev/pipelineruns', 'tekton.dev/taskruns', '/pods', '/events'];
  return Object.fromEntries(kinds.map((kind) => [kind, store.collection(kind).size]));
}

test('with retention the numbers of objects, files, timers and watches are constant over hours of runs', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pipewright-growth-'));
  const clock = new FakeClock();
  const disk = new MemoryDisk();
  const problems: string[] = [];
  const log = (line: string): void => void problems.push(line);
  const storage = await openStorageOn(disk, { clock, log, limits: { segmentBytes: 200_000, chunkBytes: 20_000 } });
  const cluster = await startClusterOn(storage, {
    runtime: fake({ script: () => ({ output: 'hello\n' }), clock: podClock(clock), wireClock: clock }),
    images: () => ({ rootfs: 'host' }),
    dataDir: directory,
    crds: crds(),
    wireClock: clock,
    log,
  });
  const controller = await startController({ send: cluster.send, clock, retention: { count: KEPT_RUNS } });
  const harness = await newHarness(cluster);
  await harness.create('Task', 'ok', okTask);
  await harness.create('Pipeline', 'p', chain(['a', 'b']));
  const measure = () => ({
    objects: sizes(storage),
    diskKb: disk.names().reduce((sum, name) => sum + disk.content(name).length, 0) / 1000,
    timers: clock.pending.length,
    watchers: [...storage.store.collections()].reduce((sum, collection) => sum + collection.watchers().length, 0),
    logs: readdirSync(join(directory, 'logs')).length,
    node: readdirSync(join(directory, 'node'), { recursive: true }).length,
  });
  const measurements: ReturnType<typeof measure>[] = [];
  for (let n = 1; n <= RUNS; n += 1) {
    const name = `run-${String(n).padStart(4, '0')}`;
    await harness.create<PipelineRun>('PipelineRun', name, { spec: { pipelineRef: { name: 'p' } } });
    await clock.advance(MINUTES_PER_RUN * MINUTE);
    if (n % (RUNS / 4) === 0) measurements.push(measure());
  }
  const reasons = (await harness.list<PipelineRun>('PipelineRun')).map(({ status }) => status?.conditions?.[0]?.reason);
  await controller.stop();
  await cluster.close();
  rmSync(directory, { recursive: true, force: true });

  expect(reasons).toEqual(Array.from({ length: KEPT_RUNS }, () => 'Succeeded'));
  const { diskKb: _, ...firstMeasurement } = measurements[0]!;
  expect(firstMeasurement).toMatchObject({
    objects: { 'tekton.dev/pipelineruns': KEPT_RUNS, 'tekton.dev/taskruns': 2 * KEPT_RUNS, '/pods': 2 * KEPT_RUNS },
    logs: 2 * KEPT_RUNS,
  });
  expect(measurements).toEqual(measurements.map(() => ({ ...firstMeasurement, diskKb: expect.any(Number) })));
  expect(Math.max(...measurements.map(({ diskKb }) => diskKb))).toBeLessThan(1800); // two segments and a snapshot
  expect(problems).toEqual([]);
});
