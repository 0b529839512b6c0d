/**
 * Clusters with real pods, for tests that must have the same outcome on each: the embedded cluster with its sandbox,
 * and the Kubernetes cluster given by KUBECONFIG.
 *
 * On Kubernetes, LAB_HOST is the address of this machine for pods, and `LAB image DIR NAME` builds DIR/Dockerfile and
 * pushes it (see examples/article/lab/prepare.sh), to replace the images of the controller's own steps.
 */

import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { openTemporaryDirectory, sandbox, startCluster } from '@pipewright/cluster';
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  KubeClient,
  kubeconfigSend,
  NAMESPACES,
  SERVICE_ACCOUNTS,
} from '@pipewright/kube';
import type { Send } from '@pipewright/apimachinery';
import { crds } from '@pipewright/tekton';
import { DEFAULT_IMAGES, type Images } from '../../src/index.js';
import { Harness } from './harness.js';

/** Programs and files to add to the images of the controller's own steps, by absolute path. */
export type Files = Readonly<Record<string, string>>;

/** A cluster. */
export interface TestCluster {
  readonly send: Send;
  /** The images to configure in the controller. */
  readonly images: Partial<Images>;
  close(): Promise<void>;
}

/** A kind of cluster that tests can open. */
export interface ClusterKind {
  readonly name: 'the embedded cluster' | 'a real cluster';
  /** The address of this machine for programs in pods. */
  readonly host: () => string;
  /** Timeout for awaited changes. */
  readonly timeoutMs: number;
  /** @returns why pods cannot run on the cluster; undefined if they can */
  readonly unusableReason: () => Promise<string | undefined>;
  /** @param files added to the images of the controller's own steps */
  readonly open: (files?: Files) => Promise<TestCluster>;
}

/** The embedded cluster, with the files of this machine in place of all images. */
export const EMBEDDED: ClusterKind = {
  name: 'the embedded cluster',
  host: () => '127.0.0.1',
  timeoutMs: 60_000,
  unusableReason: async () => {
    const probe = await sandbox().probe();
    return probe.kind === 'usable' ? undefined : probe.problem.code;
  },
  open: async (files) => {
    const folder = await openTemporaryDirectory('ground');
    writeFiles(folder.path, files);
    const ownImages: readonly string[] = Object.values(DEFAULT_IMAGES);
    const overlays = files ? [folder.path] : [];
    const cluster = await startCluster({
      runtime: sandbox(),
      images: (image) => ({ rootfs: 'host', ...(ownImages.includes(image) && { overlays }) }),
      crds: crds(),
    });
    return {
      send: cluster.send,
      images: {},
      close: async () => {
        await cluster.close();
        await folder.remove();
      },
    };
  },
};

const run = promisify(execFile);

/** Images for clusters without access to registries on the internet. */
const REACHABLE_IMAGES = { git: 'alpine/git', shell: 'busybox', lent: 'busybox', nop: 'busybox' };

/** The cluster given by KUBECONFIG. */
export const KUBERNETES: ClusterKind = {
  name: 'a real cluster',
  host: () => process.env['LAB_HOST'] ?? '127.0.0.1',
  timeoutMs: 120_000,
  unusableReason: () => Promise.resolve(undefined),
  open: async (files) => {
    if (!process.env['KUBECONFIG']) throw new Error('set KUBECONFIG: this suite runs pods on a cluster');
    const ownImages = files && (await pushImage(files));
    const send = await kubeconfigSend();
    const client = new KubeClient(send);
    for (const crd of crds()) {
      const applyOptions = { type: 'apply', fieldManager: 'pipewright', force: true } as const;
      await client.patch(CUSTOM_RESOURCE_DEFINITIONS, { name: crd.metadata.name }, crd, applyOptions);
    }
    return { send, images: { ...REACHABLE_IMAGES, ...ownImages }, close: () => send.close() };
  },
};

/** Pushes an image with Node and these files. Its name is a hash of them, because nodes cache images by name. */
async function pushImage(files: Files): Promise<Pick<Images, 'gsutil' | 'node'>> {
  const base = `pipewright/node-${process.versions.node}`;
  if (!(await isInRegistry(base)))
    await buildImage(base, 'FROM debian\nCOPY node /usr/local/bin/node\n', (folder) =>
      copyFileSync(process.execPath, join(folder, 'node')),
    );
  const hash = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12);
  const name = `pipewright/own-steps-${hash}`;
  await buildImage(name, `FROM ${base}\nCOPY files /\n`, (folder) => writeFiles(join(folder, 'files'), files));
  return { gsutil: name, node: name };
}

/** Whether the cluster's registry, if configured, has the image. */
const isInRegistry = async (name: string): Promise<boolean> => {
  const { LAB_REGISTRY: registry = '' } = process.env;
  const response = await fetch(`http://${registry}/v2/${name}/tags/list`).catch(() => undefined); // not running yet
  return response?.ok ?? false;
};

async function buildImage(name: string, dockerfile: string, addFiles: (folder: string) => void): Promise<void> {
  const { LAB: labCommand } = process.env;
  if (!labCommand)
    throw new Error('set LAB to a command whose `image DIR NAME` pushes an image to the cluster’s registry');
  const folder = await openTemporaryDirectory('image');
  try {
    addFiles(folder.path);
    writeFileSync(join(folder.path, 'Dockerfile'), dockerfile);
    await run(labCommand, ['image', folder.path, name]);
  } finally {
    await folder.remove();
  }
}

function writeFiles(folder: string, files: Files = {}): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (text.startsWith('#!')) chmodSync(file, 0o755);
  }
}

/** Creates a namespace. The result includes a function that removes it. */
export async function newNamespace(
  send: Send,
  { timeoutMs }: ClusterKind,
): Promise<Harness & { remove(): Promise<void> }> {
  const name = `pipewright-${randomBytes(5).toString('hex')}`; // suites in one process are independent
  const harness = new Harness(send, name, timeoutMs);
  await harness.client.create(NAMESPACES, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for await (const { object } of harness.client.watch(SERVICE_ACCOUNTS, { namespace: name }))
    if (object.metadata.name === 'default') break; // pods need it
  return Object.assign(harness, { remove: () => harness.client.delete(NAMESPACES, { name }) });
}

/**
 * Lets programs in pods reach an HTTP server that listens on loopback.
 *
 * @param hostHeader the host name in requests: the one that pods use, or the server's own if it accepts no other
 * @returns the address of the server for pods
 */
export async function exposeToPods(
  url: string,
  { host }: ClusterKind,
  hostHeader: 'of-pods' | 'of-server' = 'of-pods',
): Promise<{ readonly url: string; close(): void }> {
  const target = new URL(url);
  if (target.hostname === host()) return { url, close: () => undefined };
  const server = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, ...(hostHeader === 'of-server' && { host: target.host }) };
    const { method, url: path } = incoming;
    const forwarded = request(
      { host: target.hostname, port: target.port, method, path, headers },
      (answerFromServer) => {
        outgoing.writeHead(answerFromServer.statusCode ?? 502, answerFromServer.headers);
        answerFromServer.pipe(outgoing);
      },
    );
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0); // the address in the pod network does not exist before the first pod
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: url.replace(target.host, `${host()}:${String(port)}`),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
