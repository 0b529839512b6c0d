/**
 * Problems within single pipelines, runs and resources.
 *
 * One row per problem; `problem.ts` describes the columns.
 */

import { error, quoteList, suggestionOr, quote, warning, type UnknownName } from './problem.js';

/** Rows about graphs, runs and resources. */
export const PIPELINE_PROBLEMS = {
  TASKS_MISSING: error<object>(
    'A pipeline has no tasks',
    'The pipeline has nothing to run.',
    () => 'this pipeline has no tasks',
    () => 'add `tasks` with at least one task: a name and a taskRef',
  ),
  TASK_CYCLE: error<{ cycle: readonly string[] }>(
    'Tasks depend on each other in a cycle',
    'None of these tasks can start.',
    ({ cycle }) =>
      cycle.length === 2
        ? `the task ${quote(cycle[0])} waits for itself`
        : `tasks wait for each other: ${cycle.length > 20 ? `${cycle.slice(0, 10).join(' -> ')} -> … (${String(cycle.length - 20)} more) … -> ${cycle.slice(-10).join(' -> ')}` : cycle.join(' -> ')}`,
    () => 'remove one `runAfter`, `from` or result reference along that path',
  ),
  RUN_AFTER_UNKNOWN: error<UnknownName>(
    'A task waits for a task that does not exist',
    'The task could never start.',
    ({ name }) => `this pipeline has no task ${quote(name)} to run after`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  FROM_UNKNOWN: error<UnknownName>(
    'An input comes from a task that does not exist',
    'The task could never start.',
    ({ name }) => `this pipeline has no task ${quote(name)} to take this input from`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  FROM_NOT_OUTPUT: error<{ resource: string; task: string; outputs: readonly string[] }>(
    'An input comes from a task that does not produce it',
    '`from` requires a task that has the resource as an output.',
    ({ resource, task }) => `the task ${quote(task)} has no output that is the resource ${quote(resource)}`,
    ({ resource, task, outputs }) =>
      outputs.length > 0
        ? `its outputs are: ${quoteList(outputs)}`
        : `add ${quote(resource)} to the outputs of ${quote(task)}, or use \`runAfter\` if only the order matters`,
  ),
  RESULT_TASK_UNKNOWN: error<UnknownName>(
    'A result comes from a task that does not exist',
    'The reference never gets a value.',
    ({ name }) => `this pipeline has no task ${quote(name)} to take a result from`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  RESULT_UNKNOWN: error<UnknownName & { task: string }>(
    'A task has no such result',
    'The reference never gets a value.',
    ({ name, task }) => `the task ${quote(task)} declares no result ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'declare it under `results` of the task'),
  ),
  RESULT_MALFORMED: error<{ variable: string }>(
    'A variable is not a valid result reference',
    'It is not substituted. Results are strings, without elements or properties.',
    ({ variable }) => `$(${variable}) is not a valid result reference`,
    () => 'write $(tasks.TASK.results.RESULT)',
  ),
  RESOURCE_UNDECLARED: error<UnknownName>(
    'A resource of the pipeline is not declared',
    'Runs cannot bind an undeclared resource.',
    ({ name }) => `this pipeline does not declare a resource ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'declare it under `resources` of the pipeline'),
  ),
  RESOURCE_UNUSED: error<{ name: string }>(
    'No task uses a declared resource',
    'Every run would have to bind the unused resource; Tekton rejects the pipeline.',
    ({ name }) => `no task uses the resource ${quote(name)}`,
    () => 'remove it, or give it to a task under `resources`',
  ),
  WORKSPACE_UNDECLARED: error<UnknownName>(
    'A workspace of the pipeline is not declared',
    'Runs cannot bind an undeclared workspace.',
    ({ name }) => `this pipeline does not declare a workspace ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'declare it under `workspaces` of the pipeline'),
  ),
  REF_AND_SPEC: error<{ ref: string; spec: string }>(
    'Both a reference and a spec are given',
    'The two fields exclude each other.',
    ({ ref, spec }) => `both \`${ref}\` and \`${spec}\` are given`,
    ({ ref, spec }) => `keep \`${ref}\` to use one that exists, or \`${spec}\` to write it here`,
  ),
  REF_MISSING: error<{ ref: string; spec: string }>(
    'Neither a reference nor a spec is given',
    'One of the two fields is required.',
    ({ ref, spec }) => `neither \`${ref}\` nor \`${spec}\` is given`,
    ({ ref, spec }) => `add \`${ref}\` with the name of one that exists, or \`${spec}\` to write it here`,
  ),
  TIMEOUT_INVALID: error<{ timeout: string }>(
    'A timeout is not a valid duration',
    'The API server cannot decode the object.',
    ({ timeout }) => `${quote(timeout)} is not a valid duration`,
    ({ timeout }) =>
      /^\d{1,9}$/.test(timeout)
        ? `write it with its unit: ${timeout}s, ${timeout}m or ${timeout}h`
        : 'write a number with its unit, for example `90s`, `30m` or `1h30m`; `0` for no timeout',
  ),
  TIMEOUT_NEGATIVE: error<{ timeout: string }>(
    'A timeout is negative',
    'A timeout must not be negative.',
    ({ timeout }) => `the timeout ${quote(timeout)} is negative`,
    () => 'use a positive duration, or `0` for no timeout',
  ),
  STATUS_UNKNOWN: warning<{ status: string; cancelled: string }>(
    'The requested status of a run is unknown',
    'Only cancellation can be requested; other values are ignored.',
    ({ status }) => `the status ${quote(status)} has no effect`,
    ({ cancelled }) => `use ${quote(cancelled)} to stop the run, or remove it`,
  ),
  WORKSPACE_SOURCE: error<{ name: string; sources: readonly string[] }>(
    'A workspace has no source, or more than one',
    'A workspace needs exactly one source for its files.',
    ({ name, sources }) =>
      sources.length === 0
        ? `the workspace ${quote(name)} has no source`
        : `the workspace ${quote(name)} has ${String(sources.length)} sources: ${quoteList(sources)}`,
    () => 'give exactly one of persistentVolumeClaim, emptyDir, configMap and secret',
  ),
  ACCOUNT_TWICE: error<{ old: string; name: string }>(
    'Both serviceAccount and serviceAccountName are set',
    '`serviceAccount` is the older spelling of `serviceAccountName`.',
    ({ old, name }) => `serviceAccount is ${quote(old)}, but serviceAccountName is ${quote(name)}`,
    () => 'keep one of them',
  ),
  RESOURCE_PARAM_MISSING: error<{ type: string; name: string }>(
    'A required param of a resource is missing',
    'A task that uses the resource could not start. For an image it is a warning: the variable is empty.',
    ({ type, name }) => `a resource of type ${type} needs the param ${quote(name)}`,
    ({ name }) => `add \`- {name: ${name}, value: …}\` to its params`,
  ),
  RESOURCE_PARAM_UNKNOWN: warning<UnknownName & { type: string }>(
    'A resource has an unknown param',
    'A misspelt `revision`, for example, silently selects the default branch.',
    ({ type, name }) => `a resource of type ${type} has no param ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  GIT_URL_INVALID: error<{ url: string; reason: string }>(
    'A Git URL cannot be used',
    'git reads a URL that begins with a dash as an option, and some schemes (`ext::`, `file:`) run programs or read files of the machine.',
    ({ url, reason }) => `the Git URL ${quote(url)} ${reason}`,
    () => 'use https://HOST/PATH, ssh://HOST/PATH, git://HOST/PATH or USER@HOST:PATH',
  ),
  GIT_URL_PASSWORD: warning<{ host: string }>(
    'A Git URL contains a password',
    'The password is visible in the manifest, in logs and in the status of runs.',
    ({ host }) => `the URL for ${quote(host)} contains a password`,
    () => "put it into a Secret of type kubernetes.io/basic-auth, named in the ServiceAccount's secrets",
  ),
  GIT_REVISION_INVALID: error<{ revision: string; reason: string }>(
    'A Git revision cannot be used',
    'git reads a revision that begins with a dash as an option; other values cannot name a branch, tag or commit.',
    ({ revision, reason }) => `the Git revision ${quote(revision)} ${reason}`,
    () => 'use the name of a branch or tag, refs/…, or a commit',
  ),
  PULL_REQUEST_URL_INVALID: error<{ url: string; reason: string }>(
    "A pull request's URL cannot be used",
    'The controller determines the pull request from the path of the URL.',
    ({ url, reason }) => `the URL ${quote(url)} of a pull request ${reason}`,
    () => 'use https://HOST/OWNER/REPO/pull/NUMBER, or https://HOST/GROUP/PROJECT/merge_requests/NUMBER on GitLab',
  ),
  BUCKET_LOCATION_INVALID: error<{ location: string; reason: string }>(
    'A bucket location is invalid',
    'gsutil reads a location that begins with a dash as an option, and one without `gs://` as a file in the pod.',
    ({ location, reason }) => `the location ${quote(location)} ${reason}`,
    () => 'use gs://BUCKET/PATH',
  ),
  CLUSTER_URL_INVALID: error<{ url: string }>(
    'The cluster URL has no scheme',
    'The generated kubeconfig would not be usable.',
    ({ url }) => `the cluster URL ${quote(url)} has no scheme`,
    () => 'write it with its scheme, for example `https://10.0.0.1:6443`',
  ),
  RESOURCE_TYPE_UNKNOWN: error<UnknownName>(
    'A type of resource does not exist',
    'Tasks cannot use a resource of an unknown type.',
    ({ name }) => `unknown resource type ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, ''),
  ),
} as const;
