/** Examples of problems between objects: references, params, bindings, credentials and permissions. */

import type { ProblemCode } from '@pipewright/tekton';
import {
  COMPILE,
  documents,
  pipeline,
  pipelineRun,
  remedy,
  pipelineResource,
  step,
  taskRun,
  type Remedy,
} from './example.js';

const WITH_PARAM = step(
  'command: [go, build]\nargs: [$(inputs.params.target)]\n',
  'inputs:\n  params:\n  - name: target\n',
);
const WITH_SOURCE = step('command: [go, build]\n', 'inputs:\n  resources:\n  - name: source\n    type: git\n');
const WITH_CACHE = step('command: [go, build]\n', 'workspaces:\n- name: cache\n');
const WITH_RESULT = step('script: echo 1 > /tekton/results/version\n', 'results:\n- name: version\n');

const run = (fields: string): string => taskRun(`taskRef:\n  name: compile\n${fields}`);
const params = (name: string, value = './cmd'): string =>
  `inputs:\n  params:\n  - name: ${name}\n    value: ${value}\n`;

const PIPELINE = pipeline(
  'params:\n- name: branch\n  default: main\ntasks:\n- name: compile\n  taskRef:\n    name: compile\n',
);
const SOURCE = pipelineResource('type: git\nparams:\n- name: url\n  value: https://git.example.com/app.git\n');

const account = (fields: string): string => `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: robot\n${fields}`;
const secret = (fields: string): string => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: git-login\n${fields}`;
const binding = (kind: string, role: string, namespace = '\n  namespace: default'): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata:\n  name: robot\nroleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: ${role}\nsubjects:\n- kind: ServiceAccount\n  name: robot${namespace}\n`;

/** Remedies by code. */
export const SET_EXAMPLES = {
  TASK_UNKNOWN: remedy(
    'Add the Task to the manifests, or correct the name.',
    documents(COMPILE, taskRun('taskRef:\n  name: compiel\n')),
    ['compiel', 'compile'],
  ),
  PIPELINE_UNKNOWN: remedy(
    'Add the Pipeline to the manifests, or correct the name.',
    documents(COMPILE, PIPELINE, pipelineRun('pipelineRef:\n  name: relaese\n')),
    ['relaese', 'release'],
  ),
  RESOURCE_UNKNOWN: remedy(
    'Add the PipelineResource to the manifests, or correct the name.',
    documents(
      WITH_SOURCE,
      SOURCE,
      run('inputs:\n  resources:\n  - name: source\n    resourceRef:\n      name: suorce\n'),
    ),
    ['suorce', 'source'],
  ),
  PARAM_MISSING: remedy(
    'Set the param, or add a default to its declaration.',
    documents(WITH_PARAM, run('timeout: 1h\n')),
    ['  timeout: 1h\n', '  inputs:\n    params:\n    - name: target\n      value: ./cmd\n'],
  ),
  PARAM_EXTRA: remedy(
    'Correct the name of the param, or remove it.',
    documents(WITH_PARAM.replace('- name: target\n', '- name: target\n      default: .\n'), run(params('taget'))),
    ['taget', 'target'],
  ),
  PARAM_IGNORED: remedy(
    'Correct the name of the param, or remove it.',
    documents(
      COMPILE,
      PIPELINE,
      pipelineRun('pipelineRef:\n  name: release\nparams:\n- name: brnach\n  value: next\n'),
    ),
    ['brnach', 'branch'],
  ),
  PARAM_TYPE: remedy(
    'Write a value of the type of the param.',
    documents(WITH_PARAM, run(params('target', '[./cmd]'))),
    ['[./cmd]', './cmd'],
  ),
  RESULT_UNKNOWN: remedy(
    'Declare the result under `results` of the Task, or correct the name.',
    documents(
      WITH_RESULT,
      pipeline(
        'tasks:\n- name: compile\n  taskRef:\n    name: compile\n- name: next\n  taskSpec:\n    inputs:\n      params:\n      - name: version\n    steps:\n    - name: show\n      image: busybox:1.36\n      command: [echo, $(inputs.params.version)]\n  params:\n  - name: version\n    value: $(tasks.compile.results.verison)\n',
      ),
    ),
    ['verison', 'version'],
  ),
  BINDING_MISSING: remedy('Bind the resource.', documents(WITH_SOURCE, SOURCE, run('timeout: 1h\n')), [
    '  timeout: 1h\n',
    '  inputs:\n    resources:\n    - name: source\n      resourceRef:\n        name: source\n',
  ]),
  BINDING_EXTRA: remedy(
    'Correct the name, or remove the binding.',
    documents(COMPILE, SOURCE, run('inputs:\n  resources:\n  - name: source\n    resourceRef:\n      name: source\n')),
    ['  inputs:\n    resources:\n    - name: source\n      resourceRef:\n        name: source\n', ''],
  ),
  RESOURCE_TYPE_WRONG: remedy(
    'Bind a resource of the type that the task declares.',
    documents(
      WITH_SOURCE.replace('type: git', 'type: image'),
      SOURCE,
      run('inputs:\n  resources:\n  - name: source\n    resourceRef:\n      name: source\n'),
    ),
    ['type: image', 'type: git'],
  ),
  WORKSPACE_MISSING: remedy('Bind the workspace.', documents(WITH_CACHE, run('timeout: 1h\n')), [
    '  timeout: 1h\n',
    '  workspaces:\n  - name: cache\n    emptyDir: {}\n',
  ]),
  WORKSPACE_EXTRA: remedy(
    'Correct the name, or remove the workspace.',
    documents(COMPILE, run('workspaces:\n- name: cache\n  emptyDir: {}\n')),
    ['  workspaces:\n  - name: cache\n    emptyDir: {}\n', ''],
  ),
  ACCOUNT_TASK_UNKNOWN: remedy(
    'Correct the name of the task.',
    documents(
      COMPILE,
      PIPELINE,
      account(''),
      pipelineRun(
        'pipelineRef:\n  name: release\nserviceAccountNames:\n- taskName: compiel\n  serviceAccountName: robot\n',
      ),
    ),
    ['compiel', 'compile'],
  ),
  SERVICE_ACCOUNT_MISSING: remedy(
    'Add the ServiceAccount to the manifests, or make sure that it exists where they are applied.',
    documents(COMPILE, run('serviceAccountName: robot\n')),
    [COMPILE, documents(account(''), COMPILE)],
  ),
  SECRET_MISSING: remedy(
    'Add the Secret, or make sure that it exists where the manifests are applied.',
    documents(account('secrets:\n- name: git-login\n'), COMPILE, run('serviceAccountName: robot\n')),
    ['secrets:\n- name: git-login\n', 'secrets: []\n'],
  ),
  CREDENTIAL_UNANNOTATED: remedy(
    'Add the annotation `tekton.dev/git-0` or `tekton.dev/docker-0` with the host that the credential is for.',
    documents(
      account('secrets:\n- name: git-login\n'),
      secret('type: kubernetes.io/basic-auth\n'),
      COMPILE,
      run('serviceAccountName: robot\n'),
    ),
    [
      '  name: git-login\ntype',
      '  name: git-login\n  annotations:\n    tekton.dev/git-0: https://git.example.com\ntype',
    ],
  ),
  SECRET_PLAINTEXT: remedy(
    'Create the Secret outside of Git, or use an ExternalSecret or SealedSecret.',
    documents(COMPILE, secret('stringData:\n  password: example\n')),
    [`---\n${secret('stringData:\n  password: example\n')}`, ''],
  ),
  CLUSTER_ADMIN: remedy(
    'Bind a role with only the permissions that the steps need.',
    binding('ClusterRoleBinding', 'cluster-admin'),
    ['name: cluster-admin', 'name: deployer'],
  ),
  SUBJECT_NAMESPACE_MISSING: remedy(
    'Add the namespace of the ServiceAccount.',
    binding('ClusterRoleBinding', 'deployer', ''),
    ['- kind: ServiceAccount\n  name: robot\n', '- kind: ServiceAccount\n  name: robot\n  namespace: default\n'],
  ),
  TOKEN_ABSENT: remedy(
    'Remove `automountServiceAccountToken: false`, or mount a projected token in the step that needs it.',
    documents(
      account('automountServiceAccountToken: false\n'),
      binding('RoleBinding', 'deployer'),
      COMPILE,
      run('serviceAccountName: robot\n'),
    ),
    ['automountServiceAccountToken: false', 'automountServiceAccountToken: true'],
  ),
} satisfies Readonly<Partial<Record<ProblemCode, Remedy>>>;
