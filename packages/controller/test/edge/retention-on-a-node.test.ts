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

/** Opens a cluster with a node that stores its data in a directory, and starts the controller. */
async function openCluster(retention: RetentionPolicy) {
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

const names = async (harness: Harness, kind: string): Promise<readonly string[]> =>
  (await harness.list<KubeObject>(kind)).map(({ metadata }) => metadata.name ?? '');

test('a run that is not kept is deleted with its pods and their logs, even if it finished before a restart', async () => {
  const first = await openCluster({ count: 2 });
  const harness = await newHarness(first.cluster);
  await harness.create('Task', 'ok', okTask);
  await harness.create('Pipeline', 'p', chain(['a', 'b']));
  for (const name of ['one', 'two', 'three']) {
    await harness.create<PipelineRun>('PipelineRun', name, { spec: { pipelineRef: { name: 'p' } } });
    expect(await harness.waitForEnd('PipelineRun', name)).toMatchObject({ reason: 'Succeeded' });
  }
  const deleted = (await names(harness, 'Pod')).filter((pod) => pod.startsWith('one-'));
  await harness.waitForDeletion('PipelineRun', 'one');
  for (const pod of deleted) await harness.waitForDeletion('Pod', pod);
  expect([deleted.length, (await names(harness, 'Pod')).length]).toEqual([2, 4]);
  await first.close();
  expect(readdirSync(join(directory, 'logs'))).toHaveLength(4);

  const second = await openCluster({ ageMs: 1 });
  const harnessAfterRestart = harness.withTransport(second.cluster.send);
  for (const name of ['two', 'three']) await harnessAfterRestart.waitForDeletion('PipelineRun', name);
  for (const pod of await names(harnessAfterRestart, 'Pod')) await harnessAfterRestart.waitForDeletion('Pod', pod);
  await second.close();
  expect(readdirSync(join(directory, 'logs'))).toEqual([]);
});
