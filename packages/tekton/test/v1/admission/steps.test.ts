/** Answers of Tekton v1.15's webhooks about steps, sidecars, volumes and workspaces of Tasks. */

import { expect, test } from '@jest/globals';
import { answerTo, type AdmittedRow, type RefusedRow } from '../../support/v1.js';

const refused: readonly RefusedRow[] = [
  ['missing field(s): spec.steps[0].Image', 'Task', { steps: [{ name: 'a' }] }],
  [
    'script cannot be used with command: spec.steps[0].script',
    'Task',
    { steps: [{ name: 'a', image: 'busybox', command: ['x'], script: 'echo' }] },
  ],
  [
    'invalid value: "maybe": spec.steps[0].onError\nTask step onError must be either "continue" or "stopAndFail"',
    'Task',
    { steps: [{ name: 's', image: 'busybox', command: ['true'], onError: 'maybe' }] },
  ],
  [
    'non-existent variable in "$(params.zz)": spec.steps[0].onError',
    'Task',
    { steps: [{ name: 's', image: 'busybox', command: ['true'], onError: '$(params.zz)' }] },
  ],
  [
    'invalid value: -5s: spec.steps[0].negative timeout',
    'Task',
    { steps: [{ name: 's', image: 'busybox', command: ['true'], timeout: '-5s' }] },
  ],
  [
    'cannot decode incoming new object: time: invalid duration "soon"',
    'Task',
    { steps: [{ name: 's', image: 'busybox', command: ['true'], timeout: 'soon' }] },
  ],
  [
    'undefined workspace "zz": spec.steps[0].workspaces[0].name',
    'Task',
    { steps: [{ name: 's', image: 'busybox', command: ['true'], workspaces: [{ name: 'zz' }] }] },
  ],
  [
    'volumeMount name "tekton-internal-x" cannot start with "tekton-internal-": spec.steps[0].volumeMounts[0].name',
    'Task',
    {
      steps: [
        {
          name: 's',
          image: 'busybox',
          command: ['true'],
          volumeMounts: [{ name: 'tekton-internal-x', mountPath: '/x' }],
        },
      ],
    },
  ],
  [
    'volumeMount cannot be mounted under /tekton/ (volumeMount "zz" mounted at "/tekton/x"): spec.steps[0].volumeMounts[0].mountPath',
    'Task',
    {
      steps: [
        { name: 's', image: 'busybox', command: ['true'], volumeMounts: [{ name: 'zz', mountPath: '/tekton/x' }] },
      ],
    },
  ],
  [
    'windows script support requires "enable-api-fields" feature gate to be "alpha" but it is "beta": ',
    'Task',
    { steps: [{ image: 'busybox', script: '#!win\necho\n' }] },
  ],
  [
    'params cannot be used without Ref: spec.steps[0].params',
    'Task',
    { steps: [{ name: 's', image: 'busybox', command: ['true'], params: [{ name: 'a', value: 'b' }] }] },
  ],
  ['missing field(s): spec.steps[0].Image', 'Task', { steps: [{ name: 'a', image: '' }] }],
  [
    'workspace mount path "/x" must be unique: spec.workspaces[1].mountpath',
    'Task',
    {
      workspaces: [
        { name: 'a', mountPath: '/x' },
        { name: 'b', mountPath: '/x' },
      ],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
  ],
  [
    'workspace mount path "/workspace/a" must be unique: spec.workspaces[1].mountpath',
    'Task',
    {
      workspaces: [{ name: 'a' }, { name: 'b', mountPath: '/workspace/a' }],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
  ],
  [
    'workspace mount path "/workspace/a" must be unique: spec.workspaces[0].mountpath',
    'Task',
    {
      workspaces: [{ name: 'a' }],
      volumes: [{ name: 'v', emptyDir: {} }],
      steps: [
        { name: 's', image: 'busybox', command: ['true'], volumeMounts: [{ name: 'v', mountPath: '/workspace/a' }] },
      ],
    },
  ],
  [
    'Invalid: cannot use reserved sidecar name tekton-log-results : spec.sidecars.name',
    'Task',
    {
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
      sidecars: [{ name: 'tekton-log-results', image: 'busybox', command: ['true'] }],
    },
  ],
  [
    'script cannot be used with command: spec.sidecars.script',
    'Task',
    {
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
      sidecars: [{ name: 'x', image: 'busybox', command: ['x'], script: 'y' }],
    },
  ],
  [
    'missing field(s): spec.sidecars.image',
    'Task',
    { steps: [{ name: 's1', image: 'busybox', script: 'true' }], sidecars: [{ name: 'x' }] },
  ],
  [
    'workspace mount path "/workspace/a" must be unique: spec.workspaces[0].mountpath',
    'Task',
    {
      workspaces: [{ name: 'a' }],
      stepTemplate: { image: 'busybox', volumeMounts: [{ name: 'v', mountPath: '/workspace/a' }] },
      volumes: [{ name: 'v', emptyDir: {} }],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
  ],
  [
    'undefined workspace "zz": spec.sidecars[0].workspaces[0].name',
    'Task',
    {
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
      sidecars: [{ name: 'x', image: 'busybox', command: ['true'], workspaces: [{ name: 'zz' }] }],
    },
  ],
  [
    'script cannot be used with command: spec.taskSpec.steps[0].script',
    'TaskRun',
    {
      taskSpec: {
        stepTemplate: { image: 'busybox', command: ['echo', 'tmpl'] },
        steps: [{ name: 'a', script: 'echo x' }],
      },
    },
  ],
];

test.each(refused)('the webhook answers: %s', (...[message, kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBe(message);
});

const admitted: readonly AdmittedRow[] = [
  ['Task', { steps: [{ name: 'a', image: 'busybox', args: ['x'], script: 'echo "$@"' }] }],
  [
    'Task',
    { steps: [{ name: 's', image: 'busybox', command: ['true'], volumeMounts: [{ name: 'zz', mountPath: '/x' }] }] },
  ],
  [
    'Task',
    {
      steps: [
        { name: 's', image: 'busybox', command: ['true'], volumeMounts: [{ name: 'zz', mountPath: '/tekton/home' }] },
      ],
    },
  ],
  ['Task', { steps: [{ name: 's', image: 'busybox', command: ['true'], ports: [{ containerPort: 1 }] }] }],
  ['Task', { steps: [{ name: 's', image: 'busybox', command: ['true'], results: [{ name: 'r' }] }] }],
  ['Task', { volumes: [{ emptyDir: {} }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] }],
  ['Task', { steps: [{ name: 's1', image: 'busybox', script: 'true' }], sidecars: [{ image: 'busybox' }] }],
  ['Task', { stepTemplate: { image: 'busybox' }, steps: [{ name: 'a', command: ['true'] }] }],
];

test.each(admitted)('the webhook admits this %s: %j', (...[kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBeUndefined();
});
