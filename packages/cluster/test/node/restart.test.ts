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
  const living = await openRunDirectory(directory, 'living');
  const beginning = join(directory, 'run', `${process.pid}-beginning`);
  mkdirSync(beginning);
  const dead = join(directory, 'run', '999999-dead');
  mkdirSync(join(dead, 'pod'), { recursive: true });
  writeFileSync(join(dead, 'owner'), '999999 1 some-boot');
  const own = await openRunDirectory(directory, 'own');
  expect([living.path, beginning, dead, own.path].map((path) => existsSync(path))).toEqual([true, true, false, true]);
  await removeTree(beginning);
  await living.remove();
  expect(existsSync(own.path)).toBe(true);
  await own.remove();
  expect(existsSync(directory)).toBe(false);
});

const [PROCESSES, ROUNDS] = isThorough ? [[1, 2, 3], 300] : [[1, 2], 150];

test('processes that start while the last others end all get a directory', async () => {
  const place = join(directory, 'busy');
  mkdirSync(place, { recursive: true });
  const from = JSON.stringify(resolve(import.meta.dirname, '../../src/runtime/host/run-directory.ts'));
  const program = `import { openTemporaryDirectory } from ${from};
    for (let i = 0; i < ${String(ROUNDS)}; i += 1) await (await openTemporaryDirectory('brief', ${JSON.stringify(place)})).remove();`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  await Promise.all(PROCESSES.map(() => promisify(execFile)(process.execPath, args)));
  expect(readdirSync(place)).toEqual([]);
});

test('a pod that ran when its node stopped has failed when the node is back, and its log still exists', async () => {
  const dataDir = join(directory, 'data');
  const script = (): object => ({ duration: 'forever', output: 'so far\n' });
  const before = await PodTestCluster.open({ dataDir, runtime: fake({ script }) });
  await before.pod('p', [{ name: 'main', command: ['run'] }]);
  await before.until('p', (pod) => stateOf(pod, 'main') === 'running');
  await before.cluster.close();

  const after = await PodTestCluster.open({ dataDir, runtime: fake({ script }) });
  const pod = await after.untilFinished('p');
  expect([pod.status?.phase, stateOf(pod, 'main')]).toEqual(['Failed', 'ContainerStatusUnknown 137']);
  expect(await after.log('p', 'main')).toBe('so far\n');
  await after.cluster.close();
});

test('a starting node removes the logs of pods that no longer exist, and no others', async () => {
  const dataDir = join(directory, 'orphans');
  for (const name of ['default_gone_6c4b7a1e', 'notes', 'my_notes'])
    mkdirSync(join(dataDir, 'logs', name), { recursive: true });
  const before = await PodTestCluster.open({ dataDir, runtime: fake({ script: () => ({ output: 'hello\n' }) }) });
  await before.pod('p', [{ name: 'main', command: ['run'] }]);
  const { metadata } = await before.untilFinished('p');
  await before.cluster.close();
  const after = await PodTestCluster.open({ dataDir, runtime: fake() });
  await after.cluster.close();
  expect(readdirSync(join(dataDir, 'logs')).toSorted()).toEqual([`default_p_${metadata.uid}`, 'my_notes', 'notes']);
});
