/**
 * The source of a workspace on the command line: `-w NAME=DIR`, `NAME=emptyDir` or `NAME=claim:CLAIM`. Pure.
 *
 * A directory of the machine is a PersistentVolumeClaim for the cluster, so that a run has the same form as elsewhere.
 */

import type { WorkspaceBinding } from '@pipewright/tekton';
import type { JsonObject } from '../../json.js';

/** The source of a workspace. */
export type WorkspaceSource =
  | { readonly kind: 'empty-dir' }
  | { readonly kind: 'claim'; readonly name: string }
  | { readonly kind: 'directory'; readonly path: string };

/** Parses the value of the option. Whether a directory exists is not checked. */
export function parseWorkspaceSource(text = 'emptyDir'): WorkspaceSource {
  if (text === 'emptyDir') return { kind: 'empty-dir' };
  return text.startsWith('claim:') ? { kind: 'claim', name: text.slice(6) } : { kind: 'directory', path: text };
}

/** Returns the name of the claim that stands for the directory of a workspace, by the number of the workspace. */
export const directoryClaimName = (index: number): string => `workspace-directory-${String(index + 1)}`;

/** Returns the binding of a workspace, by its number. */
export function workspaceBinding(name: string, source: WorkspaceSource, index: number): WorkspaceBinding {
  switch (source.kind) {
    case 'empty-dir':
      return { name, emptyDir: {} };
    case 'claim':
      return { name, persistentVolumeClaim: { claimName: source.name } };
    case 'directory':
      return { name, persistentVolumeClaim: { claimName: directoryClaimName(index) } };
  }
}

/** A directory of the machine, and the claim that stands for it. */
export interface WorkspaceDirectory {
  readonly path: string;
  readonly namespace: string;
  readonly claim: string;
}

/** Returns the claim of a directory. */
export const claimOf = ({ namespace, claim: name }: WorkspaceDirectory): JsonObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace },
  spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } },
});
