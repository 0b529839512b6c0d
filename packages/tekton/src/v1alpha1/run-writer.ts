/**
 * Writes runs of v1alpha1: new ones, and params into those that exist.
 *
 * Separate from the status writer, since these objects belong to a user.
 */

import type { FieldPaths } from '../model/field-paths.js';
import type { ParamAssignment } from '../model/model.js';
import type { NewBinding, NewRun } from '../model/new-run.js';
import { V1ALPHA1, type PipelineRun, type ResourceBinding, type TaskRun } from './types.js';

/** Where objects of v1alpha1 hold what their models list. */
export const FIELD_PATHS: FieldPaths = {
  task: {
    params: ['inputs', 'params'],
    inputs: ['inputs', 'resources'],
    outputs: ['outputs', 'resources'],
    workspaces: ['workspaces'],
    steps: ['steps'],
    sidecars: ['sidecars'],
  },
  pipeline: { params: ['params'], resources: ['resources'], workspaces: ['workspaces'], tasks: ['tasks'] },
  pipelineTask: { task: ['taskSpec'] },
  taskRun: { task: ['taskSpec'], inputs: ['inputs', 'resources'], outputs: ['outputs', 'resources'] },
  pipelineRun: { pipeline: ['pipelineSpec'], resources: ['resources'] },
  binding: { resource: ['resourceSpec'] },
  condition: { step: ['check'] },
  resource: { secrets: ['secrets'] },
};

const binding = ({ name, resource }: NewBinding): ResourceBinding => ({ name, resourceRef: { name: resource } });

/** Returns the object of a new run. */
export function writeRun(run: NewRun): PipelineRun | TaskRun {
  const { name, generateName, namespace, workspaces, serviceAccount } = run;
  const metadata = { generateName, namespace };
  const shared = {
    ...(workspaces.length > 0 && { workspaces }),
    ...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }),
  };
  if (run.kind === 'Pipeline') {
    const resources = run.resources.map(binding);
    const bound = resources.length > 0 && { resources };
    return {
      apiVersion: V1ALPHA1,
      kind: 'PipelineRun',
      metadata,
      spec: { pipelineRef: { name }, ...bound, ...shared },
    };
  }
  const inputs = run.inputs.map(binding);
  const outputs = run.outputs.map(binding);
  const bound = {
    ...(inputs.length > 0 && { inputs: { resources: inputs } }),
    ...(outputs.length > 0 && { outputs: { resources: outputs } }),
  };
  return {
    apiVersion: V1ALPHA1,
    kind: 'TaskRun',
    metadata,
    spec: { taskRef: { name, kind: run.kind }, ...bound, ...shared },
  };
}

/** Returns a PipelineRun or TaskRun with these params; one that it has already gets the new value. */
export function withParams<T extends object>(object: T, params: readonly ParamAssignment[]): T {
  const names = new Set(params.map(({ name }) => name));
  const merged = (existing: readonly ParamAssignment[] = []): readonly ParamAssignment[] => [
    ...existing.filter(({ name }) => !names.has(name)),
    ...params,
  ];
  const run = object as unknown as PipelineRun | TaskRun; // what `tryReadObject` has read as a run
  if (run.kind === 'PipelineRun') return { ...object, spec: { ...run.spec, params: merged(run.spec.params) } };
  const { inputs } = run.spec;
  return { ...object, spec: { ...run.spec, inputs: { ...inputs, params: merged(inputs?.params) } } };
}
