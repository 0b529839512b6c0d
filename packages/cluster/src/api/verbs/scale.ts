/**
 * The `scale` subresource of workloads: reads and sets the number of replicas.
 */

import { valueAt, objectAt, stringAt, type JsonObject, type KubeObject } from '../../model/json.js';
import { groupVersionOf, type ResourceType } from '../kinds/resource-type.js';

/** Returns the Scale of a workload. */
export function scaleOf({ kind, metadata, spec, status }: KubeObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const labels = kind === 'ReplicationController' ? [] : ['matchLabels'];
  const selector = Object.entries(objectAt(spec, 'selector', ...labels))
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: valueAt(spec, 'replicas') ?? 0 },
    status: { replicas: valueAt(status, 'replicas') ?? 0, selector },
  };
}

/** Returns a workload with the replicas of a Scale. */
export function withScale(type: ResourceType, object: KubeObject, scale: JsonObject): JsonObject {
  const resourceVersion = stringAt(scale, 'metadata', 'resourceVersion');
  return {
    ...object,
    apiVersion: groupVersionOf(type),
    metadata: { ...object.metadata, ...(resourceVersion !== '' && { resourceVersion }) },
    spec: { ...objectAt(object, 'spec'), replicas: valueAt(scale, 'spec', 'replicas') ?? 0 },
  };
}
