/** Answers of Tekton v1.15's webhooks about workspaces of runs. */

import { expect, test } from '@jest/globals';
import { answerTo, type AdmittedRow, type RefusedRow } from '../../support/v1.js';

const refused: readonly RefusedRow[] = [
  [
    'expected exactly one, got neither: spec.workspaces[0].configmap, spec.workspaces[0].emptydir, spec.workspaces[0].persistentvolumeclaim, spec.workspaces[0].secret, spec.workspaces[0].volumeclaimtemplate',
    'PipelineRun',
    {
      pipelineSpec: {
        workspaces: [{ name: 'w' }],
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      workspaces: [{ name: 'w' }],
    },
  ],
  [
    'expected exactly one, got both: spec.workspaces[0].configmap, spec.workspaces[0].emptydir, spec.workspaces[0].persistentvolumeclaim, spec.workspaces[0].secret, spec.workspaces[0].volumeclaimtemplate',
    'PipelineRun',
    {
      pipelineSpec: {
        workspaces: [{ name: 'w' }],
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      workspaces: [{ name: 'w', emptyDir: {}, configMap: { name: 'x' } }],
    },
  ],
  [
    'missing field(s): spec.workspaces[0].persistentvolumeclaim.claimname',
    'PipelineRun',
    {
      pipelineSpec: {
        workspaces: [{ name: 'w' }],
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      workspaces: [{ name: 'w', persistentVolumeClaim: {} }],
    },
  ],
  [
    'missing field(s): spec.workspaces[0].configmap.name',
    'PipelineRun',
    {
      pipelineSpec: {
        workspaces: [{ name: 'w' }],
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      workspaces: [{ name: 'w', configMap: {} }],
    },
  ],
  [
    'missing field(s): spec.workspaces[0].secret.secretName',
    'PipelineRun',
    {
      pipelineSpec: {
        workspaces: [{ name: 'w' }],
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      workspaces: [{ name: 'w', secret: {} }],
    },
  ],
  [
    'missing field(s): spec.workspaces[0].csi.driver',
    'PipelineRun',
    {
      pipelineSpec: {
        workspaces: [{ name: 'w' }],
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      workspaces: [{ name: 'w', csi: {} }],
    },
  ],
  [
    'workspace "w" provided by pipelinerun more than once, at index 0 and 1: spec.workspaces[1].name',
    'PipelineRun',
    {
      pipelineSpec: {
        workspaces: [{ name: 'w' }],
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      workspaces: [
        { name: 'w', emptyDir: {} },
        { name: 'w', emptyDir: {} },
      ],
    },
  ],
  [
    'expected exactly one, got neither: spec.workspaces[0].configmap, spec.workspaces[0].emptydir, spec.workspaces[0].persistentvolumeclaim, spec.workspaces[0].secret, spec.workspaces[0].volumeclaimtemplate',
    'PipelineRun',
    {
      pipelineSpec: {
        workspaces: [{ name: 'w' }],
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      workspaces: [{ name: 'w', subPath: 'x' }],
    },
  ],
  [
    'expected exactly one, got neither: spec.workspaces[0].configmap, spec.workspaces[0].emptydir, spec.workspaces[0].persistentvolumeclaim, spec.workspaces[0].secret, spec.workspaces[0].volumeclaimtemplate',
    'TaskRun',
    {
      taskSpec: { workspaces: [{ name: 'w' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
      workspaces: [{ name: 'w' }],
    },
  ],
  [
    'expected exactly one, got both: spec.workspaces[0].configmap, spec.workspaces[0].emptydir, spec.workspaces[0].persistentvolumeclaim, spec.workspaces[0].secret, spec.workspaces[0].volumeclaimtemplate',
    'TaskRun',
    {
      taskSpec: { workspaces: [{ name: 'w' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
      workspaces: [{ name: 'w', emptyDir: {}, secret: { secretName: 'x' } }],
    },
  ],
  [
    'expected exactly one, got both: spec.workspaces[1].name',
    'TaskRun',
    {
      taskSpec: { workspaces: [{ name: 'w' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
      workspaces: [
        { name: 'w', emptyDir: {} },
        { name: 'w', emptyDir: {} },
      ],
    },
  ],
];

test.each(refused)('the webhook answers: %s', (...[message, kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBe(message);
});

const admitted: readonly AdmittedRow[] = [
  [
    'PipelineRun',
    {
      pipelineSpec: {
        workspaces: [{ name: 'w' }],
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      workspaces: [{ name: '', emptyDir: {} }],
    },
  ],
  [
    'PipelineRun',
    {
      pipelineSpec: {
        workspaces: [{ name: 'w' }],
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      workspaces: [{ emptyDir: {} }],
    },
  ],
];

test.each(admitted)('the webhook admits this %s: %j', (...[kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBeUndefined();
});
