/**
 * Workspaces of a TaskRun: which volumes carry them, and where steps see them.
 *
 * Two workspaces on one claim share its volume, as in Tekton v0.10. Names of volumes are computed, so that a pod is always
 * the same.
 */

import {
  internalStepName,
  joinPath,
  type Volume,
  type VolumeMount,
  type WorkspaceBinding,
  type WorkspaceModel,
} from '@pipewright/tekton';

/** What workspaces add to a pod. */
export interface WorkspaceMounts {
  readonly volumes: readonly Volume[];
  /** In every step, unless it mounts something there itself. */
  readonly mounts: readonly VolumeMount[];
  /** By name of the workspace: what `$(workspaces.NAME.volume)` stands for. */
  readonly names: ReadonlyMap<string, string>;
}

const SOURCES = ['persistentVolumeClaim', 'emptyDir', 'configMap', 'secret'] as const;

/** The first binding that does not say where its files are, as a sentence; undefined when all do. */
export function workspaceProblem(given: readonly WorkspaceBinding[]): string | undefined {
  for (const binding of given) {
    const { length } = SOURCES.filter((source) => binding[source] !== undefined);
    if (length !== 1)
      return `the workspace "${binding.name}" has ${String(length)} sources; give exactly one of ${SOURCES.join(', ')}`;
    if (binding.persistentVolumeClaim && !binding.persistentVolumeClaim.claimName)
      return `the workspace "${binding.name}" has a persistentVolumeClaim without claimName`;
  }
  return undefined;
}

/** Volumes and mounts for the declared workspaces that are given. */
export function mountWorkspaces(
  declared: readonly WorkspaceModel[],
  given: readonly WorkspaceBinding[],
  runUid: string,
): WorkspaceMounts {
  const bindings = new Map(given.map((binding) => [binding.name, binding]));
  const volumes = new Map<string, Volume>();
  const names = new Map<string, string>();
  const mounts: VolumeMount[] = [];
  for (const { name: workspace, mountPath, isReadOnly: readOnly } of declared) {
    const binding = bindings.get(workspace);
    if (!binding) continue;
    const { name: _, subPath, ...source } = binding;
    const claim = binding.persistentVolumeClaim?.claimName;
    const name = internalStepName('ws', runUid, claim === undefined ? `workspace ${workspace}` : `claim ${claim}`);
    if (!volumes.has(name)) volumes.set(name, { ...source, name } as Volume); // Volume is open in its sources
    names.set(workspace, name);
    mounts.push({ name, mountPath, ...(subPath && { subPath }), ...(readOnly && { readOnly }) });
  }
  return { volumes: [...volumes.values()], mounts, names };
}

/** A pipeline's workspace as one of its tasks gets it: under the task's name for it, and further down where the task says so. */
export function workspaceForTask(
  binding: WorkspaceBinding,
  use: { readonly name: string; readonly subPath?: string },
): WorkspaceBinding {
  const subPath =
    use.subPath && binding.subPath ? joinPath(binding.subPath, use.subPath) : (use.subPath ?? binding.subPath);
  return { ...binding, name: use.name, ...(subPath && { subPath }) };
}
