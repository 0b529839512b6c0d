/** Writes the settings of a case to the ConfigMaps of a cluster. Separate because both kinds of clusters have them. */

import { CONFIG_MAPS, NAMESPACES, type KubeClient } from '@pipewright/kube';
import type { Settings } from './parity-cluster.js';

/** The namespace of Tekton, where controllers read the ConfigMaps of settings. */
export const TEKTON_NAMESPACE = 'tekton-pipelines';

/** Writes the settings to config-defaults and feature-flags in a namespace. Nothing is written without settings. */
export async function writeSettings(client: KubeClient, namespace: string, settings: Settings): Promise<void> {
  const all = Object.entries(settings);
  if (all.length === 0) return;
  if (namespace === TEKTON_NAMESPACE)
    await client.create(NAMESPACES, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const isDefault = ([name]: readonly [string, string]): boolean => name.startsWith('default-');
  for (const [name, data] of [
    ['config-defaults', all.filter(isDefault)],
    ['feature-flags', all.filter((one) => !isDefault(one))],
  ] as const) {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: Object.fromEntries(data) };
    await client.create(CONFIG_MAPS, { namespace }, object);
  }
}
