/** Examples of problems in tasks and conditions: steps, params, variables, volumes. */

import type { ProblemCode } from '@pipewright/tekton';
import { condition, remedy, step, task, type Remedy } from './example.js';

const FLAGS = 'inputs:\n  params:\n  - name: flags\n    type: array\n';
const TARGET = 'inputs:\n  params:\n  - name: target\n';

/** Remedies by code. */
export const TASK_EXAMPLES = {
  STEPS_MISSING: remedy('Add `steps` with at least one step.', task('outputs: {}\n'), [
    '  outputs: {}\n',
    '  steps:\n  - name: build\n    image: golang:1.22\n    command: [go, build]\n',
  ]),
  CHECK_MISSING: remedy(
    'Add `check` with an image and a command; its exit code decides.',
    condition('params:\n- name: branch\n'),
    [
      '  - name: branch\n',
      '  - name: branch\n  check:\n    image: busybox:1.36\n    command: [test, $(params.branch), =, main]\n',
    ],
  ),
  IMAGE_MISSING: remedy(
    'Add an `image` to the step, or to `stepTemplate` for all steps.',
    step('command: [go, build]\n').replace('    image: golang:1.22\n', ''),
    ['  - name: build\n', '  - name: build\n    image: golang:1.22\n'],
  ),
  IMAGE_INVALID: remedy(
    'Write [REGISTRY/]NAME[:TAG] or NAME@sha256:DIGEST in lowercase.',
    step('command: [go, build]\n').replace('golang:1.22', 'Golang:1.22'),
    ['Golang', 'golang'],
  ),
  IMAGE_UNPINNED: remedy(
    'Add a version tag to the image, or preferably a digest.',
    step('command: [go, build]\n').replace('golang:1.22', 'golang'),
    ['image: golang', 'image: golang:1.22'],
  ),
  SCRIPT_AND_COMMAND: remedy(
    'Remove `command`, or call it from the script.',
    step('command: [sh]\nscript: go build\n'),
    ['    command: [sh]\n', ''],
  ),
  SCRIPT_LINE_ENDS: remedy('Save the file with Unix line ends.', step('script: "#!/bin/sh\\r\\ngo build\\r\\n"\n'), [
    '"#!/bin/sh\\r\\ngo build\\r\\n"',
    '"#!/bin/sh\\ngo build\\n"',
  ]),
  SCRIPT_PARAM_UNQUOTED: remedy(
    'Pass the param as an environment variable, and write "$NAME" in the script.',
    step('script: go build $(inputs.params.target)\n', TARGET),
    [
      '    script: go build $(inputs.params.target)\n',
      '    env:\n    - name: TARGET\n      value: $(inputs.params.target)\n    script: go build "$TARGET"\n',
    ],
  ),
  QUOTES_CURLY: remedy('Use straight quotes.', step('command: [echo, all “done”]\n'), ['“done”', '"done"']),
  VARIABLE_UNKNOWN: remedy(
    'Declare the param, correct its name, or remove the variable.',
    step('command: [go, build]\nargs: [$(inputs.params.taget)]\n', TARGET),
    ['taget', 'target'],
  ),
  VARIABLE_MISSPELT: remedy(
    "Correct the first word: a Task's variables begin with `inputs.` or `outputs.`.",
    step('command: [go, build]\nargs: [$(input.params.target)]\n', TARGET),
    ['$(input.', '$(inputs.'],
  ),
  VARIABLE_NESTED: remedy(
    'Write the value itself, or write both variables in the field that uses them.',
    step(
      'command: [go, build]\nargs: ["$(inputs.params.path)"]\n',
      'inputs:\n  params:\n  - name: target\n  - name: path\n    default: cmd/$(inputs.params.target)\n',
    ),
    ['    - name: path\n      default: cmd/$(inputs.params.target)\n', ''],
    ['$(inputs.params.path)', 'cmd/$(inputs.params.target)'],
  ),
  VARIABLE_OLD_SYNTAX: remedy(
    'Write $(…) instead of ${…}.',
    step('command: [go, build]\nargs: ["${inputs.params.target}"]\n', TARGET),
    ['${inputs.params.target}', '$(inputs.params.target)'],
  ),
  VARIABLE_ARRAY_IN_STRING: remedy(
    'Use the array as an element of `args`, or make the param a string.',
    step('command: [go, build]\nworkingDir: $(inputs.params.flags)\n', FLAGS),
    ['workingDir: $(inputs.params.flags)', 'args: ["$(inputs.params.flags)"]'],
  ),
  VARIABLE_ARRAY_NOT_ALONE: remedy(
    'Write the variable as its own element.',
    step('command: [go, build]\nargs: ["-x $(inputs.params.flags)"]\n', FLAGS),
    ['"-x $(inputs.params.flags)"', '"-x", "$(inputs.params.flags)"'],
  ),
  VOLUME_UNKNOWN: remedy(
    'Declare the volume under `volumes` of the Task.',
    step('command: [go, build]\nvolumeMounts:\n- name: cache\n  mountPath: /cache\n', ''),
    ['      mountPath: /cache\n', '      mountPath: /cache\n  volumes:\n  - name: cache\n    emptyDir: {}\n'],
  ),
  MOUNT_RESERVED: remedy(
    'Mount the volume elsewhere, for example below /workspace or /mnt.',
    step(
      'command: [go, build]\nvolumeMounts:\n- name: cache\n  mountPath: /tekton/tools\n',
      'volumes:\n- name: cache\n  emptyDir: {}\n',
    ),
    ['/tekton/tools', '/mnt/cache'],
  ),
  MOUNT_TWICE: remedy(
    'Choose another `mountPath` for one of them.',
    step(
      'command: [go, build]\nvolumeMounts:\n- name: cache\n  mountPath: /cache\n- name: tools\n  mountPath: /cache\n',
      'volumes:\n- name: cache\n  emptyDir: {}\n- name: tools\n  emptyDir: {}\n',
    ),
    ['- name: tools\n      mountPath: /cache', '- name: tools\n      mountPath: /tools'],
  ),
  TARGET_PATH_OUTSIDE: remedy(
    'Use a path below /workspace.',
    step('command: [go, build]\n', 'inputs:\n  resources:\n  - name: source\n    type: git\n    targetPath: ../src\n'),
    ['../src', 'src'],
  ),
  ENV_TWICE: remedy(
    'Remove one of the two.',
    step('command: [go, build]\nenv:\n- name: CGO_ENABLED\n  value: "0"\n- name: CGO_ENABLED\n  value: "1"\n'),
    ['    - name: CGO_ENABLED\n      value: "0"\n', ''],
  ),
  CONDITION_UNKNOWN: remedy(
    'Add the Condition to the manifests, or correct the name.',
    'apiVersion: tekton.dev/v1alpha1\nkind: Pipeline\nmetadata:\n  name: release\nspec:\n  tasks:\n  - name: compile\n    taskRef:\n      name: compile\n    conditions:\n    - conditionRef: on-mian\n---\n' +
      condition('check:\n  image: busybox:1.36\n  command: ["true"]\n'),
    ['on-mian', 'on-main'],
  ),
} satisfies Readonly<Partial<Record<ProblemCode, Remedy>>>;
