/** Examples of problems with features of tekton.dev/v1. */

import type { ProblemCode } from '@pipewright/tekton';
import { documents, remedy, type Remedy } from './example.js';

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');

const manifest = (kind: string, name: string, spec: string, apiVersion = 'tekton.dev/v1'): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${indented(spec)}`;

const task = (spec: string): string => manifest('Task', 'compile', spec);
const pipeline = (spec: string): string => manifest('Pipeline', 'release', spec);
const pipelineRun = (spec: string): string => manifest('PipelineRun', 'release-1', spec);
const taskRun = (spec: string): string => manifest('TaskRun', 'compile-1', spec);
const stepAction = (spec: string): string => manifest('StepAction', 'fetch', spec, 'tekton.dev/v1beta1');

const STEPS = 'steps:\n- name: build\n  image: golang:1.22\n  command: [go, build]\n';
const use = (name: string, fields = ''): string =>
  `- name: ${name}\n  taskRef:\n    name: ${name}\n${indented(fields)}`;
const COMPILE = use('compile');
const SEVENTEEN = `[${Array.from({ length: 17 }, (_, index) => `v${String(index)}`).join(', ')}]`;

/** Remedies by code. */
export const FEATURE_EXAMPLES = {
  FEATURE_DISABLED: remedy(
    'Use a feature that is switched on, or set the ConfigMap feature-flags of the cluster.',
    pipeline(`tasks:\n${use('compile', "when:\n- cel: \"'$(context.pipelineRun.name)' == 'x'\"\n")}`),
    [
      "    - cel: \"'$(context.pipelineRun.name)' == 'x'\"\n",
      '    - input: $(context.pipelineRun.name)\n      operator: in\n      values: [x]\n',
    ],
  ),
  NAME_FORMAT: remedy('Rename it.', task(`params:\n- name: 1st\n${STEPS}`), ['1st', 'first']),
  FIELD_NOT_ALLOWED: remedy(
    'Keep one of the two fields.',
    task('steps:\n- name: fetch\n  image: golang:1.22\n  ref:\n    name: fetch\n'),
    ['    image: golang:1.22\n', ''],
  ),
  FIELD_ALONE: remedy(
    'Add the field that it needs, or remove it.',
    taskRun('taskRef:\n  name: compile\nstatusMessage: no longer needed\n'),
    ['  statusMessage: no longer needed\n', '  status: TaskRunCancelled\n  statusMessage: no longer needed\n'],
  ),
  UPDATE_REFUSED: remedy('Delete the run, or give the new one another name.', taskRun('taskRef:\n  name: compile\n'), [
    'name: compile-1',
    'name: compile-2',
  ]),
  CEL_INVALID: remedy(
    'Fix the expression. CEL is off by default, so the right one has none.',
    pipeline(`tasks:\n${use('compile', 'when:\n- cel: "$(context.pipelineRun.name) == \'x\'"\n')}`),
    [
      '    - cel: "$(context.pipelineRun.name) == \'x\'"\n',
      '    - input: $(context.pipelineRun.name)\n      operator: in\n      values: [x]\n',
    ],
  ),
  ENUM_INVALID: remedy(
    'List each allowed string once, including the default. `enum` is off by default, so the right one has none.',
    task(`params:\n- name: mode\n  enum: [debug, debug]\n${STEPS}`),
    ['    enum: [debug, debug]\n', '    description: debug or release\n'],
  ),
  WORKSPACE_PATH_TWICE: remedy(
    'Set another `mountPath`.',
    task(`workspaces:\n- name: source\n  mountPath: /src\n- name: cache\n  mountPath: /src\n${STEPS}`),
    ['- name: cache\n    mountPath: /src', '- name: cache\n    mountPath: /cache'],
  ),
  WHEN_VALUES_MISSING: remedy(
    'Add `values`.',
    pipeline(
      `params:\n- name: branch\ntasks:\n${use('compile', 'when:\n- input: $(params.branch)\n  operator: in\n')}`,
    ),
    ['      operator: in\n', '      operator: in\n      values: [main]\n'],
  ),
  MATRIX_TOO_LARGE: remedy(
    'Use fewer values.',
    pipeline(
      `tasks:\n${use('compile', `matrix:\n  params:\n  - name: os\n    value: ${SEVENTEEN}\n  - name: version\n    value: ${SEVENTEEN}\n`)}`,
    ),
    [SEVENTEEN, '[linux, darwin]'],
  ),
  MATRIX_RESULT_PART: remedy(
    'Use all of its results with `[*]`.',
    pipeline(
      `tasks:\n${use('compile', 'matrix:\n  params:\n  - name: os\n    value: [linux, darwin]\n')}${use('publish', 'params:\n- name: files\n  value: $(tasks.compile.results.file)\n')}`,
    ),
    ['results.file)', 'results.file[*])'],
  ),
  FINALLY_RESULT: remedy(
    'Move the task that produces the result to `tasks`.',
    pipeline(
      `tasks:\n${COMPILE}finally:\n${use('measure')}${use('report', 'params:\n- name: time\n  value: $(tasks.measure.results.time)\n')}`,
    ),
    ['tasks.measure.results', 'tasks.compile.results'],
  ),
  FINALLY_RUN_AFTER: remedy(
    'Remove `runAfter`: finally tasks start after all others.',
    pipeline(`tasks:\n${COMPILE}finally:\n${use('report', 'runAfter: [compile]\n')}`),
    ['    runAfter: [compile]\n', ''],
  ),
  STATUS_IN_TASKS: remedy(
    'Move the task to `finally`.',
    pipeline(`tasks:\n${COMPILE}${use('report', 'params:\n- name: status\n  value: $(tasks.compile.status)\n')}`),
    ['  - name: report', '  finally:\n  - name: report'],
  ),
  STATUS_TASK_UNKNOWN: remedy(
    'Correct the name of the task.',
    pipeline(
      `tasks:\n${COMPILE}finally:\n${use('report', 'params:\n- name: status\n  value: $(tasks.compiel.status)\n')}`,
    ),
    ['compiel', 'compile'],
  ),
  PIPELINE_RESULT_INVALID: remedy(
    'Refer to results of tasks.',
    pipeline(`results:\n- name: image\n  value: registry.example.com/app\ntasks:\n${COMPILE}`),
    ['registry.example.com/app', '$(tasks.compile.results.image)'],
  ),
  CHILD_PIPELINE_RESULT: remedy(
    'Use a Task: pipelines in pipelines have no results.',
    pipeline(
      `tasks:\n- name: build\n  pipelineRef:\n    name: build\n${use('publish', 'params:\n- name: file\n  value: $(tasks.build.results.file)\n')}`,
    ),
    ['pipelineRef', 'taskRef'],
  ),
  TIMEOUTS_EXCEED: remedy(
    'Raise `timeouts.pipeline`, or lower the others.',
    pipelineRun('pipelineRef:\n  name: release\ntimeouts:\n  pipeline: 1h\n  tasks: 50m\n  finally: 20m\n'),
    ['tasks: 50m', 'tasks: 40m'],
  ),
  ENV_FORBIDDEN: remedy(
    'Remove the variable from the podTemplate.',
    taskRun(
      'taskRef:\n  name: compile\npodTemplate:\n  env:\n  - name: HTTPS_PROXY\n    value: http://proxy.example.com\n',
    ),
    ['  podTemplate:\n    env:\n    - name: HTTPS_PROXY\n      value: http://proxy.example.com\n', ''],
  ),
  STEP_ACTION_SCRIPT: remedy(
    'Pass the param as an environment variable.',
    stepAction('params:\n- name: url\nimage: alpine:3.20\nscript: wget "$(params.url)"\n'),
    ['  script: wget "$(params.url)"\n', '  env:\n  - name: URL\n    value: $(params.url)\n  script: wget "$URL"\n'],
  ),
  MOUNT_NOT_PARAM: remedy(
    'Take the name of the volume from a param.',
    stepAction(
      'params:\n- name: cache\nimage: alpine:3.20\nscript: ls /cache\nvolumeMounts:\n- name: cache\n  mountPath: /cache\n',
    ),
    ['  - name: cache\n    mountPath', '  - name: $(params.cache)\n    mountPath'],
  ),
  VARIABLE_PREFIX: remedy(
    'Begin with params, tasks, context or workspaces.',
    pipeline(
      `params:\n- name: branch\ntasks:\n${use('compile', 'when:\n- input: $(inputs.branch)\n  operator: in\n  values: [main]\n')}`,
    ),
    ['inputs.branch', 'params.branch'],
  ),
  VARIABLE_TOO_DEEP: remedy(
    'Write a name with dots in brackets.',
    task(
      `params:\n- name: go.mod.version\nsteps:\n- name: build\n  image: golang:1.22\n  command: [echo, $(params.go.mod.version)]\n`,
    ),
    ['$(params.go.mod.version)', '"$(params[\'go.mod.version\'])"'],
  ),
  STEP_RESULT_PLACE: remedy(
    'Use the result in `env`, `command` or `args`.',
    task(
      'steps:\n- name: find\n  image: alpine:3.20\n  results:\n  - name: file\n  script: echo -n a.out > $(step.results.file.path)\n- name: show\n  image: alpine:3.20\n  script: ls $(steps.find.results.file)\n',
    ),
    ['script: ls $(steps.find.results.file)', 'command: [ls, $(steps.find.results.file)]'],
  ),
  STEP_RESULT_INVALID: remedy(
    'Refer to the result of a step.',
    task(
      'results:\n- name: file\n  value: a.out\nsteps:\n- name: find\n  image: alpine:3.20\n  results:\n  - name: file\n  script: echo -n a.out > $(step.results.file.path)\n',
    ),
    ['value: a.out', 'value: $(steps.find.results.file)'],
  ),
  PARAM_KEY_MISSING: remedy(
    'Give every key a value.',
    documents(
      task(
        `params:\n- name: image\n  type: object\n  properties:\n    name: {type: string}\n    tag: {type: string}\n${STEPS}`,
      ),
      taskRun('taskRef:\n  name: compile\nparams:\n- name: image\n  value:\n    name: app\n'),
    ),
    ['      name: app\n', '      name: app\n      tag: v1\n'],
  ),
  SETTINGS_UNKNOWN: remedy(
    'Correct the name of the task or step.',
    documents(
      task(STEPS),
      taskRun(
        'taskRef:\n  name: compile\nstepSpecs:\n- name: biuld\n  computeResources:\n    requests:\n      cpu: 500m\n',
      ),
    ),
    ['biuld', 'build'],
  ),
  WORKSPACE_MAY_BE_ABSENT: remedy(
    'Make both required, or both optional.',
    documents(
      task(`workspaces:\n- name: source\n${STEPS}`),
      pipeline(
        `workspaces:\n- name: source\n  optional: true\ntasks:\n${use('compile', 'workspaces:\n- name: source\n')}`,
      ),
    ),
    ['    optional: true\n', ''],
  ),
  VERSION_MIXED: remedy(
    'Write both objects in the same version.',
    documents(manifest('Task', 'compile', STEPS, 'tekton.dev/v1alpha1'), taskRun('taskRef:\n  name: compile\n')),
    ['tekton.dev/v1alpha1', 'tekton.dev/v1'],
  ),
  RESOLVER_NAME: remedy(
    'Name the definition in the params of the resolver.',
    taskRun(
      'taskRef:\n  name: compile\n  resolver: cluster\n  params:\n  - name: kind\n    value: task\n  - name: name\n    value: compile\n  - name: namespace\n    value: shared\n',
    ),
    ['    name: compile\n    resolver', '    resolver'],
  ),
} satisfies Partial<Record<ProblemCode, Remedy>>;
