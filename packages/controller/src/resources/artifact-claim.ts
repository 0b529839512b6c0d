/** The PersistentVolumeClaim on which the tasks of a PipelineRun hand over files. Pure. */

import type { ObjectMeta, PipelineRunObject } from '@pipewright/tekton';
import type { ArtifactSettings } from './artifact-storage.js';

/** The fields of a claim that are written. */
export interface ArtifactClaim {
  readonly apiVersion: 'v1';
  readonly kind: 'PersistentVolumeClaim';
  readonly metadata: ObjectMeta;
  readonly spec: object;
}

/** Returns the name of a run's claim. */
export const claimName = (run: string): string => `${run}-pvc`;

/** Returns the claim of a run, which owns it. */
export function artifactClaim({ apiVersion, metadata }: PipelineRunObject, { claim }: ArtifactSettings): ArtifactClaim {
  const { namespace = '', name = '', uid = '' } = metadata;
  const owner = { apiVersion, kind: 'PipelineRun', name, uid, controller: true, blockOwnerDeletion: true };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claimName(name), namespace, ownerReferences: [owner] },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: claim.size } },
      ...(claim.storageClassName !== undefined && { storageClassName: claim.storageClassName }),
    },
  };
}
