/**
 * The embedded cluster for replays: cluster, controller and node in this process, as in `pipewright up`.
 *
 * The recordings' host is a random loopback address of this process, so that several processes can run at once; the cluster's own
 * registry replaces every registry that the cases name.
 */

import { join } from 'node:path';
import { openTemporaryDirectory, sandbox, startCluster } from '@pipewright/cluster';
import { OWN_IMAGES, newTektonAdmission } from '@pipewright/cli';
import { silent, startController } from '@pipewright/controller';
import { KubeClient } from '@pipewright/kube';
import { crds, parseImageName } from '@pipewright/tekton';
import { serveRepositories } from './git-daemon.js';
import { fillRegistry, imagesOf, standIn } from './images.js';
import type { ParityCluster } from './parity-cluster.js';
import type { Recording } from './recording.js';
import { TEKTON_NAMESPACE, writeSettings } from './settings.js';

/** Starts a cluster with the images, the repositories and the settings of the recordings, which have the same settings. */
export async function embeddedCluster(folder: string, recordings: readonly Recording[]): Promise<ParityCluster> {
  const known = imagesOf(recordings);
  const host = `127.${String(100 + (process.pid % 100))}.${String((process.pid >> 8) & 255)}.${String(1 + (process.pid & 127))}`;
  const own = new Set<string>(Object.values(OWN_IMAGES));
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    const folders = await openTemporaryDirectory('parity');
    closers.push(folders.remove);
    const daemon = await serveRepositories(folder, host);
    if (daemon) closers.push(() => daemon.close());
    const runtime = sandbox();
    const probe = await runtime.probe();
    if (probe.kind === 'unusable') throw new Error(`${probe.problem.code}: ${probe.problem.message}`);
    const cluster = await startCluster({
      runtime,
      images: (image) => (own.has(image) ? { rootfs: 'host' } : standIn(image, known)),
      allowHostPath: true, // as in the recording's cluster
      crds: crds({ preserveUnknownFields: true }),
      admission: [newTektonAdmission()],
    });
    closers.push(() => cluster.close());
    await writeSettings(new KubeClient(cluster.send), TEKTON_NAMESPACE, recordings[0]?.config ?? {});
    const registry = await cluster.registry.serve();
    closers.push(() => registry.close());
    await fillRegistry(cluster.registry, known);
    const address = `127.0.0.1:${String(registry.port)}`;
    const controller = await startController({
      send: cluster.send,
      log: silent,
      images: OWN_IMAGES,
      registries: Object.fromEntries(
        ['docker.io', address, ...namedRegistries(recordings)].map((name) => [
          name,
          { url: `http://${address}`, login: registry.login },
        ]),
      ),
    });
    closers.push(() => controller.stop());
    return {
      where: 'embedded',
      node: 'pipewright',
      send: cluster.send,
      addresses: { LAB_REGISTRY: address, LAB_HOST: host },
      directoryFor: (path) => join(folders.path, path),
      namespaceOf: (name) => `c-${name}`,
      prepare: () => Promise.resolve(() => Promise.resolve()),
      close,
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** Returns the registries in the image names of the cases' steps. */
const namedRegistries = (recordings: readonly Recording[]): readonly string[] => [
  ...new Set(
    recordings.flatMap(({ input }) =>
      [...input.matchAll(/^\s*(?:- )?image: (\S+)$/gm)].map(([, image = '']) => parseImageName(image).registry),
    ),
  ),
];
