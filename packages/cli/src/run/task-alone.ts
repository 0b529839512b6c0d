/**
 * The options that run one task of a pipeline by itself, as `--task` does.
 *
 * Only for tasks that need nothing of the tasks before them but values: files that were handed over are gone with the run.
 */

import type { KubeClient } from '@pipewright/kube';
import { listAt, textAt, type JsonObject } from '../json.js';
import type { EndedRun } from './follow/follower.js';
import { CONDITION_CHECK_LABEL, PIPELINE_RUN_LABEL, TASK_RUNS } from './follow/kinds.js';
import { outcomeOf, succeeded, type SeenTaskRun } from './follow/observed.js';

/** Options of `pipewright run` for one Task. */
export interface TaskOptions {
  readonly task: string;
  readonly param: ReadonlyMap<string, string>;
  readonly resource: ReadonlyMap<string, string>;
  readonly serviceAccount?: string;
}

/** Returns undefined where the TaskRun cannot be made again from options: its spec is its own, or it was handed files. */
export function taskAlone(taskRun: JsonObject): TaskOptions | undefined {
  const task = textAt(taskRun, 'spec', 'taskRef', 'name');
  const params = [...listAt(taskRun, 'spec', 'inputs', 'params'), ...listAt(taskRun, 'spec', 'params')];
  const inputs = listAt(taskRun, 'spec', 'inputs', 'resources');
  const outputs = listAt(taskRun, 'spec', 'outputs', 'resources');
  const isHandedOver = inputs.some((binding) => listAt(binding, 'paths').length > 0);
  if (task === undefined || isHandedOver || listAt(taskRun, 'spec', 'workspaces').length > 0) return undefined;
  const param = new Map<string, string>();
  for (const each of params) {
    const [name, text] = [textAt(each, 'name'), textAt(each, 'value')];
    const items = listAt(each, 'value');
    const isList = items.length > 0 && items.every((item) => typeof item === 'string' && !item.includes(','));
    if (name === undefined || (text === undefined && !isList)) return undefined;
    param.set(name, text ?? items.join(','));
  }
  const resource = new Map<string, string>();
  for (const binding of [...inputs, ...outputs]) {
    const [name, referred] = [textAt(binding, 'name'), textAt(binding, 'resourceRef', 'name')];
    if (name === undefined || referred === undefined) return undefined;
    if ((resource.get(name) ?? referred) !== referred) return undefined; // an input and an output of one name
    resource.set(name, referred);
  }
  const account = textAt(taskRun, 'spec', 'serviceAccountName');
  return { task, param, resource, ...(account !== undefined && account !== 'default' && { serviceAccount: account }) };
}

/** The options for the task of a pipeline that failed, if no other did; undefined where it cannot run by itself. */
export async function failedTaskAlone(
  client: KubeClient,
  ended: readonly EndedRun[],
): Promise<TaskOptions | undefined> {
  const [run, ...others] = ended.filter(({ outcome }) => outcome !== 'succeeded');
  if (run === undefined || others.length > 0) return undefined;
  const { items } = await client.list<SeenTaskRun>(TASK_RUNS, {});
  const [failed, ...more] = items.filter(
    ({ metadata: { labels = {} }, status }) =>
      labels[PIPELINE_RUN_LABEL] === run.name &&
      labels[CONDITION_CHECK_LABEL] === undefined &&
      outcomeOf(succeeded(status?.conditions)) === 'failed',
  );
  if (failed === undefined || more.length > 0) return undefined;
  return taskAlone(failed as unknown as JsonObject); // objects of the API are JSON objects
}
