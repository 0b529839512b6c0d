/** Params of resolvers: defaults, and messages for invalid ones. */

import { describe, expect, test } from '@jest/globals';
import { DEFAULT_RESOLVER_SETTINGS, readResolverParams, type ResolverSettings } from '../../src/resolvers/params.js';

const read = (resolver: string, params: Readonly<Record<string, string>>, settings: Partial<ResolverSettings> = {}) =>
  readResolverParams(
    resolver,
    Object.entries(params).map(([name, value]) => ({ name, value })),
    'ns',
    { ...DEFAULT_RESOLVER_SETTINGS, ...settings },
  );

const HUB = { name: 'git-clone', version: '0.6' };

describe('invalid params', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['git', { foo: 'bar' }, 'missing required git resolver params: pathInRepo'],
    ['git', { url: '/etc', pathInRepo: 'x' }, 'invalid git repository url: /etc'],
    ['git', { pathInRepo: '../x' }, `invalid path "../x": must not contain '..' components`],
    [
      'git',
      { url: 'git@a.b:c/d', pathInRepo: 'x' },
      'git repository url git@a.b:c/d: SSH is not supported; use an https URL, with gitToken for private repositories',
    ],
    [
      'git',
      { repo: 'a', org: 'b', pathInRepo: 'x' },
      'the params repo and org of the git resolver are not supported yet; use the param url',
    ],
    ['http', {}, 'missing required http resolver params: url'],
    ['http', { url: 'ftp://x' }, 'url ftp://x is not a valid http(s) url'],
    ['http', { url: 'not a url' }, 'url not a url is not a valid http(s) url'],
    [
      'http',
      { url: 'https://a.b', 'http-username': 'me' },
      'missing required param http-password-secret when using http-username',
    ],
    [
      'http',
      { url: 'https://a.b', digest: 'sha256:ABC' },
      'invalid digest "sha256:ABC": it must be "sha256:" and 64 lowercase hexadecimal digits',
    ],
    ['cluster', { kind: 'task' }, 'missing required cluster resolver params: name, namespace'],
    ['cluster', { kind: 'foo', name: 'x', namespace: 'default' }, "unknown or unsupported resource kind 'foo'"],
    ['bundles', { name: 'x' }, 'parameter "bundle" required'],
    ['bundles', { bundle: 'a.b/c' }, 'parameter "name" required'],
    ['hub', {}, 'missing required hub resolver params: name, version'],
    ['hub', { ...HUB, kind: 'run' }, 'kind param must be task, pipeline, or stepaction'],
    [
      'hub',
      { ...HUB, type: 'tekton' },
      'the hub type "tekton" is not supported: the Tekton Hub was shut down; use type artifact (Artifact Hub)',
    ],
    ['hub', { ...HUB, name: '..' }, 'the param "name" must not be ".."'],
    ['hub', { ...HUB, url: 'hub' }, 'url hub is not a valid http(s) url'],
  ])('of %s %j are rejected', (resolver, params, message) => {
    expect(() => read(resolver, params)).toThrow(message);
  });

  test('that are not strings are rejected', () => {
    expect(() => readResolverParams('http', [{ name: 'url', value: ['a'] }], 'ns', DEFAULT_RESOLVER_SETTINGS)).toThrow(
      'the param "url" must be a string',
    );
  });
});

test.each<[string, Readonly<Record<string, string>>, object]>([
  ['cluster', { name: 'a', namespace: 'n' }, { kind: 'cluster', objectKind: 'task', name: 'a', namespace: 'n' }],
  ['bundles', { bundle: 'a.b/c:1', name: 'x' }, { kind: 'bundles', bundle: 'a.b/c:1', name: 'x', objectKind: 'task' }],
  [
    'hub',
    { ...HUB, kind: 'pipeline' },
    {
      ...HUB,
      kind: 'hub',
      objectKind: 'pipeline',
      catalog: 'tekton-catalog-pipelines',
      baseUrl: 'https://artifacthub.io',
    },
  ],
])('%s has defaults', (resolver, params, expected) => {
  expect(read(resolver, params)).toEqual(expected);
});

test('there is no default for an unknown resolver', () => {
  expect([read('nosuch', {}), read('constructor', {})]).toEqual([undefined, undefined]);
});

describe('a namespace', () => {
  test.each<[string, Partial<ResolverSettings>, string | undefined]>([
    ['is allowed by default', {}, undefined],
    ['is allowed if it is in the list', { allowedNamespaces: ['n'] }, undefined],
    [
      'is not allowed if it is not in the list',
      { allowedNamespaces: ['other'] },
      'access to specified namespace n is not allowed',
    ],
    ['is blocked by name', { blockedNamespaces: ['n'] }, 'access to specified namespace n is blocked'],
    ['is blocked by *', { blockedNamespaces: ['*'] }, 'access to specified namespace n is blocked'],
    ['is allowed in spite of *', { blockedNamespaces: ['*'], allowedNamespaces: ['n'] }, undefined],
  ])('%s', (_case, settings, message) => {
    const readParams = (): unknown => read('cluster', { name: 'a', namespace: 'n' }, settings);
    if (message === undefined) expect(readParams()).toMatchObject({ namespace: 'n' });
    else expect(readParams).toThrow(message);
  });
});
