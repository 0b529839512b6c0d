/** Requests over TLS to the embedded cluster on loopback: its CA, its token, and restarts. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startCluster } from '@pipewright/cluster';
import { CONFIG_MAPS, KubeClient, kubeconfigSend, NAMESPACES, Informer } from '../../src/index.js';
import { FakeClock } from '../support/fake-clock.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-served-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeKubeconfig(kubeconfig: string): string {
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, kubeconfig);
  return file;
}

test('the server is trusted only if its certificate is from the authority in the kubeconfig', async () => {
  const cluster = await startCluster({});
  const { kubeconfig, url } = await cluster.serve();
  const withAuthority = await kubeconfigSend({ kubeconfig: writeKubeconfig(kubeconfig) });
  expect(await new KubeClient(withAuthority).get(NAMESPACES, { name: 'default' })).toMatchObject({ kind: 'Namespace' });
  const restricted = kubeconfig.replace(/certificate-authority-data: *\S+/, 'tls-server-name: localhost');
  const withoutAuthority = await kubeconfigSend({ kubeconfig: writeKubeconfig(restricted) });
  await expect(new KubeClient(withoutAuthority).get(NAMESPACES, { name: 'default' })).rejects.toThrow(
    `cannot reach the API server at ${url}: its certificate is not trusted: give certificate-authority-data in the kubeconfig`,
  );
  await withAuthority.close();
  await withoutAuthority.close();
  await cluster.close();
});

test('an informer continues after a restart of the server, without missing a change', async () => {
  const dataDir = join(folder, 'data');
  const before = await startCluster({ dataDir });
  const { kubeconfig, port } = await before.serve();
  const send = await kubeconfigSend({ kubeconfig: writeKubeconfig(kubeconfig) });
  const clock = new FakeClock();
  const watchedKeys: string[] = [];
  let failure = '';
  const informer = new Informer(new KubeClient(send), CONFIG_MAPS, {
    clock,
    onChange: (key, _, listed) => void (listed || watchedKeys.push(key)),
    onError: (error) => (failure = String(error)),
  }).start();
  expect(await informer.synced).toBe(true);
  await before.close();
  while (!failure.includes('connection refused')) await clock.advance(1000);

  const after = await startCluster({ dataDir });
  await new KubeClient(after.send).create(CONFIG_MAPS, { namespace: 'default' }, { metadata: { name: 'meanwhile' } });
  await after.serve({ port });
  while (watchedKeys.length === 0) await clock.advance(1000);
  expect(watchedKeys).toEqual(['default/meanwhile']);
  await informer.stop();
  await send.close();
  await after.close();
});
