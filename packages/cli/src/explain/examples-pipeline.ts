/** Examples of problems in single pipelines, runs and resources. */

import type { ProblemCode } from '@pipewright/tekton';
import { pipeline, pipelineRun, remedy, pipelineResource, taskRun, type Remedy } from './example.js';

const compile = (fields: string): string => `- name: compile\n  taskRef:\n    name: compile\n${fields}`;
const deploy = (fields: string): string => `- name: deploy\n  taskRef:\n    name: deploy\n${fields}`;

const git = (params: string): string => pipelineResource(`type: git\nparams:\n${params}`);
const URL = '- name: url\n  value: https://git.example.com/app.git\n';

/** Remedies by code. */
export const PIPELINE_EXAMPLES = {
  TASKS_MISSING: remedy('Add `tasks` with at least one task.', pipeline('params:\n- name: branch\n'), [
    '  params:\n  - name: branch\n',
    '  tasks:\n  - name: compile\n    taskRef:\n      name: compile\n',
  ]),
  TASK_CYCLE: remedy(
    'Remove one `runAfter`, `from` or use of a result along the path.',
    pipeline(`tasks:\n${compile('  runAfter: [deploy]\n')}${deploy('  runAfter: [compile]\n')}`),
    ['    runAfter: [deploy]\n', ''],
  ),
  RUN_AFTER_UNKNOWN: remedy(
    'Correct the name of the task, or remove it.',
    pipeline(`tasks:\n${compile('')}${deploy('  runAfter: [compiel]\n')}`),
    ['compiel', 'compile'],
  ),
  FROM_UNKNOWN: remedy(
    'Correct the name of the task, or remove it.',
    pipeline(
      `resources:\n- name: app\n  type: image\ntasks:\n${compile('  resources:\n    outputs:\n    - name: app\n      resource: app\n')}${deploy('  resources:\n    inputs:\n    - name: app\n      resource: app\n      from: [compiel]\n')}`,
    ),
    ['compiel', 'compile'],
  ),
  FROM_NOT_OUTPUT: remedy(
    'Declare the resource as an output of the task, or use `runAfter` if only the order matters.',
    pipeline(
      `resources:\n- name: app\n  type: image\ntasks:\n${compile('')}${deploy('  resources:\n    inputs:\n    - name: app\n      resource: app\n      from: [compile]\n')}`,
    ),
    ['        from: [compile]\n', '    runAfter: [compile]\n'],
  ),
  RESULT_TASK_UNKNOWN: remedy(
    'Correct the name of the task.',
    pipeline(
      `tasks:\n${compile('')}${deploy('  params:\n  - name: version\n    value: $(tasks.compiel.results.version)\n')}`,
    ),
    ['compiel', 'compile'],
  ),
  RESULT_MALFORMED: remedy(
    'Write $(tasks.TASK.results.RESULT).',
    pipeline(`tasks:\n${compile('')}${deploy('  params:\n  - name: version\n    value: $(tasks.compile.version)\n')}`),
    ['tasks.compile.version', 'tasks.compile.results.version'],
  ),
  RESOURCE_UNDECLARED: remedy(
    'Declare the resource under `resources` of the Pipeline, or correct the name.',
    pipeline(`tasks:\n${compile('  resources:\n    inputs:\n    - name: source\n      resource: app\n')}`),
    ['  tasks:', '  resources:\n  - name: app\n    type: git\n  tasks:'],
  ),
  RESOURCE_UNUSED: remedy(
    'Remove the resource, or pass it to a task under `resources`.',
    pipeline(`resources:\n- name: app\n  type: git\ntasks:\n${compile('')}`),
    ['  resources:\n  - name: app\n    type: git\n', ''],
  ),
  WORKSPACE_UNDECLARED: remedy(
    'Declare the workspace under `workspaces` of the Pipeline, or correct the name.',
    pipeline(`tasks:\n${compile('  workspaces:\n  - name: cache\n    workspace: shared\n')}`),
    ['  tasks:', '  workspaces:\n  - name: shared\n  tasks:'],
  ),
  TIMEOUT_INVALID: remedy(
    'Write a number with its unit: `90s`, `30m`, `1h30m`; `0` for no timeout.',
    pipelineRun('pipelineRef:\n  name: release\ntimeout: "90"\n'),
    ['"90"', '90m'],
  ),
  TIMEOUT_NEGATIVE: remedy(
    'Use a positive duration, or `0` for no timeout.',
    pipelineRun('pipelineRef:\n  name: release\ntimeout: -1h\n'),
    ['-1h', '1h'],
  ),
  STATUS_UNKNOWN: remedy(
    'Write the value that cancels the run, or remove the field.',
    pipelineRun('pipelineRef:\n  name: release\nstatus: Cancelled\n'),
    ['status: Cancelled', 'status: PipelineRunCancelled'],
  ),
  WORKSPACE_SOURCE: remedy(
    'Set exactly one of `persistentVolumeClaim`, `emptyDir`, `configMap` and `secret`.',
    taskRun('taskRef:\n  name: compile\nworkspaces:\n- name: cache\n'),
    ['  - name: cache\n', '  - name: cache\n    emptyDir: {}\n'],
  ),
  ACCOUNT_TWICE: remedy(
    'Keep `serviceAccountName`.',
    pipelineRun('pipelineRef:\n  name: release\nserviceAccount: robot\nserviceAccountName: deployer\n'),
    ['  serviceAccount: robot\n', ''],
  ),
  RESOURCE_PARAM_MISSING: remedy('Add the param.', git('- name: revision\n  value: main\n'), [
    '  - name: revision',
    '  - name: url\n    value: https://git.example.com/app.git\n  - name: revision',
  ]),
  RESOURCE_PARAM_UNKNOWN: remedy(
    'Correct the name of the param, or remove it.',
    git(`${URL}- name: revison\n  value: main\n`),
    ['revison', 'revision'],
  ),
  RESOURCE_TYPE_UNKNOWN: remedy(
    'Use one of the types that the message lists.',
    git(URL).replace('type: git', 'type: gti'),
    ['type: gti', 'type: git'],
  ),
  GIT_URL_INVALID: remedy('Use an https, ssh or git URL, or USER@HOST:PATH.', git(URL.replace('https:', 'file:')), [
    'file:',
    'https:',
  ]),
  GIT_URL_PASSWORD: remedy(
    "Put the password into a Secret of type kubernetes.io/basic-auth, and add the Secret to the ServiceAccount's `secrets`.",
    git(URL.replace('https://', 'https://me:secret@')),
    ['me:secret@', ''],
  ),
  GIT_REVISION_INVALID: remedy(
    'Use the name of a branch or tag, refs/…, or a commit.',
    git(`${URL}- name: revision\n  value: main..next\n`),
    ['main..next', 'main'],
  ),
  PULL_REQUEST_URL_INVALID: remedy(
    'Use https://HOST/OWNER/REPO/pull/NUMBER, or https://HOST/GROUP/PROJECT/merge_requests/NUMBER.',
    pipelineResource('type: pullRequest\nparams:\n- name: url\n  value: ftp://git.example.com/acme/app/pull/7\n'),
    ['ftp:', 'https:'],
  ),
  BUCKET_LOCATION_INVALID: remedy(
    'Use gs://BUCKET/PATH.',
    pipelineResource(
      'type: storage\nparams:\n- name: type\n  value: gcs\n- name: location\n  value: my-bucket/files\n',
    ),
    ['my-bucket/files', 'gs://my-bucket/files'],
  ),
  CLUSTER_URL_INVALID: remedy(
    'Write the URL with its scheme.',
    pipelineResource(
      'type: cluster\nparams:\n- name: name\n  value: staging\n- name: url\n  value: 10.0.0.1:6443\n- name: username\n  value: admin\n- name: cadata\n  value: LS0t\n',
    ),
    ['10.0.0.1', 'https://10.0.0.1'],
  ),
} satisfies Readonly<Partial<Record<ProblemCode, Remedy>>>;
