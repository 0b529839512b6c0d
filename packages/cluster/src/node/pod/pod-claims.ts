/** Claims of volumes that a pod cannot be placed without; a scheduler waits for them, and so does the node that stands for one. */

import type { NodeApi } from '../node-api.js';
import type { Pod } from './pod.js';

/** The first claim that a pod mounts and that is not there. */
export async function absentClaim(api: Pick<NodeApi, 'get'>, { metadata, spec }: Pod): Promise<string | undefined> {
  for (const { persistentVolumeClaim: claim } of spec.volumes ?? []) {
    if (claim === undefined) continue;
    const path = `/api/v1/namespaces/${metadata.namespace}/persistentvolumeclaims/${claim.claimName}`;
    if ((await api.get(path)) === undefined) return claim.claimName;
  }
  return undefined;
}
