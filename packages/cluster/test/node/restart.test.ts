import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { fake } from '../../src/index.js';
import { openRunDirectory } from '../../src/runtime/host/run-directory.js';
import { removeTree } from '../../src/runtime/host/remove-tree.js';
import { PodTestCluster, stateOf } from '../support/pods.js';
import { isThorough } from '../../../../test/thorough.js';

const directory = mkdtempSync(join(tmpdir(), 'pipewright-restart-'));
afterAll(() => removeTree(directory));

test('the directory of a dead process is removed, that of a living one stays, and the last process leaves nothing', async () => {
  const livingProcess = await openRunDirectory(directory, 'living');
  const startingProcess = join(directory, 'run', `${process.pid}-beginning`);
  mkdirSync(startingProcess);
  const deadProcess = join(directory, 'run', '999999-dead');
  mkdirSync(join(deadProcess, 'pod'), { recursive: true });
  writeFileSync(join(deadProcess, 'owner'), '999999 1 some-boot');
  const ownDirectory = await openRunDirectory(directory, 'own');
  expect([livingProcess.path, startingProcess, deadProcess, ownDirectory.path].map((path) => existsSync(path))).toEqual(
    [true, true, false, true],
  );
  await removeTree(startingProcess);
  await livingProcess.remove();
  expect(existsSync(ownDirectory.path)).toBe(true);
  await ownDirectory.remove();
  expect(existsSync(directory)).toBe(false);
});

const [PROCESSES, ROUNDS] = isThorough ? [[1, 2, 3], 300] : [[1, 2], 150];

test('processes that start while the last others end all get a directory', async () => {
  const parent = join(directory, 'busy');
  mkdirSync(parent, { recursive: true });
  const moduleUrl = JSON.stringify(resolve(import.meta.dirname, '../../src/runtime/host/run-directory.ts'));
  const program = `import { openTemporaryDirectory } from ${moduleUrl};
    for (let i = 0; i < ${String(ROUNDS)}; i += 1) await (await openTemporaryDirectory('brief', ${JSON.stringify(parent)})).remove();`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  await Promise.all(PROCESSES.map(() => promisify(execFile)(process.execPath, args)));
  expect(readdirSync(parent)).toEqual([]);
});

test('a pod that ran when its node stopped has failed when the node is back, and its log still exists', async () => {
  const dataDir = join(directory, 'data');
  const script = (): object => ({ duration: 'forever', output: 'so far\n' });
  const firstCluster = await PodTestCluster.open({ dataDir, runtime: fake({ script }) });
  await firstCluster.pod('p', [{ name: 'main', command: ['run'] }]);
  await firstCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'running');
  await firstCluster.cluster.close();

  const secondCluster = await PodTestCluster.open({ dataDir, runtime: fake({ script }) });
  const pod = await secondCluster.untilFinished('p');
  expect([pod.status?.phase, stateOf(pod, 'main')]).toEqual(['Failed', 'ContainerStatusUnknown 137']);
  expect(await secondCluster.log('p', 'main')).toBe('so far\n');
  await secondCluster.cluster.close();
});

test('a starting node removes the logs of pods that no longer exist, and no others', async () => {
  const dataDir = join(directory, 'orphans');
  for (const name of ['default_gone_6c4b7a1e', 'notes', 'my_notes'])
    mkdirSync(join(dataDir, 'logs', name), { recursive: true });
  const firstCluster = await PodTestCluster.open({ dataDir, runtime: fake({ script: () => ({ output: 'hello\n' }) }) });
  await firstCluster.pod('p', [{ name: 'main', command: ['run'] }]);
  const { metadata } = await firstCluster.untilFinished('p');
  await firstCluster.cluster.close();
  const secondCluster = await PodTestCluster.open({ dataDir, runtime: fake() });
  await secondCluster.cluster.close();
  expect(readdirSync(join(dataDir, 'logs')).toSorted()).toEqual([`default_p_${metadata.uid}`, 'my_notes', 'notes']);
});
