import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tryFindConfig, loadConfig } from '../../src/config/config.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-test-'));
  mkdirSync(join(folder, 'images/kaniko'), { recursive: true });
  mkdirSync(join(folder, 'manifests/deep'), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (yaml: string) => {
  const file = join(folder, 'pipewright.yaml');
  writeFileSync(file, yaml);
  return loadConfig(file);
};

test('all forms of stand-ins are parsed, with paths relative to the file', () => {
  const { standIns, findings } = load(`images:
  golang: host
  alpine: images/kaniko
  acme/kaniko: { rootfs: host, overlay: images/kaniko }
  acme/other: { overlay: images/kaniko }
  acme/linter: { rootfs: host, entrypoint: [lint, --strict], cmd: [.] }
resources:
  source: { directory: . }
  image: { registry: local }
`);
  expect(findings).toEqual([]);
  expect([...standIns.images]).toEqual([
    ['golang', { rootfs: 'host' }],
    ['alpine', { rootfs: join(folder, 'images/kaniko') }],
    ['acme/kaniko', { rootfs: 'host', overlay: join(folder, 'images/kaniko') }],
    ['acme/other', { rootfs: 'host', overlay: join(folder, 'images/kaniko') }],
    ['acme/linter', { rootfs: 'host', entrypoint: ['lint', '--strict'], cmd: ['.'] }],
  ]);
  expect([...standIns.resources]).toEqual([
    ['source', { kind: 'directory', directory: folder }],
    ['image', { kind: 'registry' }],
  ]);
});

const mistakes: readonly { has: string; yaml: string; want: (folder: string) => readonly string[] }[] = [
  {
    has: 'an unknown field',
    yaml: 'image: {}',
    want: () => ['1:1 unknown field `image` in the file | did you mean `images`?'],
  },
  {
    has: 'an unknown field of a resource',
    yaml: 'resources:\n  a: { dir: . }',
    want: () => [
      '2:3 resources.a must have either `directory` or `registry` | as in `my-source: { directory: . }`',
      '2:8 unknown field `dir` in resources.a | the fields here are: directory, registry',
    ],
  },
  {
    has: 'a missing directory',
    yaml: 'images:\n  golang: nowhere',
    want: (base) => [
      `2:11 images.golang: ${join(base, 'nowhere')} does not exist | paths are relative to the directory of the file, ${base}`,
    ],
  },
  {
    has: 'a missing saved image',
    yaml: 'images:\n  golang: docker-archive:none.tar\n  node: { rootfs: "oci:none:v1" }',
    want: (base) => [
      `2:11 images.golang: docker-archive:${join(base, 'none.tar')} does not exist | check the path; it is relative to the working directory, or to the directory of pipewright.yaml`,
      `3:19 images.node.rootfs: oci:${join(base, 'none')}:v1 does not exist | check the path; it is relative to the working directory, or to the directory of pipewright.yaml`,
    ],
  },
  {
    has: 'an unknown builder',
    yaml: 'images:\n  a: builtin:kanico\n  b: { rootfs: "builtin:x" }',
    want: () => [
      '2:6 images.a: unknown builtin kanico | did you mean builtin:kaniko?',
      '3:16 images.b.rootfs: unknown builtin x | the builtin builders are kaniko and buildah',
    ],
  },
  {
    has: 'an unknown registry',
    yaml: 'resources:\n  a: { registry: quay.io }',
    want: () => [
      '2:18 resources.a.registry must be `local` | the only local registry is that of the embedded cluster: `local`',
    ],
  },
  {
    has: 'an entrypoint that is not a list',
    yaml: 'images:\n  a: { rootfs: host, entrypoint: make all, cmd: [1] }',
    want: () => [
      '2:34 images.a.entrypoint must be a list of strings | write each argument as an item, as in `entrypoint: [sh, -c, "make all"]`',
      '2:49 images.a.cmd must be a list of strings | write each argument as an item, as in `cmd: [sh, -c, "make all"]`',
    ],
  },
  {
    has: 'a number for an image',
    yaml: 'images:\n  a: 3',
    want: () => ['2:6 images.a must be `host`, a directory, a saved image, or an object | as in `golang: host`'],
  },
  {
    has: 'a list for images',
    yaml: 'images: [golang]',
    want: () => ['1:9 images must be an object | map a name to its stand-in, as in `golang: host`'],
  },
  {
    has: 'invalid names, values and amounts of the node',
    yaml: 'node: { labels: { a b: x, ok: x y }, resources: { cpu: lots, memory: -5 } }',
    want: () => [
      "1:19 a b is not a valid Kubernetes name | use letters, digits, '-', '_' and '.', with an optional domain prefix: `nvidia.com/gpu`",
      "1:31 node.labels.ok is x y, which is not a valid value of a label | use up to 63 letters, digits, '-', '_' and '.'",
      '1:56 node.resources.cpu is lots, which is not a valid amount | use a number with its unit, as in `4`, `500m` or `16Gi`',
      '1:70 node.resources.memory is -5, which is not a valid amount | use a number with its unit, as in `4`, `500m` or `16Gi`',
    ],
  },
  {
    has: 'a label of the node that is not text',
    yaml: 'node: { labels: { ssd: true, slow: no }, lables: {} }',
    want: () => [
      '1:24 node.labels.ssd must be text | put it in quotes',
      '1:36 node.labels.slow must be text | put it in quotes',
      '1:36 `no` without quotes is false for kubectl | put it in quotes if it is text, else write false',
      '1:42 unknown field `lables` in node | did you mean `labels`?',
    ],
  },
  {
    has: 'two documents',
    yaml: 'images: {}\n---\nimages: {}',
    want: () => ['1:1 the file has more than one document | keep one; write manifests to other files'],
  },
];

test.each(mistakes)('a configuration with $has is rejected with the position', ({ yaml, want }) => {
  const reported = load(yaml).findings.map(
    ({ place, message, hint }) => `${place.line}:${place.column} ${message} | ${hint}`,
  );
  expect(reported.sort()).toEqual([...want(folder)].sort());
});

test.each([
  ['next to the manifests', ['.']],
  ['in the parent folder of the manifests', ['manifests']],
  ['in the parent folder of a file', ['manifests/a.yaml']],
])('the configuration is found %s', (_, paths) => {
  load('images: {}');
  expect(tryFindConfig(paths, folder)).toBe(join(folder, 'pipewright.yaml'));
});
