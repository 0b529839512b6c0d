/** Normalization of outcomes in the parity run: names and texts without volatile parts, pods from the perspective of steps, recordings. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { differencesBetween } from '../parity/difference.js';
import { withoutTimes } from '../parity/normalize.js';
import { imagesOf, standIn } from '../parity/images.js';
import type { JsonObject } from '../parity/json.js';
import { namesOf, withoutVolatileParts, stepName } from '../parity/names.js';
import { imageOf, podView } from '../parity/pod-view.js';
import { objectsOf, readRecordings } from '../parity/recording.js';
import { unwrap } from '../parity/unwrap.js';
import { nothing, ownedBy, played, recordingOf } from './parity-case.js';

describe('names', () => {
  test('lose their random suffixes, each derived from its owner’s name', () => {
    const names = namesOf(played('9xtmt', '52c45d'));
    expect(['r', 'r-a-9xtmt', 'r-a-9xtmt-pod-52c45d', 'other'].map((name) => names.of(name))).toEqual([
      'r',
      'r-a-?',
      'r-a-?-pod-?',
      'other',
    ]);
    expect(names.text('logs r-a-9xtmt-pod-52c45d of c-x')).toBe('logs r-a-?-pod-? of NAMESPACE');
  });

  test('of checks depend on the name of a TaskRun that was never created', () => {
    const entry = { pipelineTaskName: 'a', conditionChecks: { 'r-a-6pl4p-cf-bz252': { conditionName: 'cf' } } };
    const names = namesOf({
      ...nothing,
      pipelineruns: [{ metadata: { name: 'r' }, status: { taskRuns: { 'r-a-6pl4p': entry } } }],
      taskruns: [{ metadata: { name: 'r-a-6pl4p-cf-bz252', ...ownedBy('r') } }],
    });
    expect([names.of('r-a-6pl4p'), names.of('r-a-6pl4p-cf-bz252')]).toEqual(['r-a-?', 'r-a-?-cf-?']);
  });

  test('that Kubernetes generated are numbered in the order of creation', () => {
    const run = (name: string) => ({ metadata: { name, generateName: 'gen-' } });
    const names = namesOf({
      ...nothing,
      applied: ['gen-zzzzz', 'gen-bbbbb'].map((name) => ({ apiVersion: '', kind: 'PipelineRun', name, code: 201 })),
      pipelineruns: [run('gen-bbbbb'), run('gen-zzzzz')],
    });
    expect([names.of('gen-zzzzz'), names.of('gen-bbbbb')]).toEqual(['gen-?1', 'gen-?2']);
  });

  test('of the node are replaced where a pod selects it, and nowhere else', () => {
    const names = namesOf({ ...nothing, pods: [{ metadata: { name: 'p' }, spec: { nodeName: 'lab' } }] });
    const labels = { 'kubernetes.io/hostname': 'lab', other: 'lab' };
    expect(names.value(labels)).toEqual({ 'kubernetes.io/hostname': 'NODE', other: 'lab' });
    expect(names.value({ 'kubernetes.io/hostname': 'nowhere' })).toEqual({ 'kubernetes.io/hostname': 'nowhere' });
  });

  test.each([
    ['git-source-repo-x7bq9', 'git-source-repo-?'],
    ['step-create-dir-out-ml2s6', 'step-create-dir-out-?'],
    ['image-digest-exporter-wlzlx', 'image-digest-exporter-?'],
    ['unit-tests', 'unit-tests'],
    ['my-build-abcde', 'my-build-abcde'],
  ])('of the step %s is %s', (name, said) => {
    expect(stepName(name)).toBe(said);
  });
});

test.each([
  [
    '"step-b" exited with code 7 (image: "docker.io/library/ubuntu@sha256:89a6"); for logs',
    '"step-b" exited with code 7 (image: "?"); for logs',
  ],
  ['2026/11/22 19:44:09 Skipping step', 'TIME Skipping step'],
  ['drwxr-xr-x 2 root root 4096 Nov 22 19:46 home', 'drwxr-xr-x 2 root root 4096 TIME home'],
  ['/tekton/scripts/script-0-j7cfl', '/tekton/scripts/script-0-?'],
  ['-c step-git-source-gg-sx7b7 of it', '-c step-git-source-gg-? of it'],
  ['digest sha256:05f9 stays', 'digest sha256:05f9 stays'],
])('in "%s" volatile parts are masked', (text, said) => {
  expect(withoutVolatileParts(text)).toBe(said);
});

test('timestamps are removed at the start of log lines, but not within them', () => {
  const log =
    '2026-11-22T19:44:09.991957544Z one\n2026-11-22T19:44:09Z \n2026-11-22T19:44:10Z at 2026-11-22T19:44:10Z\n';
  expect(withoutTimes(log)).toBe('one\n\nat 2026-11-22T19:44:10Z\n');
});

describe('the user’s command of a step', () => {
  const heredoc = [
    'tmpfile="/tekton/scripts/script-0-j7cfl"',
    'touch ${tmpfile} && chmod +x ${tmpfile}',
    "cat > ${tmpfile} << 'script-heredoc-randomly-generated-g4xc4'",
    '#!/bin/sh',
    'echo $0',
    '',
    'script-heredoc-randomly-generated-g4xc4',
    '',
  ].join('\n');
  const placing = { initContainers: [{ name: 'place-scripts-cpx29', command: ['sh'], args: ['-c', heredoc] }] };
  const theirs = (...args: string[]) => ({ name: 'step-a', command: ['/tekton/tools/entrypoint'], args });
  const ours = (...args: string[]) => ({ name: 'step-a', command: ['/bin/sh', '-c', 'text', 'pipewright'], args });

  test.each<[string, JsonObject, JsonObject, object]>([
    [
      'with Tekton’s entrypoint',
      theirs('-wait_file', 'w', '-entrypoint', 'sh', '--', '-c', 'x'),
      {},
      { argv: ['sh', '-c', 'x'] },
    ],
    ['with our entrypoint', ours('-i', '0', '-n', '2', '--', 'sh', '-c', 'x --'), {}, { argv: ['sh', '-c', 'x --'] }],
    [
      'a script that an init container writes',
      theirs('-entrypoint', '/tekton/scripts/script-0-j7cfl', '--'),
      placing,
      { script: '#!/bin/sh\necho $0\n', args: [] },
    ],
    [
      'a script in our options, in parts',
      ours('-i', '0', '-n', '1', '-f', '/f', '-p', '#!/bin/sh\n', '-p', 'echo $$0\n', '--'),
      {},
      { script: '#!/bin/sh\necho $0\n', args: [] },
    ],
    ['without an entrypoint', { name: 'sidecar-s', command: ['nginx'], args: ['-g'] }, {}, { argv: ['nginx', '-g'] }],
    [
      'a sidecar’s script',
      { name: 'sidecar-s', command: ['/bin/sh', '-c', 'echo $$HOME'] },
      {},
      { script: 'echo $HOME', args: [] },
    ],
  ])('%s', (_, container, spec, ran) => {
    expect(unwrap(container, spec)).toEqual(ran);
  });
});

describe('a pod from the perspective of its steps', () => {
  const pod = (mounts: object[], volumes: object[]) => ({
    metadata: { name: 'p', annotations: { 'tekton.dev/ready': 'READY', mine: '1' } },
    spec: { containers: [{ name: 'step-s', image: 'ubuntu', volumeMounts: mounts }], volumes },
  });
  const viewOf = (mounts: object[], volumes: object[]) =>
    podView(pod(mounts, volumes) as unknown as JsonObject, namesOf(nothing));

  test('is equal with other internal volumes', () => {
    const workspace = [{ name: 'workspace', mountPath: '/workspace' }];
    const theirs = viewOf(
      [
        ...workspace,
        { name: 'tools', mountPath: '/tekton/tools' },
        { name: 'default-token-v9ml4', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
      ],
      [
        { name: 'workspace', emptyDir: {} },
        { name: 'tools', emptyDir: {} },
        { name: 'default-token-v9ml4', secret: { secretName: 'x' } },
      ],
    );
    const ours = viewOf(
      [...workspace, { name: 'secret-volume-g-abcde', mountPath: '/var/build-secrets/g' }],
      [
        { name: 'workspace', emptyDir: {} },
        { name: 'secret-volume-g-abcde', secret: { secretName: 'g' } },
      ],
    );
    expect(differencesBetween(theirs, ours)).toEqual([]);
  });

  test('differs if a mount has another source with the same name', () => {
    const mounts = [{ name: 'v', mountPath: '/v' }];
    const paths = differencesBetween(
      viewOf(mounts, [{ name: 'v', configMap: { name: 'a', defaultMode: 420 } }]),
      viewOf(mounts, [{ name: 'v', configMap: { name: 'b' } }]),
    ).map(({ path }) => path);
    expect(paths).toEqual(['volumes.v.configMap.name', 'step.step-s.mounts./v.volume.v.configMap.name']);
  });

  test('does not include the annotation for ready sidecars', () => {
    expect(viewOf([], [])['annotations']).toEqual({ mine: '1' });
  });

  test.each([
    ['ubuntu', 'docker.io/library/ubuntu'],
    ['ubuntu:latest', 'docker.io/library/ubuntu'],
    [
      'index.docker.io/library/busybox@sha256:0cd5c4573f378c1332ed2c8a729d2198980343269c97bbdceb9d653079f55f5f',
      'docker.io/library/busybox',
    ],
    ['gcr.io/a/b:1', 'gcr.io/a/b:1'],
    ['tianon/true', 'STOPPED'],
    ['docker.io/tekton/nop:v0.9.2', 'STOPPED'],
  ])('normalizes the image %s to %s', (image, said) => {
    expect(imageOf(image)).toBe(said);
  });
});

describe('recordings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-parity-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const input = 'kind: Task\nmetadata: {name: t}\nspec: {steps: [{args: [y, "1"], image: LAB_REGISTRY/x}]}\n---\n';
  for (const name of ['a', 'b']) {
    mkdirSync(join(folder, 'cases', name), { recursive: true });
    writeFileSync(join(folder, 'cases', name, 'input.yaml'), input);
    writeFileSync(
      join(folder, 'cases', name, 'outcome.json'),
      JSON.stringify({ applied: [{ kind: 'Task', name: 't', code: 201 }] }),
    );
  }

  test.each([['cases'], ['']])('are found in their folder or its parent: "%s"', (below) => {
    expect(readRecordings(join(folder, below)).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('can be selected by name, and an unknown name is an error', () => {
    expect(readRecordings(folder, ['b']).map(({ name }) => name)).toEqual(['b']);
    expect(() => readRecordings(folder, ['c'])).toThrow(/has no case c$/);
    expect(() => readRecordings(join(folder, 'nowhere'))).toThrow(/does not exist/);
  });

  test('have the given spec if admission did not change it', () => {
    expect(readRecordings(folder)[0]?.outcome.applied[0]?.defaulted).toEqual({
      steps: [{ args: ['y', '1'], image: 'LAB_REGISTRY/x' }],
    });
  });

  test('are replayed with the addresses of the cluster', () => {
    expect(objectsOf(input, { LAB_REGISTRY: 'here:5000' })[0]).toMatchObject({
      spec: { steps: [{ image: 'here:5000/x' }] },
    });
  });

  test('show the images of the cluster, and the command of an image that was looked up', () => {
    const container = (name: string, image: string, words: string[]) => ({
      name,
      image,
      command: ['/tekton/tools/entrypoint'],
      args: ['-entrypoint', words[0] ?? '', '--', ...words.slice(1)],
    });
    const pod = {
      spec: {
        containers: [
          container('step-a', 'gcr.io/x/git@sha256:c2295b3689341fb8c24a3cfb25d4cbe075b3a8529138cc0e6f85d473a5a81cfa', [
            'git',
            'version',
          ]),
          container('step-b', 'nosuch/image', ['true']),
        ],
      },
      status: {
        containerStatuses: [
          { name: 'step-a', imageID: 'sha256:1' },
          { name: 'step-b', imageID: '' },
        ],
      },
    };
    const known = imagesOf([recordingOf({ ...nothing, pods: [pod] })]);
    expect(standIn('gcr.io/x/git', known)).toEqual({ rootfs: 'host', config: { Cmd: ['git'] } });
    expect(standIn('nosuch/image', known)).toBeUndefined();
  });
});
