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
    ['text around it stays', 'x$(A)y$(A)', 'x1y1'],
    ['an unknown variable stays as written', '$(B)', '$(B)'],
    ['two dollars are one', '$$', '$'],
    ['an escaped reference stays a reference', '$$(A)', '$(A)'],
    ['three dollars are an escape and a reference', '$$$(A)', '$1'],
    ['what a value holds is not expanded again', '$(NESTED)', '$(A)'],
    ['an empty value is a value', '[$(EMPTY)]', '[]'],
    ['a lone dollar at the end stays', 'a$', 'a$'],
    ['a dollar before something else stays', '$A ${A} $1', '$A ${A} $1'],
    ['an unclosed reference stays', '$(A', '$(A'],
    ['an unclosed one does not swallow what follows', '$(A $$', '$(A $'],
  ])('%s', (_, text, want) => {
    expect(expand(text, (name) => variables[name])).toBe(want);
  });
});

describe("a container's command", () => {
  const image = { Entrypoint: ['entry', 'point'], Cmd: ['cmd'] };
  test.each<[string, Partial<Container>, { Entrypoint?: string[]; Cmd?: string[] }, readonly string[] | string]>([
    ["nothing of its own: the image's", {}, image, ['entry', 'point', 'cmd']],
    ['args alone replace Cmd and keep Entrypoint', { args: ['a'] }, image, ['entry', 'point', 'a']],
    ['command alone replaces both', { command: ['c'] }, image, ['c']],
    ['command and args replace both', { command: ['c'], args: ['a'] }, image, ['c', 'a']],
    ['an empty command is ignored', { command: [], args: ['a'] }, image, ['entry', 'point', 'a']],
    ['references are expanded', { command: ['c'], args: ['$(A)', '$$(A)'] }, image, ['c', '1', '$(A)']],
    ["the image's own part is not expanded", {}, { Cmd: ['$(A)'] }, ['$(A)']],
    ['nothing anywhere is refused', {}, {}, 'no command specified'],
  ])('%s', (_, container, config, want) => {
    const made = commandOf({ name: 'c', ...container }, config, variables);
    expect(made.kind === 'resolved' ? made.argv : made.message).toEqual(want);
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
    ["the image's and the cluster's are there", {}, base],
    ['its own win', { env: [{ name: 'FROM', value: 'pod' }] }, { ...base, FROM: 'pod' }],
    [
      'a value may use what was defined before',
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
      'a limit, in its divisor, rounded up',
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
      'a missing Secret is said',
      { env: [{ name: 'S', valueFrom: { secretKeyRef: { name: 'no', key: 'key' } } }] },
      'secret "no" not found',
    ],
    [
      'a missing key is said',
      { env: [{ name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'no' } } }] },
      "couldn't find key no in Secret ns/s",
    ],
    [
      'an optional one is left out',
      { env: [{ name: 'S', valueFrom: { secretKeyRef: { name: 'no', key: 'key', optional: true } } }] },
      base,
    ],
    [
      'a field that does not exist is said',
      { env: [{ name: 'F', valueFrom: { fieldRef: { fieldPath: 'spec.color' } } }] },
      'unsupported fieldPath: spec.color',
    ],
  ])('%s', (_, container, want) => {
    const made = environmentOf({ name: 'c', ...container }, sources);
    expect(made.kind === 'resolved' ? made.env : made.message).toEqual(want);
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
  ])('user %s of an image', (user, want) => {
    expect(userOfImage(user)).toEqual(want);
  });
});
