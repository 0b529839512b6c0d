/**
 * A Kubernetes cluster for replays, from a kubeconfig.
 *
 * Each case has a namespace of its own and a controller in this process limited to it, so that other objects on the cluster are not affected.
 * The environment variables LAB_HOST and LAB_REGISTRY are the addresses at which pods reach the repositories and images.
 */

import { CUSTOM_RESOURCE_DEFINITIONS, KubeClient, kubeconfigSend, NODES } from '@pipewright/kube';
import { startController } from '@pipewright/controller';
import { crds } from '@pipewright/tekton';
import { serveRepositories } from './git-daemon.js';
import type { ParityCluster } from './parity-cluster.js';
import { writeSettings } from './settings.js';

/** Connects to the cluster. `controller: false` if a controller is already installed. */
export async function kubernetesCluster(
  folder: string,
  options: { readonly kubeconfig?: string; readonly controller: boolean },
): Promise<ParityCluster> {
  const send = await kubeconfigSend(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig });
  const client = new KubeClient(send);
  for (const crd of crds()) {
    const { name } = crd.metadata;
    const how = { type: 'apply', fieldManager: 'pipewright', force: true } as const;
    await client.patch(CUSTOM_RESOURCE_DEFINITIONS, { name }, crd, how);
  }
  const [node] = (await client.list(NODES)).items;
  const { LAB_HOST: host = '127.0.0.1', LAB_REGISTRY: registry = '' } = process.env;
  const daemon = await serveRepositories(folder, host);
  const unique = `parity-${process.pid.toString(36)}`;
  return {
    where: 'kubernetes',
    node: node?.metadata.name ?? '',
    send,
    addresses: { LAB_HOST: host, ...(registry !== '' && { LAB_REGISTRY: registry }) },
    directoryFor: (path) => `${path}-${unique}`,
    namespaceOf: (name) => `${unique}-${name}`.slice(0, 63).replace(/-+$/, ''),
    prepare: async (namespace, settings) => {
      await writeSettings(client, namespace, settings);
      if (!options.controller) return () => Promise.resolve();
      const controller = await startController({
        send,
        namespace,
        images: { lent: 'busybox' },
        ...(registry !== '' && {
          registries: Object.fromEntries(
            ['docker.io', 'gcr.io', registry].map((name) => [name, { url: `http://${registry}` }]),
          ),
        }),
      });
      return () => controller.stop();
    },
    close: async () => {
      await daemon?.close();
      await send.close();
    },
  };
}
