/**
 * Checks that a pod does not mount a user's volume over a directory that the controller needs.
 *
 * Validation of the Task covers literal paths; paths with params are known only when the pod is created.
 */

import { reservedMountDirectory } from '@pipewright/tekton';
import type { Pod } from './pod-types.js';

/** Returns why the pod must not be created; undefined if its mounts are valid. `userVolumes`: names of the user's volumes. */
export function mountProblem(pod: Pod, userVolumes: ReadonlySet<string>): string | undefined {
  for (const { name, volumeMounts = [] } of pod.spec.containers) {
    for (const { name: volume, mountPath = '' } of volumeMounts) {
      const folder = userVolumes.has(volume) ? reservedMountDirectory(mountPath) : undefined;
      if (folder === undefined) continue;
      return `${name}: nothing may be mounted at '${mountPath}': ${folder} belongs to the controller; mount it elsewhere, for example below /workspace or /mnt`;
    }
  }
  return undefined;
}
