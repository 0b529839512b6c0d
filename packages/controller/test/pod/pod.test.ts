import { describe, expect, test } from '@jest/globals';
import { readPipelineResource } from '@pipewright/tekton';
import type { ResourceBindings } from '../../src/resources/resource-steps.js';
import { commandOf, names, pod, step } from '../support/pod-request.js';

const git = readPipelineResource('sources', {
  type: 'git',
  params: [
    { name: 'url', value: 'https://git.corp/a.git' },
    { name: 'Revision', value: 'v1' },
  ],
});
const image = readPipelineResource('nginx', { type: 'image', params: [{ name: 'url', value: 'corp/nginx' }] });

describe('the pod of a TaskRun', () => {
  test('has other names for its own volumes if the Task or the run uses the usual names', () => {
    const userMount = { name: 'scripts', mountPath: '/mine' };
    const { spec } = pod(
      { steps: [{ ...step('a', { volumeMounts: [userMount] }) }], volumes: [{ name: 'scripts', emptyDir: {} }] },
      { spec: { podTemplate: { volumes: [{ name: 'workspace', emptyDir: {} }] } } },
    );
    const volumeNames = (spec.volumes ?? []).map(({ name }) => name);
    expect(volumeNames.join(' ')).toBe('tekton-internal-workspace tekton-home tools scripts workspace');
    expect(spec.containers[0]?.volumeMounts).toEqual(
      expect.arrayContaining([userMount, { name: 'tekton-internal-workspace', mountPath: '/workspace' }]),
    );
  });

  test('is owned by its TaskRun and has its labels and annotations', () => {
    const { metadata, spec } = pod({ steps: [step('a')] }, { spec: { serviceAccountName: 'bot' } });
    expect(metadata).toEqual({
      name: expect.stringMatching(/^run-pod-[0-9a-f]{6}$/),
      namespace: 'ns',
      labels: { team: 'a', 'app.kubernetes.io/managed-by': 'tekton-pipelines', 'tekton.dev/taskRun': 'run' },
      annotations: { note: 'b' },
      ownerReferences: [
        {
          apiVersion: 'tekton.dev/v1alpha1',
          kind: 'TaskRun',
          name: 'run',
          uid: 'u-1',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
    expect([spec['restartPolicy'], spec['serviceAccountName'], spec.initContainers]).toEqual([
      'Never',
      'bot',
      undefined,
    ]);
  });

  test('has the same name for the same attempt, and another for the next', () => {
    const [first, repeated, next] = [0, 0, 1].map((attempt) => pod({ steps: [step('a')] }, { attempt }).metadata.name);
    expect([first === repeated, first === next]).toEqual([true, false]);
  });

  test('has a container for each step, with HOME, a working directory and the implicit mounts', () => {
    const [container] = pod({ steps: [step('a', { args: ['$(HOME)'], env: [{ name: 'A', value: '1' }] })] }).spec
      .containers;
    expect(container).toEqual({
      name: 'step-a',
      image: 'ubuntu',
      command: ['/bin/sh', '-c', expect.any(String), 'pipewright'],
      args: ['-i', '0', '-n', '1', '--', 'true', '$(HOME)'],
      workingDir: '/workspace',
      env: [
        { name: 'HOME', value: '/tekton/home' },
        { name: 'A', value: '1' },
      ],
      resources: { requests: { cpu: '0', memory: '0', 'ephemeral-storage': '0' } },
      volumeMounts: [
        { name: 'tools', mountPath: '/tekton/tools' },
        { name: 'workspace', mountPath: '/workspace' },
        { name: 'tekton-home', mountPath: '/tekton/home' },
        { name: 'tekton-home', mountPath: '/builder/home' },
      ],
    });
  });

  test('has no implicit mount at a path where the step mounts a volume', () => {
    const { containers } = pod({
      steps: [step('a', { volumeMounts: [{ name: 'mine', mountPath: '/workspace' }] })],
      volumes: [{ name: 'mine', emptyDir: {} }],
    }).spec;
    expect(containers[0]?.volumeMounts?.filter(({ mountPath }) => mountPath === '/workspace')).toEqual([
      { name: 'mine', mountPath: '/workspace' },
    ]);
  });

  test.each([
    [undefined, '/workspace'],
    ['/tmp', '/tmp'],
    ['src', '/workspace/src'],
  ])('has the working directory %s resolved to %s', (workingDir, expected) => {
    expect(pod({ steps: [step('a', { workingDir })] }).spec.containers[0]?.workingDir).toBe(expected);
  });

  test('numbers steps without a name over all steps of the pod', () => {
    const unnamedStep = { image: 'ubuntu', command: ['true'] };
    expect(names(pod({ steps: [unnamedStep, step('b'), unnamedStep] }).spec.containers)).toEqual([
      'step-unnamed-0',
      'step-b',
      'step-unnamed-2',
    ]);
  });

  test('passes a script unexpanded, as a file of its step', () => {
    const { containers, volumes } = pod({
      steps: [{ image: 'ubuntu', script: '#!/bin/sh\necho $HOME $(date) $$' }],
    }).spec;
    const file = expect.stringMatching(/^\/tekton\/scripts\/script-0-[a-z0-9]{5}$/);
    const script = '#!/bin/sh\necho $$HOME $$(date) $$$$';
    expect(containers[0]?.args).toEqual(['-i', '0', '-n', '1', '-f', file, '-p', script, '--']);
    expect(names(volumes)).toEqual(['workspace', 'tekton-home', 'scripts', 'tools']);
  });

  test('substitutes params first, and once', () => {
    const task = {
      inputs: { params: [{ name: 'x', default: 'd' }] },
      steps: [step('a', { args: ['$(inputs.params.x)', '$(other)'] })],
    };
    const run = { spec: { inputs: { params: [{ name: 'x', value: '$(inputs.params.x)' }] } } };
    expect(pod(task, run).spec.containers.map(commandOf)).toEqual([['true', '$(inputs.params.x)', '$(other)']]);
  });
});

describe('resources', () => {
  const task = {
    inputs: {
      resources: [
        { name: 'src', type: 'git' },
        { name: 'base', type: 'image' },
      ],
    },
    outputs: {
      resources: [
        { name: 'builtImage', type: 'image' },
        { name: 'second', type: 'image' },
      ],
    },
    steps: [step('compile', { args: ['$(inputs.resources.src.path)', '$(outputs.resources.builtImage.url)'] })],
  };
  const bindings: ResourceBindings = {
    inputs: new Map([
      ['src', { resource: git, paths: [] }],
      ['base', { resource: image, paths: [] }],
    ]),
    outputs: new Map([
      ['builtImage', { resource: image, paths: ['a/builtImage'] }],
      ['second', { resource: image, paths: [] }],
    ]),
  };

  test("add their steps before and after those of the Task, in Tekton's order", () => {
    expect(names(pod(task, { bindings }).spec.containers)).toEqual([
      'step-create-dir-second-?',
      'step-create-dir-builtimage-?',
      'step-git-source-sources-?',
      'step-compile',
      'step-image-digest-exporter-?',
    ]);
  });

  test('have an image pull policy for images of added steps only, so that the node does not query a registry again', () => {
    const pullPolicies = pod(task, { bindings }).spec.containers.map((one) => one['imagePullPolicy']);
    expect(pullPolicies).toEqual(['IfNotPresent', 'IfNotPresent', 'IfNotPresent', undefined, 'IfNotPresent']);
  });

  test('are passed to their steps as arguments, and to the Task as variables', () => {
    const [, directory, cloneStep, buildStep, digests] = pod(task, { bindings }).spec.containers;
    expect([directory, buildStep].map((one) => one && commandOf(one))).toEqual([
      ['mkdir', '-p', '/workspace/output/builtImage'],
      ['true', '/workspace/src', 'corp/nginx'],
    ]);
    expect(cloneStep && commandOf(cloneStep).slice(3)).toEqual([
      'git-source',
      'https://git.corp/a.git',
      'v1',
      '/workspace/src',
      'true',
      '1',
      'true',
      '/dev/termination-log',
    ]);
    expect(cloneStep?.env).toEqual([
      { name: 'HOME', value: '/tekton/home' },
      { name: 'TEKTON_RESOURCE_NAME', value: 'sources' },
    ]);
    expect(digests && commandOf(digests).slice(6)).toEqual([
      'nginx',
      '/workspace/output/builtImage',
      'nginx',
      '/workspace/output/second',
    ]);
  });

  test('of type git are handed over on the volume of the pipeline', () => {
    const passedCheck = {
      inputs: { resources: [{ name: 'src', type: 'git' }] },
      outputs: { resources: [{ name: 'out', type: 'git' }] },
      steps: [step('s')],
    };
    const bindingsOverride: ResourceBindings = {
      inputs: new Map([['src', { resource: git, paths: ['/pvc/a/src'] }]]),
      outputs: new Map([['out', { resource: git, paths: ['/pvc/b/out'] }]]),
    };
    const { containers, volumes } = pod(passedCheck, {
      bindings: bindingsOverride,
      artifacts: { kind: 'claim', claim: 'r-pvc' },
    }).spec;
    expect(containers.map((one) => [names([one])[0], ...commandOf(one)])).toEqual([
      ['step-create-dir-out-?', 'mkdir', '-p', '/workspace/output/out'],
      ['step-create-dir-src-?', 'mkdir', '-p', '/workspace/src'],
      ['step-source-copy-src-?', 'cp', '-r', '/pvc/a/src/.', '/workspace/src'],
      ['step-s', 'true'],
      ['step-source-mkdir-sources-?', 'mkdir', '-p', '/pvc/b/out'],
      ['step-source-copy-sources-?', 'cp', '-r', '/workspace/output/out/.', '/pvc/b/out'],
    ]);
    expect(volumes).toContainEqual({ name: 'r-pvc', persistentVolumeClaim: { claimName: 'r-pvc' } });
  });
});

describe('credentials', () => {
  const secrets = [
    { name: 'auth.docker', type: 'kubernetes.io/dockerconfigjson', annotations: {} },
    { name: 'unused', type: 'Opaque', annotations: {} },
  ];

  test('are mounted only in the first step, whose entrypoint writes them', () => {
    const { containers, volumes, initContainers } = pod({ steps: [step('a'), step('b')] }, { secrets }).spec;
    const mount = {
      name: expect.stringMatching(/^secret-volume-auth-docker-[a-z0-9]{5}$/),
      mountPath: '/var/build-secrets/auth.docker',
      readOnly: true,
    };
    expect(containers[0]?.volumeMounts).toContainEqual(mount);
    expect(containers[0]?.args).toContain('-c');
    expect(containers[1]?.volumeMounts).not.toContainEqual(mount);
    expect(containers[1]?.args).not.toContain('-c');
    expect(volumes?.[2]).toEqual({ name: mount.name, secret: { secretName: 'auth.docker' } });
    expect([names(volumes).length, initContainers]).toEqual([4, undefined]);
  });

  test('of the node are added only by the first step, and need no volume', () => {
    const dockerConfig = '/etc/node/config.json';
    const { containers, volumes } = pod({ steps: [step('a'), step('b')] }, { dockerConfig }).spec;
    const [first, second] = containers.map(({ args = [] }) => args[args.indexOf('-c') + 1]);
    expect([first, second]).toEqual([expect.stringContaining("' '/etc/node/config.json'\n"), '-i']);
    expect(names(volumes)).toEqual(['workspace', 'tekton-home', 'tools']);
  });

  test('of the node are added to those of the account', () => {
    const { containers } = pod({ steps: [step('a')] }, { secrets, dockerConfig: '/etc/node/config.json' }).spec;
    const { args = [] } = containers[0] ?? {};
    expect(args[args.indexOf('-c') + 1]).toMatch(/\.dockerconfigjson[^]*' '\/etc\/node\/config\.json'\n/);
  });

  test('of the node are written only to our HOME: another may be a working copy', () => {
    const env = [{ name: 'HOME', value: '/workspace/source' }];
    const { containers } = pod({ steps: [step('a', { env })] }, { dockerConfig: '/etc/node/config.json' }).spec;
    expect(containers[0]?.args).not.toContain('-c');
  });

  test('of the node are added by the first step that has our HOME', () => {
    const env = [{ name: 'HOME', value: '/workspace/source' }];
    const dockerConfig = '/etc/node/config.json';
    const { containers } = pod({ steps: [step('a', { env }), step('b'), step('c')] }, { dockerConfig }).spec;
    expect(containers.map(({ args }) => args?.includes('-c'))).toEqual([false, true, false]);
  });
});

describe('sidecars', () => {
  test('come unchanged after the steps, and the first step waits for them', () => {
    const { containers, volumes } = pod({
      steps: [step('a'), step('b')],
      sidecars: [{ name: 'db', image: 'postgres', env: [] }],
    }).spec;
    expect(containers[2]).toEqual({ name: 'sidecar-db', image: 'postgres', env: [] });
    expect(containers[0]?.args?.slice(0, 7)).toEqual(['-i', '0', '-n', '2', '-r', '/tekton/downward/ready', '--']);
    expect(containers[1]?.args).not.toContain('-r');
    expect(names(volumes)).toContain('downward');
  });
});

test('podTemplate sets the fields of a pod that a run can set, and no others', () => {
  const podTemplate = {
    nodeSelector: { a: 'b' },
    securityContext: { runAsUser: 1 },
    volumes: [{ name: 'v', emptyDir: {} }],
    hostPID: true,
  };
  const { spec } = pod({ steps: [step('a')] }, { spec: { podTemplate } });
  expect([spec['nodeSelector'], spec['securityContext'], spec['hostPID'], names(spec.volumes).at(-1)]).toEqual([
    { a: 'b' },
    { runAsUser: 1 },
    undefined,
    'v',
  ]);
});

test('of each resource only the largest request remains, at the first step that has it', () => {
  const requests = [
    { cpu: '100m', memory: '1Gi' },
    { cpu: '0.2', memory: '1024Mi', 'example.com/gpu': '1' },
    { cpu: '200m' },
  ];
  const { containers } = pod({
    steps: requests.map((one, index) =>
      step(`s${String(index)}`, { resources: { requests: one, limits: { cpu: 1 } } }),
    ),
  }).spec;
  expect(containers.map(({ resources }) => resources)).toEqual([
    { requests: { cpu: '0', memory: '1Gi', 'ephemeral-storage': '0' }, limits: { cpu: 1 } },
    { requests: { cpu: '0.2', memory: '0', 'ephemeral-storage': '0', 'example.com/gpu': '1' }, limits: { cpu: 1 } },
    { requests: { cpu: '0', memory: '0', 'ephemeral-storage': '0' }, limits: { cpu: 1 } },
  ]);
});
