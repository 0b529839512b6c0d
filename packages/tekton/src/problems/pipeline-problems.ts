/**
 * Problems of pipelines, runs and resources, each looked at by itself.
 *
 * One row each; how rows are used is told in `problem.ts`.
 */

import { error, quoteList, suggestionOr, quote, warning, type UnknownName } from './problem.js';

/** Rows about graphs, runs and resources. */
export const PIPELINE_PROBLEMS = {
  TASKS_MISSING: error<object>(
    'A pipeline has no tasks',
    'There is nothing to run.',
    () => 'this pipeline has no tasks',
    () => 'add `tasks` with at least one task: a name and a taskRef',
  ),
  TASK_CYCLE: error<{ cycle: readonly string[] }>(
    'Tasks wait for each other',
    'None of them could ever start.',
    ({ cycle }) =>
      cycle.length === 2
        ? `the task ${quote(cycle[0])} waits for itself`
        : `tasks wait for each other: ${cycle.length > 20 ? `${cycle.slice(0, 10).join(' -> ')} -> … (${String(cycle.length - 20)} more) … -> ${cycle.slice(-10).join(' -> ')}` : cycle.join(' -> ')}`,
    () => 'drop one `runAfter`, `from` or use of a result along that path',
  ),
  RUN_AFTER_UNKNOWN: error<UnknownName>(
    'A task waits for one that does not exist',
    'It could never start.',
    ({ name }) => `there is no task ${quote(name)} in this pipeline to run after`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  FROM_UNKNOWN: error<UnknownName>(
    'An input comes from a task that does not exist',
    'It could never start.',
    ({ name }) => `there is no task ${quote(name)} in this pipeline to take this from`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  FROM_NOT_OUTPUT: error<{ resource: string; task: string; outputs: readonly string[] }>(
    'An input comes from a task that does not make it',
    '`from` takes what another task has as an output.',
    ({ resource, task }) => `the task ${quote(task)} has no output that is the resource ${quote(resource)}`,
    ({ resource, task, outputs }) =>
      outputs.length > 0
        ? `its outputs are: ${quoteList(outputs)}`
        : `add ${quote(resource)} to the outputs of ${quote(task)}, or use \`runAfter\` for mere order`,
  ),
  RESULT_TASK_UNKNOWN: error<UnknownName>(
    'A result comes from a task that does not exist',
    'There would never be a value.',
    ({ name }) => `there is no task ${quote(name)} in this pipeline to take a result from`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  RESULT_UNKNOWN: error<UnknownName & { task: string }>(
    'A task has no such result',
    'There would never be a value.',
    ({ name, task }) => `the task ${quote(task)} declares no result ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'declare it under `results` of the task'),
  ),
  RESULT_MALFORMED: error<{ variable: string }>(
    'A variable is no result of a task',
    'It would stay as it is written. Results are texts: there are no elements or properties of them.',
    ({ variable }) => `$(${variable}) is no result of a task`,
    () => 'write $(tasks.TASK.results.RESULT)',
  ),
  RESOURCE_UNDECLARED: error<UnknownName>(
    'A resource of the pipeline is not declared',
    'No run could bind it.',
    ({ name }) => `this pipeline does not declare a resource ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'declare it under `resources` of the pipeline'),
  ),
  RESOURCE_UNUSED: error<{ name: string }>(
    'A declared resource is used by no task',
    'Every run would have to bind it for nothing; Tekton refuses it.',
    ({ name }) => `no task uses the resource ${quote(name)}`,
    () => 'remove it, or give it to a task under `resources`',
  ),
  WORKSPACE_UNDECLARED: error<UnknownName>(
    'A workspace of the pipeline is not declared',
    'No run could give it.',
    ({ name }) => `this pipeline does not declare a workspace ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'declare it under `workspaces` of the pipeline'),
  ),
  REF_AND_SPEC: error<{ ref: string; spec: string }>(
    'Both a reference and a spec are given',
    'Only one of them can be meant.',
    ({ ref, spec }) => `both \`${ref}\` and \`${spec}\` are given`,
    ({ ref, spec }) => `keep \`${ref}\` to use one that exists, or \`${spec}\` to write it here`,
  ),
  REF_MISSING: error<{ ref: string; spec: string }>(
    'Neither a reference nor a spec is given',
    'It is not said what is meant.',
    ({ ref, spec }) => `neither \`${ref}\` nor \`${spec}\` is given`,
    ({ ref, spec }) => `add \`${ref}\` with the name of one that exists, or \`${spec}\` to write it here`,
  ),
  TIMEOUT_INVALID: error<{ timeout: string }>(
    'A timeout is no duration',
    'The API server could not read it.',
    ({ timeout }) => `${quote(timeout)} is no duration`,
    ({ timeout }) =>
      /^\d{1,9}$/.test(timeout)
        ? `write it with its unit: ${timeout}s, ${timeout}m or ${timeout}h`
        : 'write a number with its unit, for example `90s`, `30m` or `1h30m`; `0` for no timeout',
  ),
  TIMEOUT_NEGATIVE: error<{ timeout: string }>(
    'A timeout is negative',
    'Time does not go backwards.',
    ({ timeout }) => `the timeout ${quote(timeout)} is negative`,
    () => 'use a positive duration, or `0` for no timeout',
  ),
  STATUS_UNKNOWN: warning<{ status: string; cancelled: string }>(
    'The wanted status of a run is not known',
    'Only cancelling can be asked for; anything else is passed over.',
    ({ status }) => `the status ${quote(status)} has no effect`,
    ({ cancelled }) => `use ${quote(cancelled)} to stop the run, or remove it`,
  ),
  WORKSPACE_SOURCE: error<{ name: string; sources: readonly string[] }>(
    'A workspace has no source, or more than one',
    'It is not said where its files are kept.',
    ({ name, sources }) =>
      sources.length === 0
        ? `the workspace ${quote(name)} has no source`
        : `the workspace ${quote(name)} has ${String(sources.length)} sources: ${quoteList(sources)}`,
    () => 'give exactly one of persistentVolumeClaim, emptyDir, configMap and secret',
  ),
  ACCOUNT_TWICE: error<{ old: string; name: string }>(
    'Two ServiceAccounts are named',
    '`serviceAccount` is the older spelling of `serviceAccountName`.',
    ({ old, name }) => `serviceAccount says ${quote(old)} and serviceAccountName says ${quote(name)}`,
    () => 'keep one of them',
  ),
  RESOURCE_PARAM_MISSING: error<{ type: string; name: string }>(
    'A resource lacks a param',
    'A task that uses it could not start. It is a warning for an image: its variable is empty then.',
    ({ type, name }) => `a resource of type ${type} needs the param ${quote(name)}`,
    ({ name }) => `add \`- {name: ${name}, value: …}\` to its params`,
  ),
  RESOURCE_PARAM_UNKNOWN: warning<UnknownName & { type: string }>(
    'A resource has a param that nothing reads',
    'A misspelt `revision` would quietly give the default branch.',
    ({ type, name }) => `a resource of type ${type} has no param ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  GIT_URL_INVALID: error<{ url: string; reason: string }>(
    'A Git URL cannot be used',
    'A URL that begins with a dash is an option to git, and some schemes (`ext::`, `file:`) run programs or read files of the machine.',
    ({ url, reason }) => `the Git URL ${quote(url)} ${reason}`,
    () => 'use https://HOST/PATH, ssh://HOST/PATH, git://HOST/PATH or USER@HOST:PATH',
  ),
  GIT_URL_PASSWORD: warning<{ host: string }>(
    'A Git URL holds a password',
    'It shows in the manifest, in logs and in the status of runs.',
    ({ host }) => `the URL for ${quote(host)} holds a password`,
    () => "put it into a Secret of type kubernetes.io/basic-auth, named in the ServiceAccount's secrets",
  ),
  GIT_REVISION_INVALID: error<{ revision: string; reason: string }>(
    'A Git revision cannot be used',
    'A revision that begins with a dash is an option to git; others can name no branch, tag or commit.',
    ({ revision, reason }) => `the Git revision ${quote(revision)} ${reason}`,
    () => 'use the name of a branch or tag, refs/…, or a commit',
  ),
  PULL_REQUEST_URL_INVALID: error<{ url: string; reason: string }>(
    "A pull request's URL cannot be used",
    'The request is found by the path of its page; another path leads to another request, or nowhere.',
    ({ url, reason }) => `the URL ${quote(url)} of a pull request ${reason}`,
    () => 'use https://HOST/OWNER/REPO/pull/NUMBER, or https://HOST/GROUP/PROJECT/merge_requests/NUMBER on GitLab',
  ),
  BUCKET_LOCATION_INVALID: error<{ location: string; reason: string }>(
    'A place in a bucket cannot be used',
    'A location that begins with a dash is an option to gsutil, and one without `gs://` is a file of the pod.',
    ({ location, reason }) => `the location ${quote(location)} ${reason}`,
    () => 'use gs://BUCKET/PATH',
  ),
  CLUSTER_URL_INVALID: error<{ url: string }>(
    'The URL of a cluster is none',
    'The kubeconfig would lead nowhere.',
    ({ url }) => `the cluster's URL ${quote(url)} has no scheme`,
    () => 'write it with its scheme, for example `https://10.0.0.1:6443`',
  ),
  RESOURCE_TYPE_UNKNOWN: error<UnknownName>(
    'A type of resource does not exist',
    'Nothing would know what to do with it.',
    ({ name }) => `there is no resource type ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, ''),
  ),
} as const;
