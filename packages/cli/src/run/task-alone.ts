/**
 * Derives the options that run one task of a pipeline by itself, with `--task`.
 *
 * Only for tasks that need nothing but values from earlier tasks: files passed between tasks are deleted with the run.
 */

import type { KubeClient } from '@pipewright/kube';
import {
  isArrayValue,
  TASK_RUNS,
  TEKTON_LABELS,
  textsOfParamValue,
  tryReadObject,
  type TaskRunModel,
} from '@pipewright/tekton';
import type { EndedRun } from './follow/follower.js';
import { outcomeOf, tryFindSucceededCondition, type ObservedTaskRun } from './follow/observed.js';

/** Options of `pipewright run` for one Task. */
export interface SingleTaskOptions {
  readonly task: string;
  readonly param: ReadonlyMap<string, string>;
  readonly resource: ReadonlyMap<string, string>;
  readonly serviceAccount?: string;
}

/**
 * Returns the options that create the TaskRun again; undefined if there are none, because it embeds its task or
 * received files of other tasks.
 */
export function optionsForTask(run: TaskRunModel): SingleTaskOptions | undefined {
  const { source, params, inputs, outputs, workspaces, serviceAccount } = run;
  const receivesFiles = inputs.some(({ paths }) => paths.length > 0);
  if (source?.kind !== 'reference' || receivesFiles || workspaces.length > 0) return undefined;
  const param = new Map<string, string>();
  for (const { name, value } of params) {
    const texts = textsOfParamValue(value).map(({ text }) => text);
    const isList = isArrayValue(value);
    if (typeof value !== 'string' && (!isList || texts.length === 0 || texts.some((item) => item.includes(','))))
      return undefined;
    param.set(name, texts.join(','));
  }
  const resourceOptions = new Map<string, string>();
  for (const { name, resource } of [...inputs, ...outputs]) {
    if (resource?.kind !== 'reference') return undefined;
    if ((resourceOptions.get(name) ?? resource.name) !== resource.name) return undefined; // input and output of the same name
    resourceOptions.set(name, resource.name);
  }
  return {
    task: source.name,
    param,
    resource: resourceOptions,
    ...(serviceAccount !== undefined && serviceAccount !== 'default' && { serviceAccount }),
  };
}

/**
 * Returns the options for the only failed task of a pipeline; undefined if several failed or if it cannot run by
 * itself.
 */
export async function optionsForFailedTask(
  client: KubeClient,
  ended: readonly EndedRun[],
): Promise<SingleTaskOptions | undefined> {
  const [run, ...others] = ended.filter(({ outcome }) => outcome !== 'succeeded');
  if (run === undefined || others.length > 0) return undefined;
  const { items } = await client.list<ObservedTaskRun>(TASK_RUNS, {});
  const [failed, ...more] = items.filter(
    ({ metadata: { labels = {} }, status }) =>
      labels[TEKTON_LABELS.pipelineRun] === run.name &&
      labels[TEKTON_LABELS.conditionCheck] === undefined &&
      outcomeOf(tryFindSucceededCondition(status?.conditions)) === 'failed',
  );
  if (failed === undefined || more.length > 0) return undefined;
  const model = tryReadObject(failed)?.model;
  return model?.kind === 'TaskRun' ? optionsForTask(model.run) : undefined;
}
