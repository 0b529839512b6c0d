/**
 * Execution semantics that users' Tasks and Pipelines rely on, tested with real steps on the embedded cluster.
 */

import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { isThorough, thoroughTest } from '../../../../test/thorough.js';
import { expectRun, removeFolders, runFiles, step, type RunResult } from '../support/on-this-machine.js';

afterAll(removeFolders);

const taskRun = (task: string, more = ''): string => `apiVersion: tekton.dev/v1alpha1
kind: TaskRun
metadata: { name: once }
spec:
${more}
  taskSpec:
${task}
`;

const pipelineRun = (pipeline: string, more = ''): string => `apiVersion: tekton.dev/v1alpha1
kind: PipelineRun
metadata: { name: run }
spec:
${more}
  pipelineSpec:
${pipeline}
`;

interface Row {
  readonly prints: readonly (string | RegExp)[];
  readonly omits?: readonly string[];
  readonly status?: number;
  readonly yaml: string;
  /** Whether the row also runs by default. Others run with THOROUGH=1. */
  readonly sample?: true;
  /** Whether the run mostly waits, so that it starts before the first test. */
  readonly waits?: true;
}

const tasks: Readonly<Record<string, Row>> = {
  'a step waits until its sidecar is ready, and the log of the sidecar is shown': {
    sample: true,
    waits: true,
    yaml: taskRun(`
    volumes: [{ name: v, emptyDir: {} }]
    sidecars:
      - name: web
        image: busybox
        command: [sh, -c, 'echo preparing; sleep 0.7; touch /v/up; echo up; while :; do sleep 0.1; done']
        volumeMounts: [{ name: v, mountPath: /v }]
        readinessProbe: { exec: { command: [test, -f, /v/up] }, periodSeconds: 1 }
    steps:
      - { name: use, image: busybox, command: [sh, -c, 'test -f /v/up && echo it is up'], volumeMounts: [{ name: v, mountPath: /v }] }`),
    prints: ['[once : sidecar-web] preparing\n', '[once : sidecar-web] up\n', '[once : use] it is up\n'],
  },
  'a sidecar that exits early does not delay the steps': {
    yaml: taskRun(`
    sidecars: [{ name: brief, image: busybox, command: [sh, -c, 'echo done; exit 3'] }]
    steps: [${step('work', 'echo worked')}]`),
    status: 1, // as in Tekton, a failed pod fails its task
    prints: ['[once : sidecar-brief] done\n', '[once : work] worked\n', '"sidecar-brief" exited with code 3'],
  },
  'a sidecar that never becomes ready delays the run until its timeout': {
    waits: true,
    yaml: taskRun(
      `
    sidecars:
      - name: web
        image: busybox
        command: [sleep, '100']
        readinessProbe: { exec: { command: ['false'] }, periodSeconds: 1 }
    steps: [${step('work', 'echo worked')}]`,
      '  timeout: 3s',
    ),
    status: 124,
    prints: ['TaskRun "once" failed to finish within "3s"'],
    omits: ['worked'],
  },
  'a script without a shebang runs in the shell with -xe': {
    sample: true,
    yaml: taskRun(`
    steps:
      - name: s
        image: busybox
        script: |
          echo one
          false
          echo two`),
    status: 1,
    prints: ['[once : s] + echo one\n[once : s] one\n[once : s] + false\n'],
    omits: ['echo two'],
  },
  'a script with a shebang runs with that program': {
    yaml: taskRun(`
    steps:
      - name: s
        image: busybox
        script: |
          #!/usr/bin/env sh
          false
          echo "$0" goes on`),
    prints: [/\[once : s\] \/tekton\/scripts\/script-0-\w+ goes on\n/],
    omits: ['+ '],
  },
  'stepTemplate is merged into each step, including variables': {
    sample: true,
    yaml: taskRun(`
    inputs: { params: [{ name: dir, default: deep/down }] }
    stepTemplate:
      env: [{ name: A, value: template }, { name: B, value: template }]
      workingDir: $(inputs.params.dir)
    steps:
      - { name: one, image: busybox, command: [sh, -c, 'echo $A $B in $(pwd)'], env: [{ name: B, value: own }] }
      - { name: two, image: busybox, workingDir: /tmp, command: [sh, -c, 'echo $A $B in $(pwd)'] }`),
    prints: ['[once : one] template own in /workspace/deep/down\n', '[once : two] template template in /tmp\n'],
  },
  'an array becomes one argument for each item, or none if it is empty': {
    yaml: taskRun(`
    inputs:
      params:
        - { name: many, type: array, default: [a b, '', c] }
        - { name: none, type: array, default: [] }
    steps:
      - name: s
        image: busybox
        command: [printf, '<%s>']
        args: [first, $(inputs.params.many), $(inputs.params.none), last]`),
    prints: ['[once : s] <first><a b><><c><last>\n'],
  },
  'names, keys and paths of volumes may contain variables': {
    yaml: `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { colour: green }
---
${taskRun(`
    inputs: { params: [{ name: map, default: settings }, { name: key, default: colour }] }
    volumes: [{ name: $(inputs.params.map), configMap: { name: $(inputs.params.map), items: [{ key: $(inputs.params.key), path: c }] } }]
    steps:
      - name: s
        image: busybox
        command: [sh, -c, 'cat /m/c; echo; echo $COLOUR']
        env: [{ name: COLOUR, valueFrom: { configMapKeyRef: { name: $(inputs.params.map), key: $(inputs.params.key) } } }]
        volumeMounts: [{ name: $(inputs.params.map), mountPath: /m }]`)}`,
    prints: ['[once : s] green\n[once : s] green\n'],
  },
  'a workspace is mounted at its path, with subPath and readOnly': {
    sample: true,
    yaml: `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: shared }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
---
${taskRun(
  `
    workspaces: [{ name: out }, { name: in, mountPath: /in, readOnly: true }]
    steps:
      - ${step('write', 'echo kept > $(workspaces.out.path)/f; echo at $(workspaces.out.path)')}
      - ${step('read', 'cat /in/sub/f; (echo x > /in/y) 2>/dev/null || echo read-only')}`,
  '  workspaces: [{ name: out, subPath: sub, persistentVolumeClaim: { claimName: shared } }, { name: in, persistentVolumeClaim: { claimName: shared } }]',
)}`,
    prints: ['[once : write] at /workspace/out\n', '[once : read] kept\n[once : read] read-only\n'],
  },
  'volumes and nodeSelector of a podTemplate are applied': {
    yaml: taskRun(
      `
    steps: [{ name: s, image: busybox, command: [sh, -c, 'cat /m/colour'], volumeMounts: [{ name: m, mountPath: /m }] }]`,
      `  podTemplate:
    nodeSelector: { kubernetes.io/hostname: pipewright }
    volumes: [{ name: m, configMap: { name: settings } }]`,
    ).concat('---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { colour: green }\n'),
    prints: ['[once : s] green\n'],
  },
  'a run that fits no node waits with the reason until its timeout': {
    sample: true,
    waits: true,
    yaml: taskRun(
      `
    steps: [${step('work', 'echo worked')}]`,
      '  timeout: 2s\n  podTemplate: { nodeSelector: { disktype: ssd } }',
    ),
    status: 124,
    prints: [
      `--- once waits: pod status "PodScheduled":"False"; message: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity."\n`,
      `failed to finish within "2s": pod status "PodScheduled":"False"`,
      'hint: define labels and resources of the node in pipewright.yaml',
    ],
  },
  'a step that requests more than any node has also waits': {
    waits: true,
    yaml: taskRun(
      `
    steps: [{ name: s, image: busybox, command: ['true'], resources: { requests: { cpu: '1000' } } }]`,
      '  timeout: 2s',
    ),
    status: 124,
    prints: ['--- once waits: TaskRun Pod exceeded available resources\n', '1 Insufficient cpu.'],
  },
  'a run waits for available quota': {
    waits: true,
    yaml: `apiVersion: v1
kind: ResourceQuota
metadata: { name: one-at-a-time }
spec: { hard: { pods: '1' } }
---
${pipelineRun(`
    tasks:
      - { name: a, taskSpec: { steps: [${step('s', 'sleep 0.5; echo a')}] } }
      - { name: b, taskSpec: { steps: [${step('s', 'sleep 0.5; echo b')}] } }
      - { name: c, taskSpec: { steps: [${step('s', 'sleep 0.5; echo c')}] } }`)}`,
    prints: ['[a : s] a\n', '[b : s] b\n', '[c : s] c\n', /waits: TaskRun Pod exceeded available resources: pods "/],
  },
  'the pod requests the maximum of the requests of its steps': {
    yaml: taskRun(`
    steps:
      - { name: a, image: busybox, command: ['true'], resources: { requests: { cpu: '40' } } }
      - { name: b, image: busybox, command: [sh, -c, 'echo fits'], resources: { requests: { cpu: '40', memory: 1Gi } } }`),
    prints: ['[once : b] fits\n'],
  },
};

const pipelines: Readonly<Record<string, Row>> = {
  'a failed task is retried up to the limit': {
    sample: true,
    yaml: `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: count }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
---
${pipelineRun(`
    tasks:
      - name: flaky
        retries: 2
        taskSpec:
          volumes: [{ name: v, persistentVolumeClaim: { claimName: count } }]
          steps: [{ name: s, image: busybox, command: [sh, -c, 'echo x >> /v/n; echo try $(wc -l < /v/n); test $(wc -l < /v/n) -eq 3'], volumeMounts: [{ name: v, mountPath: /v }] }]`)}`,
    prints: [
      '[flaky : s] try 1\n--- flaky Failed, retrying (attempt 2)\n[flaky : s] try 2\n',
      '[flaky : s] try 3\n',
      /✔ flaky  \d+\.\ds in 3 attempts\n/,
      '1 succeeded',
    ],
  },
  'ServiceAccounts of tasks take precedence over that of the run': {
    yaml: `apiVersion: v1
kind: ServiceAccount
metadata: { name: special }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: usual }
---
${pipelineRun(
  `
    tasks:
      - { name: a, taskSpec: { steps: [{ name: s, image: busybox, command: [sh, -c, 'echo $WHO'], env: [{ name: WHO, valueFrom: { fieldRef: { fieldPath: spec.serviceAccountName } } }] }] } }
      - { name: b, taskSpec: { steps: [{ name: s, image: busybox, command: [sh, -c, 'echo $WHO'], env: [{ name: WHO, valueFrom: { fieldRef: { fieldPath: spec.serviceAccountName } } }] }] } }`,
  '  serviceAccountName: usual\n  serviceAccountNames: [{ taskName: b, serviceAccountName: special }]',
)}`,
    prints: ['[a : s] usual\n', '[b : s] special\n'],
  },
  'a ClusterTask runs with the params of the pipeline, including arrays': {
    sample: true,
    yaml: `apiVersion: tekton.dev/v1alpha1
kind: ClusterTask
metadata: { name: say }
spec:
  inputs: { params: [{ name: words, type: array }] }
  steps: [{ name: s, image: busybox, command: [printf, '<%s>'], args: [$(inputs.params.words)] }]
---
${pipelineRun(
  `
    params: [{ name: who, type: string, default: me }, { name: list, type: array, default: [x] }]
    tasks:
      - { name: a, taskRef: { name: say, kind: ClusterTask }, params: [{ name: words, value: [hello, $(params.who)] }] }
      - { name: b, taskRef: { name: say, kind: ClusterTask }, params: [{ name: words, value: [$(params.list), end] }] }`,
  '  params: [{ name: who, value: world }, { name: list, value: [p, q] }]',
)}`,
    prints: ['[a : s] <hello><world>\n', '[b : s] <p><q><end>\n'],
  },
  'the timeout of a run ends all of its tasks': {
    sample: true,
    yaml: pipelineRun(
      `
    tasks:
      - { name: a, taskSpec: { steps: [${step('s', 'echo startedRuns; sleep 30; echo never')}] } }
      - { name: b, runAfter: [a], taskSpec: { steps: [${step('s', 'echo never')}] } }`,
      '  timeout: 2s',
    ),
    status: 124,
    // Task and run have the same timeout, and the task starts slightly later, so either timeout can occur first.
    prints: ['[a : s] startedRuns\n', /Timed out {2}run .*2 tasks: 1 (timed out|cancelled), 1 not started/],
    omits: [': s] never'],
  },
  'a run without a timeout ends when its tasks have ended': {
    yaml: pipelineRun(
      `
    tasks: [{ name: a, taskSpec: { steps: [${step('s', 'echo done')}] } }]`,
      '  timeout: "0"',
    ),
    prints: ['[a : s] done\n'],
  },
};

const runOf = ({ yaml }: Row): Promise<RunResult> => runFiles({ 'a.yaml': yaml });

const startedRuns = new Map<Row, Promise<RunResult>>();
beforeAll(() => {
  for (const row of [...Object.values(tasks), ...Object.values(pipelines)])
    if (row.waits && (row.sample || isThorough)) startedRuns.set(row, runOf(row));
  for (const ran of startedRuns.values()) ran.catch(() => undefined); // reported by its own test
});

describe.each([
  ['in a TaskRun', tasks],
  ['in a PipelineRun', pipelines],
])('%s', (_kind, rows) => {
  for (const [title, row] of Object.entries(rows))
    (row.sample ? test : thoroughTest)(title, async () => {
      const { prints, omits = [], status = 0 } = row;
      await expectRun(await (startedRuns.get(row) ?? runOf(row)), { status, prints, omits });
    });
});

test('a node has the labels and resources of pipewright.yaml', async () => {
  const yaml = taskRun(
    `
    steps: [{ name: s, image: busybox, command: [sh, -c, 'echo placed'], resources: { requests: { nvidia.com/gpu: 1 }, limits: { nvidia.com/gpu: 1 } } }]`,
    '  podTemplate: { nodeSelector: { disktype: ssd } }',
  );
  const config = 'node: { labels: { disktype: ssd }, resources: { nvidia.com/gpu: 1 } }\n';
  const ran = await runFiles({ 'a.yaml': yaml, 'pipewright.yaml': config });
  await expectRun(ran, { status: 0, prints: ['the node has disktype: ssd, nvidia.com/gpu: 1', '[once : s] placed\n'] });
});
