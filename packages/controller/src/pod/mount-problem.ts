/**
 * Whether a finished pod mounts one of the user's volumes over what the controller needs.
 *
 * The check of the Task has said so where the path is written out; a path made of params is known only now.
 */

import { reservedMountDirectory } from '@pipewright/tekton';
import type { Pod } from './pod-types.js';

/** Why the pod must not be made; undefined when its mounts are fine. `own`: names of the user's volumes. */
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
