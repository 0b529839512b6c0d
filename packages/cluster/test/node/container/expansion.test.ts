import { describe, expect, test } from '@jest/globals';
import { commandOf } from '../../../src/node/container/command.js';
import { environmentOf, type EnvironmentSources } from '../../../src/node/container/environment.js';
import { expand } from '../../../src/node/container/expansion.js';
import { isImageName, userOfImage } from '../../../src/node/container/image.js';
import type { Container, Pod } from '../../../src/node/pod/pod.js';

const variables: Record<string, string> = { A: '1', NESTED: '$(A)', EMPTY: '' };

describe('$(VAR) in a text', () => {
  test.each([
    ['a known variable is replaced', '$(A)', '1'],
    ['the surrounding text is kept', 'x$(A)y$(A)', 'x1y1'],
    ['an unknown variable is kept as written', '$(B)', '$(B)'],
    ['two dollar signs become one', '$$', '$'],
    ['an escaped reference becomes a reference', '$$(A)', '$(A)'],
    ['three dollar signs are an escape and a reference', '$$$(A)', '$1'],
    ['a value is not expanded again', '$(NESTED)', '$(A)'],
    ['an empty value is used', '[$(EMPTY)]', '[]'],
    ['a dollar sign at the end is kept', 'a$', 'a$'],
    ['a dollar sign before another character is kept', '$A ${A} $1', '$A ${A} $1'],
    ['an unclosed reference is kept', '$(A', '$(A'],
    ['an unclosed reference does not affect later ones', '$(A $$', '$(A $'],
  ])('%s', (_, text, expected) => {
    expect(expand(text, (name) => variables[name])).toBe(expected);
  });
});

describe("a container's command", () => {
  const image = { Entrypoint: ['entry', 'point'], Cmd: ['cmd'] };
  test.each<[string, Partial<Container>, { Entrypoint?: string[]; Cmd?: string[] }, readonly string[] | string]>([
    ["without command and args the image's Entrypoint and Cmd run", {}, image, ['entry', 'point', 'cmd']],
    ['args alone replaces Cmd and keeps Entrypoint', { args: ['a'] }, image, ['entry', 'point', 'a']],
    ['command alone replaces both', { command: ['c'] }, image, ['c']],
    ['command and args replace both', { command: ['c'], args: ['a'] }, image, ['c', 'a']],
    ['an empty command is ignored', { command: [], args: ['a'] }, image, ['entry', 'point', 'a']],
    [
      "references in the container's fields are expanded",
      { command: ['c'], args: ['$(A)', '$$(A)'] },
      image,
      ['c', '1', '$(A)'],
    ],
    ["the image's Entrypoint and Cmd are not expanded", {}, { Cmd: ['$(A)'] }, ['$(A)']],
    ['without any command it is an error', {}, {}, 'no command specified'],
  ])('%s', (_, container, config, expected) => {
    const created = commandOf({ name: 'c', ...container }, config, variables);
    expect(created.kind === 'resolved' ? created.argv : created.message).toEqual(expected);
  });
});

const pod: Pod = {
  metadata: {
    name: 'p',
    namespace: 'ns',
    uid: 'u',
    labels: { app: 'x', b: 'y' },
    annotations: { 'tekton.dev/ready': 'READY' },
  },
  spec: { containers: [], serviceAccountName: 'sa' },
};

const sources: EnvironmentSources = {
  pod,
  node: { name: 'pipewright', ip: '127.0.0.1' },
  image: ['PATH=/bin', 'FROM=image', 'WITH=a=b'],
  cluster: { KUBERNETES_SERVICE_HOST: '127.0.0.1' },
  secret: (name) =>
    name === 's' ? { metadata: { name }, data: { key: Buffer.from('top secret').toString('base64') } } : undefined,
  configMap: (name) => (name === 'c' ? { metadata: { name }, data: { key: 'value' } } : undefined),
};

describe("a container's variables", () => {
  const base = { PATH: '/bin', FROM: 'image', WITH: 'a=b', HOSTNAME: 'p', KUBERNETES_SERVICE_HOST: '127.0.0.1' };
  test.each<[string, Partial<Container>, Record<string, string> | string]>([
    ['include those of the image and of the cluster', {}, base],
    ['take precedence over those of the image', { env: [{ name: 'FROM', value: 'pod' }] }, { ...base, FROM: 'pod' }],
    [
      'may refer to variables defined before',
      {
        env: [
          { name: 'X', value: '$(FROM)!' },
          { name: 'Y', value: '$(X)$(Z)' },
        ],
      },
      { ...base, X: 'image!', Y: 'image!$(Z)' },
    ],
    [
      'a key of a Secret',
      { env: [{ name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'key' } } }] },
      { ...base, S: 'top secret' },
    ],
    [
      'a key of a ConfigMap',
      { env: [{ name: 'C', valueFrom: { configMapKeyRef: { name: 'c', key: 'key' } } }] },
      { ...base, C: 'value' },
    ],
    [
      'all of an object, with a prefix',
      { envFrom: [{ prefix: 'P_', configMapRef: { name: 'c' } }] },
      { ...base, P_key: 'value' },
    ],
    [
      'a field',
      { env: [{ name: 'F', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } }] },
      { ...base, F: 'x' },
    ],
    [
      'a limit in units of its divisor, rounded up',
      {
        resources: { limits: { memory: '100M' } },
        env: [{ name: 'M', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } }],
      },
      { ...base, M: '96' },
    ],
    [
      'a limit with any suffix of quantities',
      {
        resources: { limits: { memory: '1Pi', cpu: '1e1' } },
        env: [
          { name: 'M', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Gi' } } },
          { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        ],
      },
      { ...base, M: '1048576', C: '10' },
    ],
    [
      'a missing Secret is an error',
      { env: [{ name: 'S', valueFrom: { secretKeyRef: { name: 'no', key: 'key' } } }] },
      'secret "no" not found',
    ],
    [
      'a missing key is an error',
      { env: [{ name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'no' } } }] },
      "couldn't find key no in Secret ns/s",
    ],
    [
      'an optional reference to a missing object is omitted',
      { env: [{ name: 'S', valueFrom: { secretKeyRef: { name: 'no', key: 'key', optional: true } } }] },
      base,
    ],
    [
      'an unsupported field is an error',
      { env: [{ name: 'F', valueFrom: { fieldRef: { fieldPath: 'spec.color' } } }] },
      'unsupported fieldPath: spec.color',
    ],
  ])('%s', (_, container, expected) => {
    const created = environmentOf({ name: 'c', ...container }, sources);
    expect(created.kind === 'resolved' ? created.env : created.message).toEqual(expected);
  });
});

describe('image names', () => {
  test.each([
    ['golang', true],
    ['golang:1.13', true],
    ['gcr.io/project/name@sha256:0123456789abcdef0123456789abcdef', true],
    ['localhost:5000/a/b:latest', true],
    ['Upper/Case:tag with space', false],
    ['', false],
    ['a//b', false],
  ])('%s: %p', (name, valid) => {
    expect(isImageName(name)).toBe(valid);
  });

  test.each([
    ['1000', { uid: 1000 }],
    ['1000:50', { uid: 1000, gid: 50 }],
    ['root', { uid: 0 }],
    ['nginx', undefined],
    [undefined, undefined],
  ])('user %s of an image', (user, expected) => {
    expect(userOfImage(user)).toEqual(expected);
  });
});
