/** Writes runs of tekton.dev/v1, and the paths of the model's lists in its objects. */

import type { FieldPaths } from '../model/field-paths.js';
import type { ParamAssignment } from '../model/model.js';
import type { NewRun } from '../model/new-run.js';
import { V1, type PipelineRun, type TaskRun } from './objects.js';

/** Paths of the lists. This version has no resources and Conditions, so their lists are empty. */
export const FIELD_PATHS: FieldPaths = {
  task: {
    params: ['params'],
    inputs: [],
    outputs: [],
    workspaces: ['workspaces'],
    steps: ['steps'],
    sidecars: ['sidecars'],
  },
  pipeline: { params: ['params'], resources: [], workspaces: ['workspaces'], tasks: ['tasks'], finally: ['finally'] },
  pipelineTask: { task: ['taskSpec'] },
  taskRun: { task: ['taskSpec'], inputs: [], outputs: [] },
  pipelineRun: { pipeline: ['pipelineSpec'], resources: [] },
  binding: { resource: [] },
  condition: { step: [] },
  resource: { secrets: [] },
};

/** Creates the object of a new run. */
export function writeRun(run: NewRun): PipelineRun | TaskRun {
  const { name, generateName, namespace, workspaces, serviceAccount } = run;
  const metadata = { generateName, namespace };
  const bound = workspaces.length > 0 && { workspaces };
  const account = serviceAccount !== undefined && { serviceAccountName: serviceAccount };
  return run.kind === 'Pipeline'
    ? {
        apiVersion: V1,
        kind: 'PipelineRun',
        metadata,
        spec: { pipelineRef: { name }, ...bound, ...(account && { taskRunTemplate: account }) },
      }
    : { apiVersion: V1, kind: 'TaskRun', metadata, spec: { taskRef: { name, kind: 'Task' }, ...bound, ...account } };
}

/** Returns a copy of a PipelineRun or TaskRun with these params added. Existing params are overwritten. */
export function withParams<T extends object>(object: T, params: readonly ParamAssignment[]): T {
  const written = new Set(params.map(({ name }) => name));
  const run = object as unknown as PipelineRun | TaskRun; // `tryReadObject` has read it as a run
  const others = (run.spec.params ?? []).filter(({ name }) => !written.has(name));
  return { ...object, spec: { ...run.spec, params: [...others, ...params] } };
}
