/** Selects the run to simulate, and its pipeline. */

import type { KubeObject } from '@pipewright/kube';
import { V1ALPHA1, readPipeline, type PipelineModel, type PipelineRun, type PipelineSpec } from '@pipewright/tekton';
import { SimulationError } from './simulation-error.js';

/** Whether an object is a run. */
export const isTektonRun = ({ apiVersion, kind }: KubeObject): boolean =>
  apiVersion === V1ALPHA1 && (kind === 'PipelineRun' || kind === 'TaskRun');

/** Returns the name of an object, or the prefix of its generated name. */
export const nameOrPrefix = ({ metadata }: KubeObject): string => metadata.name ?? metadata.generateName ?? '';

/** Returns the run with this name, or the only run. @throws SimulationError if there is no such run, or several */
export function chooseRun(objects: readonly KubeObject[], name: string | undefined): KubeObject {
  const runs = objects.filter(isTektonRun);
  const [only, ...others] = runs.filter((it) => name === undefined || nameOrPrefix(it) === name);
  if (only && others.length === 0) return only;
  const names = runs.map(nameOrPrefix).join(', ');
  if (runs.length === 0) throw new SimulationError('no PipelineRun or TaskRun to simulate', 'add one to the objects');
  if (only) throw new SimulationError('the objects contain several runs', `choose one with \`run\`: ${names}`);
  throw new SimulationError(`no run is named "${name ?? ''}"`, `the runs are: ${names}`);
}

/** Returns the Pipeline of a PipelineRun; undefined for a TaskRun, or if the Pipeline is missing. */
export function pipelineOfRun(run: KubeObject, objects: readonly KubeObject[]): PipelineModel | undefined {
  if (run.kind !== 'PipelineRun') return undefined;
  const { spec, metadata } = run as PipelineRun; // by its kind
  const referenced = objects.find(
    (it) =>
      it.kind === 'Pipeline' &&
      it.metadata.name === spec.pipelineRef?.name &&
      (it.metadata.namespace ?? 'default') === (metadata.namespace ?? 'default'),
  );
  const pipeline = spec.pipelineSpec ?? (referenced as { readonly spec?: PipelineSpec } | undefined)?.spec; // by its kind
  return pipeline && readPipeline(pipeline);
}
