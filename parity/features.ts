/**
 * The features of v1alpha1, and how to detect them in a case: in its manifests and its outcome.
 *
 * Cases are not listed by hand, so new recordings are assigned automatically. Pure.
 */

import { at, isObject, listAt, objectAt, textAt, type Json, type JsonObject } from './json.js';
import { goneOf } from './names.js';
import { objectsOf, type Outcome, type Recording } from './recording.js';

/** One feature. */
export interface Feature {
  readonly id: string;
  /** Its area, a heading on the page. */
  readonly area: string;
  readonly title: string;
  /** Whether a case has the feature. */
  readonly isShownBy: (contents: CaseContents) => boolean;
  /** The path of tests on both clusters without `.test.ts` and `.cluster.ts`, for features without a recording. Default: none. */
  readonly tests?: string;
}

/** The contents of a case. */
export interface CaseContents {
  readonly text: string;
  readonly objects: readonly JsonObject[];
  readonly outcome: Outcome;
  /** Names of all fields in the manifests. */
  readonly fields: ReadonlySet<string>;
  /** Reasons of all conditions. */
  readonly reasons: ReadonlySet<string>;
  /** Names of all containers, without `step-`. */
  readonly containers: readonly string[];
  /** Statuses of all TaskRuns. */
  readonly statuses: readonly JsonObject[];
}

/** Returns the ids of a case's features. */
export function featuresOf(recording: Recording): readonly string[] {
  const contents = contentsOf(recording);
  return FEATURES.filter(({ isShownBy: shows }) => shows(contents)).map(({ id }) => id);
}

function contentsOf({ input, outcome }: Recording): CaseContents {
  const objects = objectsOf(input, {});
  const fields = new Set<string>();
  gather(objects as readonly Json[], fields);
  const runs = [
    ...outcome.taskruns,
    ...outcome.pipelineruns,
    ...goneOf(outcome, 'TaskRun'),
    ...goneOf(outcome, 'PipelineRun'),
  ];
  const reasons = runs.flatMap((run) => listAt(run, 'status', 'conditions').map((one) => textAt(one, 'reason')));
  const pods = [...outcome.pods, ...goneOf(outcome, 'Pod')];
  const containers = pods.flatMap((pod) =>
    listAt(pod, 'spec', 'containers').map((one) => textAt(one, 'name').replace(/^step-/, '')),
  );
  const statuses = [...outcome.taskruns, ...goneOf(outcome, 'TaskRun')].map((run) => objectAt(run, 'status'));
  return { text: input, objects, outcome, fields, reasons: new Set(reasons), containers, statuses };
}

function gather(value: Json | undefined, fields: Set<string>): void {
  if (Array.isArray(value)) for (const item of value as readonly Json[]) gather(item, fields);
  if (!isObject(value)) return;
  for (const [name, item] of Object.entries(value)) {
    const empty = item === null || item === undefined || (Array.isArray(item) && item.length === 0);
    if (!empty) fields.add(name);
    gather(item, fields);
  }
}

const field =
  (name: string) =>
  ({ fields }: CaseContents): boolean =>
    fields.has(name);
const reason =
  (...names: readonly string[]) =>
  ({ reasons }: CaseContents): boolean =>
    names.some((name) => reasons.has(name));
const container =
  (pattern: RegExp) =>
  ({ containers }: CaseContents): boolean =>
    containers.some((name) => pattern.test(name));
const kind =
  (name: string) =>
  ({ objects }: CaseContents): boolean =>
    objects.some((object) => textAt(object, 'kind') === name);
const refused =
  (...kinds: readonly string[]) =>
  ({ outcome }: CaseContents): boolean =>
    outcome.applied.some((one) => one.code >= 400 && kinds.includes(one.kind));
const says =
  (pattern: RegExp) =>
  ({ text }: CaseContents): boolean =>
    pattern.test(text);
const done =
  (op: string, of: RegExp, body: RegExp) =>
  ({ outcome }: CaseContents): boolean =>
    outcome.actions.some(
      (one) => one.op === op && of.test(one.kind ?? '') && body.test(JSON.stringify(one.body ?? null)),
    );
const result =
  (key: string) =>
  ({ statuses }: CaseContents): boolean =>
    statuses.some((status) => listAt(status, 'resourcesResult').some((one) => textAt(one, key) !== ''));
const tasksOf = (objects: readonly JsonObject[]): readonly JsonObject[] =>
  objects.flatMap((object) => {
    const spec = object['spec'];
    const found = ['Task', 'ClusterTask'].includes(textAt(object, 'kind')) ? spec : at(spec, 'taskSpec');
    return isObject(found) ? [found] : [];
  });
const step =
  (fits: (one: Json) => boolean) =>
  ({ objects }: CaseContents): boolean =>
    tasksOf(objects).some((task) => listAt(task, 'steps').some(fits));

const row = (area: string, id: string, title: string, shows: Feature['isShownBy']): Feature => ({
  area,
  id,
  title,
  isShownBy: shows,
});

/** Defines a feature that tests cover instead of recordings. */
const tested = (tests: string, feature: Feature): Feature => ({ ...feature, tests });

const RESOURCES = 'packages/cli/test/resources/resources';
const ADDITIONS = 'packages/controller/test/cluster/additions';
const DISRUPTIONS = 'packages/controller/test/cluster/disruptions';

/** All features, in the order of the page. */
export const FEATURES: readonly Feature[] = [
  row('Admission', 'refused-task', 'rejections of Tasks, with Tekton’s messages', refused('Task', 'ClusterTask')),
  row('Admission', 'refused-pipeline', 'rejections of Pipelines', refused('Pipeline')),
  row('Admission', 'refused-run', 'rejections of runs', refused('TaskRun', 'PipelineRun')),
  row(
    'Admission',
    'refused-resource',
    'rejections of PipelineResources and Conditions',
    refused('PipelineResource', 'Condition'),
  ),
  row('Admission', 'unknown-field', 'unknown fields', ({ outcome }) =>
    outcome.applied.some(({ status }) => textAt(status, 'message').includes('unknown field')),
  ),

  row('PipelineResources', 'git', 'git as input, with its commit as a result', container(/^git-source-/)),
  row('PipelineResources', 'image', 'image as output', container(/^image-digest-exporter-/)),
  row('PipelineResources', 'digest', 'digest from an OCI layout', result('digest')),
  tested(RESOURCES, row('PipelineResources', 'pull-request', 'pullRequest', container(/^pr-source-/))),
  tested(
    RESOURCES,
    row('PipelineResources', 'storage', 'storage: gcs and build-gcs', container(/^(?:fetch|upload|storage-fetch)-/)),
  ),
  tested(RESOURCES, row('PipelineResources', 'cluster', 'cluster', container(/^kubeconfig-/))),
  tested(
    RESOURCES,
    row('PipelineResources', 'cloud-event', 'cloudEvent', ({ statuses }) =>
      statuses.some((status) => listAt(status, 'cloudEvents').length > 0),
    ),
  ),
  row('PipelineResources', 'resource-spec', 'embedded resources', field('resourceSpec')),
  row('PipelineResources', 'target-path', '`targetPath`', field('targetPath')),
  row('PipelineResources', 'several-outputs', 'several outputs', ({ objects }) =>
    tasksOf(objects).some((task) => listAt(task, 'outputs', 'resources').length > 1),
  ),
  row('PipelineResources', 'from', 'transfer between tasks with `from`', field('from')),
  row('PipelineResources', 'claim', 'the claim for it, and its deletion', ({ outcome }) => outcome.pvcs.length > 0),

  row('Tasks', 'steps', 'several steps, in order', ({ objects }) =>
    tasksOf(objects).some((task) => listAt(task, 'steps').length > 1),
  ),
  row('Tasks', 'cluster-task', 'ClusterTask', kind('ClusterTask')),
  row('Tasks', 'task-spec', 'embedded `taskSpec`', field('taskSpec')),
  row('Tasks', 'step-template', '`stepTemplate`', field('stepTemplate')),
  row('Tasks', 'sidecars', 'sidecars', field('sidecars')),
  row('Tasks', 'script', '`script`', field('script')),
  row('Tasks', 'volumes', 'volumes', field('volumes')),
  row('Tasks', 'working-dir', '`workingDir`', field('workingDir')),
  row('Tasks', 'env', 'environment', field('env')),
  row('Tasks', 'security-context', 'security contexts', field('securityContext')),
  row('Tasks', 'requests', 'resource requests', field('requests')),
  row(
    'Tasks',
    'no-command',
    'the image’s own command',
    step((one) => at(one, 'command') === undefined && at(one, 'script') === undefined && textAt(one, 'image') !== ''),
  ),
  row('Tasks', 'variables', 'variables of params', says(/\$\((?:inputs\.)?params\./)),
  row('Tasks', 'resource-variables', 'variables of resources', says(/\$\((?:(?:in|out)puts\.)?resources\./)),
  row('Tasks', 'array-params', 'array params', says(/type: array/)),
  tested(ADDITIONS, row('Tasks', 'workspaces', 'workspaces (v0.10)', field('workspaces'))),
  tested(ADDITIONS, row('Tasks', 'results', 'task results (v0.10)', says(/\$\(results\./))),

  row('TaskRuns', 'succeeded', 'success', reason('Succeeded')),
  row('TaskRuns', 'step-fails', 'a step fails, and those after it', ({ statuses }) =>
    statuses.some((status) =>
      listAt(status, 'steps').some((one) => Number(at(one, 'terminated', 'exitCode') ?? 0) !== 0),
    ),
  ),
  row('TaskRuns', 'task-timeout', 'timeout', reason('TaskRunTimeout')),
  row('TaskRuns', 'task-cancel', 'cancel', reason('TaskRunCancelled')),
  row('TaskRuns', 'task-invalid', 'mismatched params and resources', reason('TaskRunValidationFailed')),
  row('TaskRuns', 'task-unresolved', 'a missing Task or resource', reason('TaskRunResolutionFailed')),
  row('TaskRuns', 'no-pod', 'a pod that cannot be created', ({ statuses }) =>
    statuses.some((status) => listAt(status, 'conditions').some((one) => textAt(one, 'reason') === 'CouldntGetTask')),
  ),
  row('TaskRuns', 'stuck', 'a pod that never starts', ({ statuses }) =>
    statuses.some((status) => listAt(status, 'steps').some((one) => at(one, 'waiting') !== undefined)),
  ),
  tested(ADDITIONS, row('TaskRuns', 'quota', 'quota', reason('ExceededResourceQuota'))),
  row('TaskRuns', 'pod-template', '`podTemplate`', field('podTemplate')),
  row('TaskRuns', 'credentials', 'credentials of the ServiceAccount', ({ objects }) =>
    objects.some((object) => textAt(object, 'kind') === 'ServiceAccount' && listAt(object, 'secrets').length > 0),
  ),
  row('TaskRuns', 'changed', 'a spec changed while it runs', done('patch', /Run$/, /"spec":\{(?!"status")/)),

  row('PipelineRuns', 'order', '`runAfter`', field('runAfter')),
  row('PipelineRuns', 'side-by-side', 'parallel tasks', ({ objects }) =>
    objects.some(
      (object) => listAt(object, 'spec', 'tasks').filter((task) => at(task, 'runAfter') === undefined).length > 1,
    ),
  ),
  row('PipelineRuns', 'pipeline-spec', 'embedded `pipelineSpec`', field('pipelineSpec')),
  row('PipelineRuns', 'accounts', '`serviceAccountNames`', field('serviceAccountNames')),
  row('PipelineRuns', 'generate-name', '`generateName`', field('generateName')),
  row('PipelineRuns', 'retries', 'retries', field('retries')),
  row('PipelineRuns', 'conditions', 'Conditions', kind('Condition')),
  row('PipelineRuns', 'skipped', 'a skipped task', ({ outcome }) =>
    outcome.pipelineruns.some((run) => JSON.stringify(run).includes('ConditionCheckFailed')),
  ),
  tested(DISRUPTIONS, row('PipelineRuns', 'run-timeout', 'timeout', reason('PipelineRunTimeout'))),
  row('PipelineRuns', 'run-cancel', 'cancel', reason('PipelineRunCancelled')),
  row(
    'PipelineRuns',
    'run-unresolved',
    'a missing Pipeline, Task, Condition or resource',
    reason('CouldntGetPipeline', 'CouldntGetResource', 'CouldntGetCondition'),
  ),
  row(
    'PipelineRuns',
    'run-invalid',
    'mismatched bindings and params',
    reason('InvalidPipelineResourceBindings', 'ParameterTypeMismatch', 'PipelineValidationFailed'),
  ),
  row('PipelineRuns', 'deleted', 'an object deleted while it runs', done('delete', /./, /./)),
];
