/** Examples of problems with the shape of an object: kind, fields, types of values, names. */

import type { ProblemCode } from '@pipewright/tekton';
import {
  COMPILE,
  documents,
  pipeline,
  pipelineRun,
  remedy,
  pipelineResource,
  step,
  task,
  type Remedy,
} from './example.js';

/** Remedies by code. */
export const SHAPE_EXAMPLES = {
  OBJECT_MALFORMED: remedy(
    'Write `apiVersion`, `kind` and `metadata` of the document without indentation.',
    'apiVersion: v1\nmetadata:\n  name: settings\n',
    ['apiVersion: v1\n', 'apiVersion: v1\nkind: ConfigMap\n'],
  ),
  API_VERSION_UNKNOWN: remedy('Write a version that Tekton has.', COMPILE.replace('v1alpha1', 'v1alpah1'), [
    'v1alpah1',
    'v1alpha1',
  ]),
  KIND_OF_TRIGGERS: remedy(
    'Remove the object here. To run the same pipeline, write a PipelineRun.',
    documents('apiVersion: tekton.dev/v1alpha1\nkind: TriggerBinding\nmetadata:\n  name: on-push\nspec: {}\n', COMPILE),
    ['apiVersion: tekton.dev/v1alpha1\nkind: TriggerBinding\nmetadata:\n  name: on-push\nspec: {}\n---\n', ''],
  ),
  KIND_REMOVED: remedy(
    'Write it as a Task in each namespace, or fetch it from one namespace with the resolver `cluster`.',
    'apiVersion: tekton.dev/v1beta1\nkind: ClusterTask\nmetadata:\n  name: compile\nspec:\n  steps:\n  - name: build\n    image: golang:1.22\n    command: [go, build]\n',
    ['ClusterTask', 'Task'],
  ),
  KIND_UNKNOWN: remedy('Correct the kind.', COMPILE.replace('kind: Task', 'kind: Taks'), ['kind: Taks', 'kind: Task']),
  FIELD_UNKNOWN: remedy(
    'Correct the name of the field, move it to where it belongs, or remove it.',
    step('comand: [go, build]\n'),
    ['comand', 'command'],
  ),
  FIELD_CASE: remedy('Write the name as the API defines it.', step('command: [go, build]\nworkingdir: /src\n'), [
    'workingdir',
    'workingDir',
  ]),
  FIELD_MISSING: remedy(
    'Add the field.',
    pipelineResource('params:\n- name: url\n  value: https://git.example.com/app.git\n'),
    ['  params:', '  type: git\n  params:'],
  ),
  TYPE_WRONG: remedy(
    'Write a value of the expected type. Text that YAML reads as a number or boolean needs quotes.',
    step('command: [go, build]\nenv:\n- name: MODE\n  value: 0755\n'),
    ['0755', '"0755"'],
  ),
  VALUE_UNKNOWN: remedy(
    'Use one of the allowed values.',
    step('command: [go, build]\n', 'inputs:\n  params:\n  - name: flags\n    type: list\n'),
    ['type: list', 'type: array'],
  ),
  NUMBER_TOO_SMALL: remedy(
    'Use a number that is not below the minimum.',
    pipeline('tasks:\n- name: compile\n  taskRef:\n    name: compile\n  retries: -1\n'),
    ['-1', '1'],
  ),
  NAME_MISSING: remedy(
    'Set `metadata.name`, or for a run `metadata.generateName`.',
    COMPILE.replace('  name: compile\n', '  labels: {}\n'),
    ['  labels: {}\n', '  name: compile\n'],
  ),
  OBJECT_NAME_INVALID: remedy(
    "Use a-z, 0-9, '-' and '.', with a letter or digit at both ends.",
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: My_Settings\n',
    ['My_Settings', 'my-settings'],
  ),
  NAME_INVALID: remedy(
    "Use at most 63 of a-z, 0-9 and '-', with a letter or digit at both ends.",
    COMPILE.replace('name: build', 'name: Build It'),
    ['Build It', 'build-it'],
  ),
  NAME_ODD: remedy(
    "Begin the name with a letter or '_', and continue with letters, digits, '_' and '-'.",
    step('command: [go, build]\n', 'inputs:\n  params:\n  - name: 1st\n'),
    ['1st', 'first'],
  ),
  NAME_TWICE: remedy(
    'Rename one of the two, or remove it.',
    task(
      'steps:\n- name: build\n  image: golang:1.22\n  command: [go, build]\n- name: build\n  image: golang:1.22\n  command: [go, test]\n',
    ),
    [
      '- name: build\n    image: golang:1.22\n    command: [go, test]',
      '- name: test\n    image: golang:1.22\n    command: [go, test]',
    ],
  ),
  NAME_RESERVED: remedy(
    'Use another name.',
    task(
      'steps:\n- name: build\n  image: golang:1.22\n  command: [go, build]\nvolumes:\n- name: tekton-internal-tools\n  emptyDir: {}\n',
    ),
    ['tekton-internal-tools', 'my-tools'],
  ),
  OBJECT_TWICE: remedy('Remove one of the two, or rename it.', documents(COMPILE, COMPILE), [`---\n${COMPILE}`, '']),
  PARAM_DEFAULT_TYPE: remedy(
    'Write a default of the type of the param.',
    step('command: [go, build]\n', 'inputs:\n  params:\n  - name: flags\n    type: array\n    default: -v\n'),
    ['default: -v', 'default: [-v]'],
  ),
  REF_AND_SPEC: remedy(
    'Keep the reference to use an existing object, or the spec to define it here.',
    pipelineRun(
      'pipelineRef:\n  name: release\npipelineSpec:\n  tasks:\n  - name: compile\n    taskRef:\n      name: compile\n',
    ),
    ['  pipelineRef:\n    name: release\n', ''],
  ),
  REF_MISSING: remedy('Add a reference or a spec.', pipelineRun('timeout: 1h\n'), [
    '  timeout: 1h\n',
    '  timeout: 1h\n  pipelineRef:\n    name: release\n',
  ]),
} satisfies Readonly<Partial<Record<ProblemCode, Remedy>>>;
