/** Checks the workspaces of runs: exactly one source each, with what the source needs. */

import type { RunWorkspaceBinding } from '../types.js';
import { fail, type CheckContext } from './check-context.js';

const SOURCES = [
  'volumeClaimTemplate',
  'persistentVolumeClaim',
  'emptyDir',
  'configMap',
  'secret',
  'projected',
  'csi',
] as const;

/** The sources that Tekton's message lists. */
const LISTED = ['configmap', 'emptydir', 'persistentvolumeclaim', 'secret', 'volumeclaimtemplate'];

/** Checks the workspaces. `context` is the spec of the run. */
export function checkWorkspaceBindings(
  workspaces: readonly RunWorkspaceBinding[],
  context: CheckContext,
  kind: 'TaskRun' | 'PipelineRun',
): void {
  const last = new Map<string, number>();
  workspaces.forEach((workspace, index) => {
    const { name } = workspace;
    checkSource(workspace, index, context);
    const seen = last.get(name);
    last.set(name, index);
    if (seen === undefined) return;
    const message =
      kind === 'TaskRun'
        ? 'expected exactly one, got both'
        : `workspace ${JSON.stringify(name)} provided by pipelinerun more than once, at index ${String(seen)} and ${String(index)}`;
    const webhook = { message, fields: [`workspaces[${String(index)}].name`] };
    fail(
      context,
      'NAME_TWICE',
      { what: 'workspace', name, first: seen },
      { at: ['workspaces', index, 'name'], value: name, webhook },
    );
  });
}

function checkSource(workspace: RunWorkspaceBinding, index: number, context: CheckContext): void {
  const { persistentVolumeClaim, configMap, secret, projected, csi } = workspace;
  const binding = `workspaces[${String(index)}]`;
  const sources = SOURCES.filter((source) => workspace[source] !== undefined);
  if (sources.length !== 1) {
    const message = `expected exactly one, got ${sources.length === 0 ? 'neither' : 'both'}`;
    const webhook = { message, fields: LISTED.map((source) => `${binding}.${source}`) };
    fail(context, 'WORKSPACE_SOURCE', { name: workspace.name, sources }, { at: ['workspaces', index], webhook });
  }
  const required: [source: string, field: string, tektonField: string, isMissing: boolean][] = [
    [
      'persistentVolumeClaim',
      'claimName',
      'persistentvolumeclaim.claimname',
      persistentVolumeClaim !== undefined && !persistentVolumeClaim.claimName,
    ],
    ['configMap', 'name', 'configmap.name', configMap !== undefined && !configMap.name],
    ['secret', 'secretName', 'secret.secretName', secret !== undefined && !secret.secretName],
    ['projected', 'sources', 'projected.sources', projected !== undefined && (projected.sources?.length ?? 0) === 0],
    ['csi', 'driver', 'csi.driver', csi !== undefined && !csi.driver],
  ];
  for (const [source, field, tektonField, isMissing] of required) {
    if (!isMissing) continue;
    const webhook = { message: 'missing field(s)', fields: [`${binding}.${tektonField}`] };
    fail(context, 'FIELD_MISSING', { name: field }, { at: ['workspaces', index, source, field], webhook });
  }
}
