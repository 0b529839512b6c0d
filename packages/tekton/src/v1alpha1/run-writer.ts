/**
 * Creates v1alpha1 runs, and adds params to existing ones.
 *
 * Separate from the status writer, since users own these objects.
 */

import type { FieldPaths } from '../model/field-paths.js';
import type { ParamAssignment } from '../model/model.js';
import { isArrayValue } from '../model/param.js';
import type { NewBinding, NewRun } from '../model/new-run.js';
import { V1ALPHA1, type Param, type PipelineRun, type ResourceBinding, type TaskRun } from './types.js';

/** Paths of the fields in v1alpha1 objects that hold the lists of the model. */
export const FIELD_PATHS: FieldPaths = {
  task: {
    params: ['inputs', 'params'],
    inputs: ['inputs', 'resources'],
    outputs: ['outputs', 'resources'],
    workspaces: ['workspaces'],
    steps: ['steps'],
    sidecars: ['sidecars'],
  },
  pipeline: { params: ['params'], resources: ['resources'], workspaces: ['workspaces'], tasks: ['tasks'], finally: [] },
  pipelineTask: { task: ['taskSpec'] },
  taskRun: { task: ['taskSpec'], inputs: ['inputs', 'resources'], outputs: ['outputs', 'resources'] },
  pipelineRun: { pipeline: ['pipelineSpec'], resources: ['resources'] },
  binding: { resource: ['resourceSpec'] },
  condition: { step: ['check'] },
  resource: { secrets: ['secrets'] },
};

const binding = ({ name, resource }: NewBinding): ResourceBinding => ({ name, resourceRef: { name: resource } });

/** Creates the object of a new run. */
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

/** Writes params. This version has no object params; an object is written as its JSON text. */
export const writeParams = (params: readonly ParamAssignment[]): readonly Param[] =>
  params.map(({ name, value }) => ({
    name,
    value: typeof value === 'string' || isArrayValue(value) ? value : JSON.stringify(value),
  }));

/** Returns a copy of a PipelineRun or TaskRun with these params added. Existing params are overwritten. */
export function withParams<T extends object>(object: T, params: readonly ParamAssignment[]): T {
  const names = new Set(params.map(({ name }) => name));
  const merged = (existing: readonly Param[] = []): readonly Param[] => [
    ...existing.filter(({ name }) => !names.has(name)),
    ...writeParams(params),
  ];
  const run = object as unknown as PipelineRun | TaskRun; // `tryReadObject` has read it as a run
  if (run.kind === 'PipelineRun') return { ...object, spec: { ...run.spec, params: merged(run.spec.params) } };
  const { inputs } = run.spec;
  return { ...object, spec: { ...run.spec, inputs: { ...inputs, params: merged(inputs?.params) } } };
}
