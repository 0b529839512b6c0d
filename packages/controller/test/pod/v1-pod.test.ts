/** Pods of tekton.dev/v1. */

import { describe, expect, test } from '@jest/globals';
import { stepActionModel, taskModel, taskRunModel } from '@pipewright/tekton';
import { podNameOf, taskPod } from '../../src/pod/pod.js';
import type { PodRequest } from '../../src/pod/pod-request.js';
import type { Pod } from '../../src/pod/pod-types.js';
import { decodeTurn, type DecodedTurn } from '../../src/scripts/entrypoint/entrypoint-arguments.js';
import { commandOf, request } from '../support/pod-request.js';
import { expandArgument } from '../support/shells.js';

const apiVersion = 'tekton.dev/v1';

/** Returns the result for a Task and a TaskRun of tekton.dev/v1. */
const build = (task: object, spec: object = {}, more: Partial<PodRequest> = {}) =>
  taskPod({
    ...request({}),
    taskRun: { name: 'run', namespace: 'ns', uid: 'u-1', labels: {}, annotations: {}, apiVersion },
    run: taskRunModel({ apiVersion, spec: { taskRef: { name: 't' }, ...spec } }),
    task: taskModel({ apiVersion, spec: task }),
    ...more,
  });

function pod(...args: Parameters<typeof build>): Pod {
  const result = build(...args);
  if (result.kind !== 'pod') throw new Error(JSON.stringify(result));
  return result.pod;
}

const container = (of: Pod, index = 0): Pod['spec']['containers'][number] => of.spec.containers[index] ?? { name: '' };
const turn = (of: Pod, index = 0): DecodedTurn | undefined => {
  const { command = [], args = [] } = container(of, index);
  return decodeTurn([...command, ...args].map(expandArgument));
};
const mounts = (of: Pod, index = 0): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (container(of, index).volumeMounts ?? []).map(({ mountPath, name, readOnly }) => [
      mountPath,
      readOnly === true ? `${name} (read-only)` : name,
    ]),
  );

const step = (name: string, more: object = {}): object => ({ name, image: 'busybox', command: ['true'], ...more });

describe('a step', () => {
  test('finds the directories of Tekton, of which it can write only its own', () => {
    expect(mounts(pod({ steps: [step('a', { command: undefined, script: 'true' })] }))).toEqual({
      '/tekton/scripts': 'tekton-internal-scripts',
      '/tekton/.run': 'tekton-internal-run',
      '/tekton/run': 'tekton-internal-run (read-only)',
      '/tekton/steps': 'tekton-internal-run (read-only)',
      '/tekton/bin': 'tekton-internal-bin (read-only)',
      '/tekton/downward': 'tekton-internal-bin (read-only)',
      '/tekton/creds': 'tekton-creds-init-home-0',
      '/workspace': 'tekton-internal-workspace',
      '/tekton/home': 'tekton-internal-home',
      '/tekton/results': 'tekton-internal-results',
      '/tekton/artifacts': 'tekton-internal-artifacts',
    });
  });

  test('has neither HOME nor a directory unless the Task sets them, and no init container goes before it', () => {
    const { spec } = pod({ steps: [step('a')] });
    expect([spec.containers[0]?.env, spec.containers[0]?.workingDir, spec.initContainers]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('stops its script at the first failure, unless the script has an interpreter', () => {
    const steps = ['echo $HOME', '#!/bin/bash\necho'].map((script) => step('a', { command: undefined, script }));
    const scripts = [0, 1].map((index) => turn(pod({ steps }), index)?.script?.text);
    expect(scripts).toEqual(['#!/bin/sh\nset -e\necho $HOME', '#!/bin/bash\necho']);
  });

  test('tells the entrypoint what it does beside its command', () => {
    const steps = [
      step('a', { results: [{ name: 'r' }], onError: 'continue', timeout: '1m30s' }),
      step('b', {
        command: ['echo', '$(steps.a.results.r)'],
        env: [
          { name: 'E', value: '$(steps.a.results.r[0])' },
          { name: 'F', value: '$(steps.other.results.r)' },
        ],
        when: [{ input: '$(steps.a.results.r.k)', operator: 'notin', values: ['x'] }],
      }),
    ];
    const made = pod({ steps, results: [{ name: 'z' }, { name: 'b' }] });
    const file = '/tekton/steps/step-a/results/r';
    expect([0, 1].map((index) => turn(made, index)?.protocol)).toEqual([
      { step: 'step-a', message: '/tekton/termination', ignoresFailure: true, timeout: '90', stepResults: ['r'] },
      {
        step: 'step-b',
        message: '/tekton/termination',
        variables: [
          { name: 'steps.a.results.r', file, part: '' },
          { name: 'steps.a.results.r[0]', file, part: '[0]' },
          { name: 'steps.a.results.r.k', file, part: '.k' },
        ],
        env: ['E'],
        when: [{ input: '$(steps.a.results.r.k)', operator: 'notin', values: ['x'] }],
      },
    ]);
    expect(turn(made, 1)?.results?.names).toEqual(['b', 'z']);
  });

  test.each([
    [
      'without a command, the Entrypoint before the arguments',
      { cmd: { kind: 'words', words: ['c'] } },
      ['a'],
      ['e', 'a'],
    ],
    ['without anything, the Entrypoint and the Cmd', { cmd: { kind: 'words', words: ['c'] } }, [], ['e', 'c']],
    ['with arguments in place of the Cmd', { cmd: { kind: 'whole' } }, ['a'], ['a']],
    ['without arguments, the Cmd', { cmd: { kind: 'whole' } }, [], ['e']],
  ] as const)('runs, %s', (_case, image, args, command) => {
    const commands = new Map([['busybox', { kind: 'command', command: ['e'], ...image } as const]]);
    expect(commandOf(container(pod({ steps: [{ name: 's', image: 'busybox', args }] }, {}, { commands })))).toEqual(
      command,
    );
  });

  test('has the fields of its StepAction', () => {
    const stepActions = new Map([['act', stepActionModel({ apiVersion: 'tekton.dev/v1beta1', spec: step('x') })]]);
    expect(container(pod({ steps: [{ name: 'a', ref: { name: 'act' } }] }, {}, { stepActions }))).toMatchObject({
      name: 'step-a',
      image: 'busybox',
    });
  });

  test('gets credentials in a directory of its own, and a copy in its home directory', () => {
    const secrets = [{ name: 'g', type: 'kubernetes.io/basic-auth', annotations: { 'tekton.dev/git-0': 'https://h' } }];
    const made = pod({ steps: [step('a'), step('b')] }, {}, { secrets });
    expect(
      [0, 1].map((index) => [mounts(made, index)['/tekton/creds'], mounts(made, index)['/tekton/creds-secrets/g']]),
    ).toEqual([
      ['tekton-creds-init-home-0', expect.stringMatching(/\(read-only\)$/)],
      ['tekton-creds-init-home-1', expect.stringMatching(/\(read-only\)$/)],
    ]);
    expect(turn(made, 1)?.credentials).toMatch(/^pw_home=\$HOME HOME=\/tekton\/creds\n/);
  });
});

describe('resources of the run', () => {
  const steps = [step('a', { computeResources: { requests: { cpu: '1' } } }), step('b'), step('c')];
  test('are divided among the steps if they are those of the whole pod', () => {
    const made = pod(
      { steps },
      { computeResources: { requests: { cpu: '70m', memory: '10' }, limits: { memory: '256Mi' } } },
    );
    expect(made.spec.containers.map(({ resources }) => resources)).toEqual(
      steps.map(() => ({ requests: { cpu: '23m', memory: '3333m' }, limits: { memory: '256Mi' } })),
    );
  });

  test('replace those of single steps and sidecars', () => {
    const side = { name: 'side', image: 'busybox', computeResources: { requests: { cpu: '1' } } };
    const made = pod(
      { steps, sidecars: [side] },
      {
        stepSpecs: [{ name: 'b', computeResources: { requests: { cpu: '2' } } }],
        sidecarSpecs: [{ name: 'side', computeResources: { requests: { cpu: '3' } } }],
      },
    );
    expect(made.spec.containers.map(({ resources }) => resources?.requests?.['cpu'])).toEqual([
      '1',
      '2',
      undefined,
      '3',
    ]);
  });
});

test('the variables of the pod template take precedence over those of steps', () => {
  const made = pod(
    {
      steps: [
        step('a', {
          env: [
            { name: 'A', value: 'step' },
            { name: 'B', value: 'b' },
          ],
        }),
      ],
    },
    {
      podTemplate: { env: [{ name: 'A', value: 'template' }], hostAliases: [{ ip: '1.2.3.4', hostnames: ['h'] }] },
    },
  );
  expect([container(made).env, made.spec['hostAliases']]).toEqual([
    [
      { name: 'B', value: 'b' },
      { name: 'A', value: 'template' },
    ],
    [{ ip: '1.2.3.4', hostnames: ['h'] }],
  ]);
});

test('a workspace that a step names is hidden from the others', () => {
  const task = {
    workspaces: [{ name: 'w' }, { name: 'open' }],
    steps: [step('a', { workspaces: [{ name: 'w', mountPath: '/else' }] }), step('b')],
  };
  const made = pod(task, {
    workspaces: [
      { name: 'w', projected: { sources: [] } },
      { name: 'open', csi: { driver: 'd' } },
    ],
  });
  const own = (index: number): readonly string[] =>
    Object.keys(mounts(made, index)).filter((path) => path === '/else' || path.startsWith('/workspace/'));
  expect([own(0), own(1)]).toEqual([['/else', '/workspace/open'], ['/workspace/open']]);
});

test('a sidecar with a script runs it as a file, so that its interpreter holds', () => {
  const sidecars = [{ name: 's', image: 'python', script: '#!/usr/bin/env python3\nprint(1)', args: ['x'] }];
  const made = container(pod({ steps: [step('a')], sidecars }), 1);
  expect([made.name, made.command?.slice(0, 2), made.args]).toEqual([
    'sidecar-s',
    ['/bin/sh', '-c'],
    ['#!/usr/bin/env python3\nprint(1)', 'x'],
  ]);
});

test('the pod has the labels by which clients find it, and keeps the manager that the run names', () => {
  const taskRun = { ...request({}).taskRun, apiVersion, labels: { 'app.kubernetes.io/managed-by': 'me', a: 'b' } };
  expect(pod({ steps: [step('a')] }, {}, { taskRun }).metadata.labels).toEqual({
    'app.kubernetes.io/managed-by': 'me',
    a: 'b',
    'tekton.dev/taskRun': 'run',
    'tekton.dev/taskRunUID': 'u-1',
  });
});

test.each([
  ['run', 0, false, 'run-pod'],
  ['run', 2, false, 'run-pod-retry2'],
  ['run', 0, true, 'run-pod-shell'],
])('the pod of %s in attempt %d (replacement: %s) is %s', (name, attempt, replacement, podName) => {
  expect(podNameOf({ name, uid: 'u', apiVersion }, attempt, replacement)).toBe(podName);
});

test.each([
  [
    'a CEL expression in `when`',
    step('a', { when: [{ cel: 'true' }] }),
    'step "a" has a CEL expression in `when`, which is not supported; use `input`, `operator` and `values`',
  ],
  [
    'a result in a variable that a shell cannot set',
    step('b', { env: [{ name: 'a.b', value: '$(steps.a.results.r)' }] }),
    'step "b" passes the result of a step in the variable "a.b", which a shell cannot set; use a name of letters, digits and underscores',
  ],
])('a step with %s is refused', (_case, odd, message) => {
  expect(build({ steps: [step('a'), odd] })).toMatchObject({ kind: 'refused', message });
});
