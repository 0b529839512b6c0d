/**
 * Selects the message of the Tekton v0.9.2 webhook for an invalid object: the first error that the webhook finds.
 *
 * The webhook decodes the object, checks the name, then checks the spec in its own order. It accepts objects whose
 * problems have no Tekton message.
 */

import type { Problem } from '../problems/problem.js';
import { comparePaths } from '../problems/report.js';
import type { FieldPath } from '../model/field-path.js';

/** Returns Tekton's message; `undefined` if Tekton admits the object. `problems` are those of one object. */
export function firstMessage(problems: readonly Problem[]): string | undefined {
  const messages = problems
    .filter(({ tektonMessage }) => tektonMessage !== undefined)
    .map((problem) => ({ problem, rank: rankOf(problem) }))
    .sort((a, b) => comparePaths(a.rank, b.rank) || comparePaths(a.problem.path, b.problem.path));
  return messages[0]?.problem.tektonMessage;
}

/** Position of a check in Tekton's order. Ranks are compared lexicographically. */
type Rank = readonly number[];

function rankOf(problem: Problem): Rank {
  const { path, tektonMessage = '', object } = problem;
  if (tektonMessage.startsWith('cannot decode')) return [0];
  if (path[0] === 'metadata') return [1];
  const [, field, list, index] = path;
  switch (object?.kind) {
    case 'Task':
    case 'ClusterTask':
      return [2, ...rankInTask(problem, path.slice(1))];
    case 'Pipeline':
      return [2, ...rankInPipeline(problem, path.slice(1))];
    case 'TaskRun':
    case 'PipelineRun':
      if (field === 'taskSpec') return [3, ...rankInTask(problem, path.slice(2))];
      if (field === 'pipelineSpec') return [3, ...rankInPipeline(problem, path.slice(2))];
      if (field === 'inputs') return list === 'resources' ? [4, Number(index)] : [5];
      return [field === 'outputs' ? 6 : field === 'timeout' ? 7 : 2];
    case undefined:
    default:
      return [problem.code === 'CLUSTER_URL_INVALID' ? 2 : 3];
  }
}

/** Returns the rank of a problem in a task. `path` is relative to the spec. */
function rankInTask({ code, message }: Problem, path: FieldPath): Rank {
  const [field, index, third, fourth] = path;
  if (code.startsWith('VARIABLE_')) {
    const kind = /\$\((?:inputs|outputs)\.resources\./.test(message) ? 2 : code === 'VARIABLE_UNKNOWN' ? 0 : 1;
    return [10, kind, Number(index), VARIABLE_FIELDS.indexOf(String(third))];
  }
  switch (field) {
    case 'volumes':
      return [1];
    case 'steps':
      if (index === undefined) return [0];
      if (code === 'NAME_INVALID') return [9, Number(index)];
      return [3, Number(index), code === 'IMAGE_MISSING' ? 0 : code === 'NAME_TWICE' ? 2 : 1];
    case 'inputs':
      return index === 'params' ? [6, Number(third)] : [fourth === 'type' ? 4 : 5, Number(third)];
    case undefined:
    default:
      return [fourth === 'type' ? 7 : 8, Number(third)];
  }
}

const VARIABLE_FIELDS = ['name', 'image', 'workingDir', 'command', 'args', 'env', 'volumeMounts'];

/** Returns the rank of a problem in a pipeline. `path` is relative to the spec. */
function rankInPipeline(problem: Problem, path: FieldPath): Rank {
  const [field, index, third] = path;
  if (problem.code.startsWith('VARIABLE_')) return [7, Number(index)];
  if (field === 'params') return [6, Number(index)];
  switch (problem.code) {
    case 'TASKS_MISSING':
      return [0];
    case 'RESOURCE_UNDECLARED':
      return [2];
    case 'RESOURCE_UNUSED':
      return [3];
    case 'FROM_UNKNOWN':
    case 'FROM_NOT_OUTPUT':
      return [4];
    case 'RUN_AFTER_UNKNOWN':
    case 'TASK_CYCLE':
      return [5];
    default: {
      const part = third === 'taskRef' ? 1 : third === 'taskSpec' ? 2 : problem.code === 'NAME_TWICE' ? 3 : 0;
      return [1, Number(index), part, ...(part === 2 ? rankInTask(problem, path.slice(3)) : [])];
    }
  }
}

/** Returns the message with the name of the webhook, as API servers pass it on. */
export function denial(problems: readonly Problem[]): string | undefined {
  const message = firstMessage(problems);
  return message === undefined
    ? undefined
    : `admission webhook "webhook.tekton.dev" denied the request: mutation failed: ${message}`;
}
