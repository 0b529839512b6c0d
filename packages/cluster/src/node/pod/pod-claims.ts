/** PersistentVolumeClaims of a pod, which must exist before the pod is scheduled. */

import type { NodeApi } from '../node-api.js';
import type { Pod } from './pod.js';

/** Returns the first claim of a pod that does not exist. */
export async function absentClaim(api: Pick<NodeApi, 'get'>, { metadata, spec }: Pod): Promise<string | undefined> {
  for (const { persistentVolumeClaim: claim } of spec.volumes ?? []) {
    if (claim === undefined) continue;
    const path = `/api/v1/namespaces/${metadata.namespace}/persistentvolumeclaims/${claim.claimName}`;
    if ((await api.get(path)) === undefined) return claim.claimName;
  }
  return undefined;
}
