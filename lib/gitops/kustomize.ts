/**
 * The kustomize configuration that lists the fields of Tekton objects that hold names of other objects.
 *
 * Without it, `namePrefix` and `nameSuffix` rename a Task but not the references in pipelines.
 */

import { manifestYaml } from '../manifests/yaml.js';

const TASK_SPECS: readonly (readonly [kind: string, path: string])[] = [
  ['Task', 'spec'],
  ['ClusterTask', 'spec'],
  ['TaskRun', 'spec/taskSpec'],
  ['Pipeline', 'spec/tasks/taskSpec'],
  ['PipelineRun', 'spec/pipelineSpec/tasks/taskSpec'],
];

const PIPELINE_SPECS: readonly (readonly [kind: string, path: string])[] = [
  ['Pipeline', 'spec'],
  ['PipelineRun', 'spec/pipelineSpec'],
];

const RUNS = ['TaskRun', 'PipelineRun'];

type Field = readonly [kind: string, path: string];

const below = (specs: readonly Field[], ...paths: readonly string[]): Field[] =>
  specs.flatMap(([kind, at]) => paths.map((path): Field => [kind, `${at}/${path}`]));

const inContainers = (path: string): readonly string[] =>
  ['steps', 'stepTemplate', 'sidecars'].map((it) => `${it}/${path}`);

const runs = (...paths: readonly string[]): Field[] => RUNS.flatMap((kind) => paths.map((path): Field => [kind, path]));

const RESOURCE_SECRETS: readonly Field[] = [
  ['PipelineResource', 'spec/secrets/secretName'],
  ['PipelineRun', 'spec/resources/resourceSpec/secrets/secretName'],
  ['TaskRun', 'spec/inputs/resources/resourceSpec/secrets/secretName'],
  ['TaskRun', 'spec/outputs/resources/resourceSpec/secrets/secretName'],
];

/** The fields that hold names of each kind. A ClusterTask is named in the same field as a Task. */
const NAMED_IN: readonly (readonly [kind: string, group: string | undefined, fields: readonly Field[]])[] = [
  ['Task', 'tekton.dev', [['TaskRun', 'spec/taskRef/name'], ...below(PIPELINE_SPECS, 'tasks/taskRef/name')]],
  ['ClusterTask', 'tekton.dev', [['TaskRun', 'spec/taskRef/name'], ...below(PIPELINE_SPECS, 'tasks/taskRef/name')]],
  ['Pipeline', 'tekton.dev', [['PipelineRun', 'spec/pipelineRef/name']]],
  ['Condition', 'tekton.dev', below(PIPELINE_SPECS, 'tasks/conditions/conditionRef')],
  [
    'PipelineResource',
    'tekton.dev',
    [
      ['PipelineRun', 'spec/resources/resourceRef/name'],
      ['TaskRun', 'spec/inputs/resources/resourceRef/name'],
      ['TaskRun', 'spec/outputs/resources/resourceRef/name'],
    ],
  ],
  [
    'ServiceAccount',
    undefined,
    [
      ...runs('spec/serviceAccountName', 'spec/serviceAccount'),
      ['PipelineRun', 'spec/serviceAccountNames/serviceAccountName'],
      ['PipelineRun', 'spec/serviceAccounts/serviceAccount'],
    ],
  ],
  [
    'Secret',
    undefined,
    [
      ...RESOURCE_SECRETS,
      ...below(TASK_SPECS, 'volumes/secret/secretName', ...inContainers('env/valueFrom/secretKeyRef/name')),
      ...below(TASK_SPECS, ...inContainers('envFrom/secretRef/name')),
      ...runs('spec/podTemplate/volumes/secret/secretName', 'spec/workspaces/secret/secretName'),
    ],
  ],
  [
    'ConfigMap',
    undefined,
    [
      ...below(TASK_SPECS, 'volumes/configMap/name', ...inContainers('env/valueFrom/configMapKeyRef/name')),
      ...below(TASK_SPECS, ...inContainers('envFrom/configMapRef/name')),
      ...runs('spec/podTemplate/volumes/configMap/name', 'spec/workspaces/configMap/name'),
    ],
  ],
  [
    'PersistentVolumeClaim',
    undefined,
    [
      ...below(TASK_SPECS, 'volumes/persistentVolumeClaim/claimName'),
      ...runs(
        'spec/podTemplate/volumes/persistentVolumeClaim/claimName',
        'spec/workspaces/persistentVolumeClaim/claimName',
      ),
    ],
  ],
];

/**
 * Returns the text of a file for `configurations:` of a kustomization. With it, kustomize also renames references in Tekton
 * objects.
 */
export function kustomizeConfiguration(): string {
  const nameReference = NAMED_IN.map(([kind, group, fields]) => ({
    kind,
    group,
    version: group === undefined ? 'v1' : undefined,
    fieldSpecs: fields.map(([of, path]) => ({ kind: of, group: 'tekton.dev', path })),
  }));
  return manifestYaml([{ nameReference }]);
}
