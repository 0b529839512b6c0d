/**
 * Problems with what tekton.dev/v1 has and v1alpha1 has not: feature gates, object params, when expressions, matrix,
 * finally, resolvers, StepActions.
 *
 * One row per problem; `problem.ts` describes the columns.
 */

import { displayValue, error, quote, quoteList, suggestionOr, type UnknownName } from './problem.js';

/** Rows about features of tekton.dev/v1. */
export const FEATURE_PROBLEMS = {
  FEATURE_DISABLED: error<{ feature: string; flag: string; needed: string }>(
    'A feature is switched off',
    "Tekton admits some fields only if a setting of its ConfigMap `feature-flags` allows them. The checks assume Tekton's defaults.",
    ({ feature, flag, needed }) => `${feature} needs the setting \`${flag}: ${needed}\``,
    ({ flag, needed }) => `remove it, or set \`${flag}: ${needed}\` in the ConfigMap feature-flags`,
  ),
  NAME_FORMAT: error<{ what: string; name: string; rule: string }>(
    'A name has characters that Tekton rejects',
    'The name is part of variables such as `$(params.NAME)`, and the name of a file for results.',
    ({ what, name }) => `the name ${quote(name)} of this ${what} is not allowed`,
    ({ rule }) => rule,
  ),
  FIELD_NOT_ALLOWED: error<{ field: string; other: string }>(
    'Two fields exclude each other',
    'Tekton rejects the object, because it cannot follow both fields.',
    ({ field, other }) => `\`${field}\` cannot be combined with \`${other}\``,
    ({ field, other }) => `remove \`${field}\` or \`${other}\``,
  ),
  FIELD_ALONE: error<{ field: string; other: string }>(
    'A field has no effect without another',
    'Tekton rejects a field that needs another one.',
    ({ field, other }) => `\`${field}\` needs \`${other}\``,
    ({ field, other }) => `add \`${other}\`, or remove \`${field}\``,
  ),
  UPDATE_REFUSED: error<{ kind: string; rule: string }>(
    'A run that exists cannot change in this way',
    'A run keeps its spec, except for the fields that stop it, so its status tells what it did.',
    ({ kind, rule }) => `the ${kind} ${rule}`,
    () => 'create another run',
  ),
  CEL_INVALID: error<{ reason: string }>(
    'A CEL expression cannot be compiled',
    'Tekton compiles the expression before variables are substituted, so a variable must be in quotes.',
    ({ reason }) => `the CEL expression is invalid: ${reason}`,
    () => "fix the expression; write a variable in quotes, for example '$(params.NAME)' == 'main'",
  ),
  ENUM_INVALID: error<{ name: string; reason: string }>(
    'The allowed values of a param are contradictory',
    'Tekton rejects an `enum` of an array or object param, one that has a value twice, and one without the default.',
    ({ name, reason }) => `the enum of the param ${quote(name)} ${reason}`,
    () => 'list each allowed string once, including the default',
  ),
  WORKSPACE_PATH_TWICE: error<{ mountPath: string }>(
    'Two workspaces or volumes are mounted at one path',
    'The second would hide the first.',
    ({ mountPath }) => `the mount path ${quote(mountPath)} is used twice`,
    () => 'set another `mountPath`',
  ),
  WHEN_VALUES_MISSING: error<object>(
    'A when expression has no values',
    'The operators `in` and `notin` compare the input with a list.',
    () => 'this when expression has no `values`',
    () => 'add `values` with at least one string',
  ),
  MATRIX_TOO_LARGE: error<{ count: number; limit: number }>(
    'A matrix has too many combinations',
    'Each combination is a TaskRun. The setting `default-max-matrix-combinations-count` limits them.',
    ({ count, limit }) => `the matrix has ${String(count)} combinations; ${String(limit)} are allowed`,
    () => 'use fewer values, or split the task',
  ),
  MATRIX_RESULT_PART: error<{ task: string; variable: string }>(
    'A single result of a matrix is used',
    'The TaskRuns of a matrix each write the result, so it is an array with one element per combination.',
    ({ task, variable }) => `$(${displayValue(variable)}) is one result of the task ${quote(task)}, which has a matrix`,
    ({ variable }) => `write $(${displayValue(variable.replace(/\[\d*\]$/, ''))}[*])`,
  ),
  FINALLY_RESULT: error<{ task: string }>(
    'A finally task uses the result of another finally task',
    'Finally tasks run at the same time, so none has the result of another.',
    ({ task }) => `the task ${quote(task)} is a finally task, whose results other finally tasks cannot use`,
    () => 'move the producing task to `tasks`',
  ),
  FINALLY_RUN_AFTER: error<{ task: string }>(
    'A finally task waits for a task',
    'Finally tasks start together after all of `tasks`.',
    ({ task }) => `the finally task ${quote(task)} has \`runAfter\``,
    () => 'remove `runAfter`, or move the task to `tasks`',
  ),
  STATUS_IN_TASKS: error<{ variable: string }>(
    'The status of a task is used outside `finally`',
    'Statuses are final only after all of `tasks`.',
    ({ variable }) => `$(${displayValue(variable)}) is only known in \`finally\``,
    () => 'move the task to `finally`, or use a result of the task',
  ),
  STATUS_TASK_UNKNOWN: error<UnknownName>(
    'The status of an unknown task is used',
    'The reference never gets a value.',
    ({ name }) => `the pipeline has no task ${quote(name)} in \`tasks\``,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  PIPELINE_RESULT_INVALID: error<{ name: string; reason: string }>(
    'A result of a pipeline is not made of results of tasks',
    'The value of a pipeline result consists of references to results of its tasks, with or without text around them.',
    ({ name, reason }) => `the result ${quote(name)} ${reason}`,
    () => 'write $(tasks.TASK.results.RESULT), or $(finally.TASK.results.RESULT) for a finally task',
  ),
  CHILD_PIPELINE_RESULT: error<{ task: string }>(
    'The result of a pipeline in a pipeline is used',
    'Tekton does not pass results out of a child pipeline.',
    ({ task }) => `the task ${quote(task)} is a pipeline, whose results other tasks cannot use`,
    () => 'write the value to a workspace, or use a Task',
  ),
  TIMEOUTS_EXCEED: error<{ parts: string; pipeline: string }>(
    'The timeouts of a run do not add up',
    'The time for `tasks` and `finally` together must fit into the time for the pipeline, which is one hour by default.',
    ({ parts, pipeline }) => `${parts} is more than the ${pipeline} of the pipeline`,
    () => 'raise `timeouts.pipeline`, or lower the others',
  ),
  ENV_FORBIDDEN: error<{ name: string }>(
    'An environment variable is forbidden',
    'The setting `default-forbidden-env` of the cluster lists variables that a podTemplate must not set.',
    ({ name }) => `the variable ${quote(name)} must not be set by a podTemplate`,
    () => 'remove it',
  ),
  STEP_ACTION_SCRIPT: error<{ variable: string }>(
    'The script of a StepAction contains a param',
    'Its value would become part of the program. Tekton rejects such StepActions.',
    ({ variable }) => `$(${displayValue(variable)}) is used in the script of a StepAction`,
    () => 'pass it as an environment variable and write "$NAME" in the script',
  ),
  MOUNT_NOT_PARAM: error<{ name: string }>(
    'A StepAction mounts a volume by name',
    'The volumes belong to the Task, so the name comes from a param.',
    ({ name }) => `the volume name ${quote(name)} is not a single param reference`,
    () => 'declare a string param, and write `name: $(params.NAME)`',
  ),
  VARIABLE_PREFIX: error<{ variable: string }>(
    'A variable has an unknown prefix',
    'Tekton rejects params and when expressions of pipelines with such a variable.',
    ({ variable }) => `$(${displayValue(variable)}) is not a variable of a pipeline`,
    () => 'begin with params, tasks, finally, context, workspaces or results; a shell variable is ${NAME}',
  ),
  VARIABLE_TOO_DEEP: error<{ variable: string }>(
    'A reference to a param has too many components',
    'A param is a string, an array or an object of strings, so there is nothing below a key.',
    ({ variable }) => `$(${displayValue(variable)}) has more than two components after its prefix`,
    () => "write $(params.NAME) or $(params.NAME.KEY); a name with dots needs $(params['NAME'])",
  ),
  STEP_RESULT_PLACE: error<{ field: string }>(
    "A step's result is used in a field that cannot hold it",
    'Results of steps are substituted in the running pod, after the field has been read.',
    ({ field }) => `results of steps are not substituted in \`${field}\``,
    () => 'use it in `env`, `command` or `args`',
  ),
  STEP_RESULT_INVALID: error<{ value: string }>(
    'The value of a Task result is not the result of a step',
    'A Task result takes its value from one result of a step, or from the file that a step writes.',
    ({ value }) => `${quote(value)} is not a reference to the result of a step`,
    () => 'write $(steps.STEP.results.RESULT), or remove `value`',
  ),
  PARAM_KEY_MISSING: error<{ name: string; keys: readonly string[]; owner: string }>(
    'Keys of an object param are missing',
    'Each key that the param declares needs a value, in the object or in the default.',
    ({ name, keys, owner }) => `the object param ${quote(name)} of ${owner} does not have ${quoteList(keys)}`,
    () => 'add them, or declare a default that has them',
  ),
  SETTINGS_UNKNOWN: error<UnknownName & { what: string; owner: string }>(
    'Settings are for something that does not exist',
    'A run with settings for an unknown task, step or sidecar fails.',
    ({ what, name, owner }) => `${owner} has no ${what} ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  WORKSPACE_MAY_BE_ABSENT: error<{ name: string; workspace: string; owner: string }>(
    'A required workspace gets an optional one',
    'The run fails, even if it binds the workspace.',
    ({ name, workspace, owner }) =>
      `${owner} requires the workspace ${quote(name)}, but ${quote(workspace)} of the pipeline is optional`,
    () => 'remove `optional` from one of them, or add it to the other',
  ),
  VERSION_MIXED: error<{ kind: string; name: string; other: string; own: string }>(
    'Objects of different API versions refer to each other',
    'Fields, variables and results of tekton.dev/v1alpha1 differ from those of tekton.dev/v1, so one run uses one version.',
    ({ kind, name, other, own }) => `the ${kind} ${quote(name)} is ${quote(other)}, but this object is ${quote(own)}`,
    () => 'write both in the same version, preferably tekton.dev/v1',
  ),
  RESOLVER_NAME: error<{ name: string }>(
    'A reference has both a name and a resolver',
    'A resolver finds the definition by its params. Only a name in the form of a URL can stand beside it, if the cluster allows that.',
    ({ name }) => `the name ${quote(name)} cannot be combined with \`resolver\``,
    () => 'remove `name`, and name the definition in the params of the resolver',
  ),
} as const;
