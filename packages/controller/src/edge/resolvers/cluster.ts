/** The cluster resolver: reads a definition of any namespace that the settings allow. */

import { createHash } from 'node:crypto';
import { resource, type KubeObject, type Resource } from '@pipewright/kube';
import { ResolverError, type ResolvedManifest } from '../../resolvers/resolution.js';
import type { ClusterKind, ResolverParams } from '../../resolvers/params.js';
import type { FetchContext } from './fetch-context.js';

const RESOURCES: Readonly<Record<ClusterKind, Resource>> = {
  task: resource('tekton.dev/v1', 'tasks', 'Task'),
  pipeline: resource('tekton.dev/v1', 'pipelines', 'Pipeline'),
  stepaction: resource('tekton.dev/v1beta1', 'stepactions', 'StepAction'),
};

interface Definition extends KubeObject {
  readonly spec?: unknown;
}

/** Reads the definition. @throws ResolverError */
export async function readFromCluster(
  { objectKind, name, namespace }: Extract<ResolverParams, { kind: 'cluster' }>,
  { client, signal }: FetchContext,
): Promise<ResolvedManifest> {
  const type = RESOURCES[objectKind];
  const object = await client.get<Definition>(type, { namespace, name }, { signal });
  if (!object) throw new ResolverError(`${type.plural}.tekton.dev "${name}" not found`);
  const { metadata, spec } = object;
  const { labels, annotations } = metadata;
  const apiVersion = `${type.group}/${type.version}`;
  const named = { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) };
  const sha256 = createHash('sha256')
    .update(JSON.stringify(spec ?? {}))
    .digest('hex');
  return {
    kind: 'resolved',
    manifest: JSON.stringify({ apiVersion, kind: type.kind, metadata: named, spec }),
    refSource: {
      uri: `/apis/${apiVersion}/namespaces/${namespace}/${objectKind}/${name}@${metadata.uid ?? ''}`,
      digest: { sha256 },
    },
  };
}
