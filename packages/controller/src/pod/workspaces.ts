/**
 * The volumes and mounts of a TaskRun's workspaces.
 *
 * Two workspaces on one claim share its volume, as in Tekton v0.10. Names of volumes are computed, so that the pod is deterministic.
 */

import {
  internalStepName,
  joinPath,
  type RunWorkspaceBinding,
  type StepModel,
  type Volume,
  type VolumeMount,
  type WorkspaceBinding,
  type WorkspaceModel,
} from '@pipewright/tekton';

/** What workspaces add to a pod. */
export interface WorkspaceMounts {
  readonly volumes: readonly Volume[];
  /** For every step, except at paths where the step has its own mount. */
  readonly mounts: readonly VolumeMount[];
  /** Returns the mounts of one step or sidecar: a workspace that some of them name is hidden from the others. */
  readonly mountsOf: (container: StepModel) => readonly VolumeMount[];
  /** Values of `$(workspaces.NAME.volume)` by name of the workspace. */
  readonly names: ReadonlyMap<string, string>;
}

const SOURCES = ['persistentVolumeClaim', 'emptyDir', 'configMap', 'secret'] as const;

/** Sources that only tekton.dev/v1 has. */
const NEW_SOURCES = ['volumeClaimTemplate', 'projected', 'csi'] as const;

/** Returns a message about the first binding without a volume; undefined if all have one. */
export function workspaceProblem(given: readonly RunWorkspaceBinding[]): string | undefined {
  for (const binding of given) {
    const { length } = [...SOURCES, ...NEW_SOURCES].filter((source) => binding[source] !== undefined);
    if (length !== 1)
      return `the workspace "${binding.name}" has ${String(length)} sources; give exactly one of ${SOURCES.join(', ')}`;
    if (binding.persistentVolumeClaim && !binding.persistentVolumeClaim.claimName)
      return `the workspace "${binding.name}" has a persistentVolumeClaim without claimName`;
  }
  return undefined;
}

/** Returns volumes and mounts for the declared workspaces that are bound. */
export function mountWorkspaces(
  declared: readonly WorkspaceModel[],
  given: readonly RunWorkspaceBinding[],
  runUid: string,
  containers: readonly StepModel[] = [],
): WorkspaceMounts {
  const bindings = new Map(given.map((binding) => [binding.name, binding]));
  const volumes = new Map<string, Volume>();
  const names = new Map<string, string>();
  const mounts = new Map<string, VolumeMount>();
  for (const { name: workspace, mountPath, isReadOnly: readOnly } of declared) {
    const binding = bindings.get(workspace);
    if (!binding) continue;
    const { name: _, subPath, ...source } = binding;
    const claim = binding.persistentVolumeClaim?.claimName;
    const name = internalStepName('ws', runUid, claim === undefined ? `workspace ${workspace}` : `claim ${claim}`);
    if (!volumes.has(name)) volumes.set(name, { ...source, name } as Volume); // Volume is open in its sources
    names.set(workspace, name);
    mounts.set(workspace, { name, mountPath, ...(subPath && { subPath }), ...(readOnly && { readOnly }) });
  }
  const isolated = new Set(
    containers.flatMap(({ isolatedWorkspaces = [] }) => isolatedWorkspaces.map((use) => use.name)),
  );
  const mountsOf = ({ isolatedWorkspaces: uses = [] }: StepModel): readonly VolumeMount[] =>
    [...mounts].flatMap(([workspace, mount]) => {
      const use = uses.find((one) => one.name === workspace);
      if (!use) return isolated.has(workspace) ? [] : [mount];
      return [use.mountPath ? { ...mount, mountPath: use.mountPath } : mount];
    });
  return { volumes: [...volumes.values()], mounts: [...mounts.values()], mountsOf, names };
}

/** Returns the binding of a pipeline's workspace for one task: with the task's name for it, and the task's subpath below the run's. */
export function workspaceForTask(
  binding: WorkspaceBinding,
  use: { readonly name: string; readonly subPath?: string },
): WorkspaceBinding {
  const subPath =
    use.subPath && binding.subPath ? joinPath(binding.subPath, use.subPath) : (use.subPath ?? binding.subPath);
  return { ...binding, name: use.name, ...(subPath && { subPath }) };
}
