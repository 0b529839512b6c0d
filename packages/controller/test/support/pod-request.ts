/** Requests for pods, and accessors for the resulting pods. */

import { readTask, readTaskRun, type TaskRunSpec, type TaskSpec } from '@pipewright/tekton';
import type { ResourceBindings } from '../../src/resources/resource-steps.js';
import { DEFAULT_IMAGES } from '../../src/run/options.js';
import type { Pod } from '../../src/pod/pod-types.js';
import type { PodRequest } from '../../src/pod/pod-request.js';
import { taskPod } from '../../src/pod/pod.js';
import { scripts } from './scripts.js';

/** Returns a default step with these differences. */
export const step = (name: string, fields: object = {}): object => ({
  name,
  image: 'ubuntu',
  command: ['true'],
  ...fields,
});

const noBindings: ResourceBindings = { inputs: new Map(), outputs: new Map() };

/** Returns the request for a default Task and TaskRun with these differences. */
export function request(
  task: object,
  differences: Partial<PodRequest> & { readonly spec?: TaskRunSpec } = {},
): PodRequest {
  const { spec = {}, ...rest } = differences;
  return {
    taskRun: {
      name: 'run',
      namespace: 'ns',
      uid: 'u-1',
      labels: { team: 'a' },
      annotations: { note: 'b' },
      apiVersion: 'tekton.dev/v1alpha1',
    },
    attempt: 0,
    run: readTaskRun(spec),
    task: readTask(task as TaskSpec), // as in a manifest
    bindings: noBindings,
    secrets: [],
    images: DEFAULT_IMAGES,
    scripts,
    replacement: false,
    lendShell: false,
    commands: new Map(),
    ...rest,
  };
}

/** Returns the pod of a request. Throws if the request is rejected. */
export function pod(task: object, differences: Parameters<typeof request>[1] = {}): Pod {
  const result = taskPod(request(task, differences));
  if (result.kind !== 'pod') throw new Error(JSON.stringify(result));
  return result.pod;
}

/** Returns the arguments that follow those of the entrypoint. */
export const commandOf = ({ args = [] }: Pod['spec']['containers'][number]): readonly string[] =>
  args.slice(args.indexOf('--') + 1);

/** Returns names without their hash suffixes. */
export const names = (items: readonly { readonly name: string }[] | undefined): readonly string[] =>
  (items ?? []).map(({ name }) => name.replace(/-[a-z0-9]{5}$/, '-?'));
