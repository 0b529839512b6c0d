/** The claims that are made for the workspaces of a TaskRun or PipelineRun, from their templates. Pure. */

import {
  claimOfWorkspace,
  type AdditionalFields,
  type ObjectMeta,
  type PipelineRunObject,
  type RunWorkspaceBinding,
  type TaskRunObject,
} from '@pipewright/tekton';

/** A claim to create. */
export interface WorkspaceClaim {
  readonly workspace: string;
  readonly claim: {
    readonly apiVersion: 'v1';
    readonly kind: 'PersistentVolumeClaim';
    readonly metadata: ObjectMeta;
    readonly spec: unknown;
  };
}

/** Returns the claims of workspaces with a template. The run owns them, so they are deleted with it. */
export const workspaceClaims = (
  { apiVersion, kind, metadata }: TaskRunObject | PipelineRunObject,
  workspaces: readonly RunWorkspaceBinding[],
): readonly WorkspaceClaim[] =>
  workspaces.flatMap(({ name: workspace, volumeClaimTemplate: template }) => {
    if (!template) return [];
    const { metadata: own = {}, spec = {} } = template as {
      readonly metadata?: ObjectMeta;
      readonly spec?: AdditionalFields;
    }; // a claim without its name
    const { name = '', uid = '', namespace = '' } = metadata;
    const owner = { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
    return [
      {
        workspace,
        claim: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: {
            ...own,
            name: claimOfWorkspace(own.name, workspace, uid),
            namespace,
            ownerReferences: [owner],
          },
          spec,
        },
      },
    ];
  });

/** Returns what binds a workspace to the claim that is made for it. */
export const boundToClaim =
  (claims: readonly WorkspaceClaim[]) =>
  (binding: RunWorkspaceBinding): RunWorkspaceBinding => {
    const found = claims.find(({ workspace }) => workspace === binding.name);
    if (!found) return binding;
    const { volumeClaimTemplate: _, ...rest } = binding;
    return { ...rest, persistentVolumeClaim: { claimName: found.claim.metadata.name ?? '' } };
  };
