import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { fake, startCluster } from '@pipewright/cluster';
import type { KubeObject } from '@pipewright/kube';
import { crds, type PipelineRun } from '@pipewright/tekton';
import { startController, type RetentionPolicy } from '../../src/index.js';
import { chain, newHarness, okTask, type Harness } from '../support/harness.js';

const directory = mkdtempSync(join(tmpdir(), 'pipewright-retention-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A cluster with a node that keeps everything in a directory, and the controller. */
async function opened(retention: RetentionPolicy) {
  const runtime = fake({ script: () => ({ output: 'hello\n' }) });
  const cluster = await startCluster({ dataDir: directory, runtime, images: () => ({ rootfs: 'host' }), crds: crds() });
  const controller = await startController({ send: cluster.send, retention });
  return {
    cluster,
    close: async () => {
      await controller.stop();
      await cluster.close();
    },
  };
}

const names = async (bench: Harness, kind: string): Promise<readonly string[]> =>
  (await bench.list<KubeObject>(kind)).map(({ metadata }) => metadata.name ?? '');

test('a run that is not kept goes with its pods and their logs, also one that finished before a restart', async () => {
  const first = await opened({ count: 2 });
  const bench = await newHarness(first.cluster);
  await bench.create('Task', 'ok', okTask);
  await bench.create('Pipeline', 'p', chain(['a', 'b']));
  for (const name of ['one', 'two', 'three']) {
    await bench.create<PipelineRun>('PipelineRun', name, { spec: { pipelineRef: { name: 'p' } } });
    expect(await bench.ended('PipelineRun', name)).toMatchObject({ reason: 'Succeeded' });
  }
  const deleted = (await names(bench, 'Pod')).filter((pod) => pod.startsWith('one-'));
  await bench.gone('PipelineRun', 'one');
  for (const pod of deleted) await bench.gone('Pod', pod);
  expect([deleted.length, (await names(bench, 'Pod')).length]).toEqual([2, 4]);
  await first.close();
  expect(readdirSync(join(directory, 'logs'))).toHaveLength(4);

  const second = await opened({ ageMs: 1 });
  const after = bench.on(second.cluster.send);
  for (const name of ['two', 'three']) await after.gone('PipelineRun', name);
  for (const pod of await names(after, 'Pod')) await after.gone('Pod', pod);
  await second.close();
  expect(readdirSync(join(directory, 'logs'))).toEqual([]);
});
