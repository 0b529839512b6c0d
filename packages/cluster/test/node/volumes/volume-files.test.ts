import { describe, expect, test } from '@jest/globals';
import type { Pod, Volume } from '../../../src/node/pod/pod.js';
import { volumeFiles, type VolumeSources } from '../../../src/node/volumes/volume-files.js';

const pod: Pod = {
  metadata: { name: 'p', namespace: 'ns', uid: 'u', labels: { b: 'two', a: 'one "1"' }, annotations: { ready: 'yes' } },
  spec: { containers: [{ name: 'c', resources: { limits: { cpu: '500m' } } }] },
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const sources: VolumeSources = {
  pod,
  node: { name: 'pipewright', ip: '127.0.0.1' },
  secret: (name) =>
    name === 's' ? { metadata: { name }, data: { user: base64('me'), pass: base64('hush') } } : undefined,
  configMap: (name) =>
    name === 'c' ? { metadata: { name }, data: { 'run.sh': 'echo' }, binaryData: { bin: base64('\0') } } : undefined,
  token: (path) => (path === 'token' ? 'jwt' : undefined),
};

/** Returns `mode content` by path, or why the volume has no files. */
function contentsOf(volume: Omit<Volume, 'name'>): Record<string, string> | string {
  const resolution = volumeFiles({ name: 'v', ...volume }, sources);
  if (resolution.kind === 'failed') return resolution.message;
  return Object.fromEntries(
    [...resolution.files].map(([path, { mode, content }]) => [path, `${mode.toString(8)} ${content.toString()}`]),
  );
}

describe('the files of a volume', () => {
  test.each<[string, Omit<Volume, 'name'>, Record<string, string> | string]>([
    ['all keys of a Secret', { secret: { secretName: 's' } }, { user: '644 me', pass: '644 hush' }],
    [
      'the default mode of a Secret',
      { secret: { secretName: 's', defaultMode: 0o400, items: [{ key: 'user', path: 'u' }] } },
      { u: '400 me' },
    ],
    ['text and binary data of a ConfigMap', { configMap: { name: 'c' } }, { 'run.sh': '644 echo', bin: '644 \0' }],
    [
      'keys, paths and modes of items',
      { configMap: { name: 'c', items: [{ key: 'run.sh', path: 'a/b.sh', mode: 0o755 }] } },
      { 'a/b.sh': '755 echo' },
    ],
    ['a missing Secret is an error', { secret: { secretName: 'no' } }, 'secret "no" not found'],
    ['a missing ConfigMap is an error', { configMap: { name: 'no' } }, 'configmap "no" not found'],
    ['an optional Secret that is missing is empty', { configMap: { name: 'no', optional: true } }, {}],
    [
      'a missing key is an error',
      { secret: { secretName: 's', items: [{ key: 'no', path: 'x' }] } },
      'references non-existent secret key: no in ns/s',
    ],
    [
      'a missing key of an optional Secret is omitted',
      { secret: { secretName: 's', optional: true, items: [{ key: 'no', path: 'x' }] } },
      {},
    ],
    [
      'a path outside of the volume is an error',
      { secret: { secretName: 's', items: [{ key: 'user', path: '../x' }] } },
      'volume "v": path "../x" leaves the volume',
    ],
    [
      'labels as sorted, quoted lines',
      { downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { l: '644 a="one \\"1\\""\nb="two"' },
    ],
    [
      'one annotation',
      { downwardAPI: { items: [{ path: 'ready', fieldRef: { fieldPath: "metadata.annotations['ready']" } }] } },
      { ready: '644 yes' },
    ],
    [
      'a missing annotation is empty',
      { downwardAPI: { items: [{ path: 'r', fieldRef: { fieldPath: "metadata.annotations['no']" } }] } },
      { r: '644 ' },
    ],
    [
      'a limit of a container',
      {
        downwardAPI: {
          items: [{ path: 'cpu', resourceFieldRef: { containerName: 'c', resource: 'limits.cpu', divisor: '1m' } }],
        },
      },
      { cpu: '644 500' },
    ],
    [
      'a projection of all sources',
      {
        projected: {
          defaultMode: 0o600,
          sources: [
            { serviceAccountToken: { path: 'token' } },
            { configMap: { name: 'c', items: [{ key: 'run.sh', path: 'ca.crt' }] } },
            { secret: { name: 's', items: [{ key: 'user', path: 'u' }] } },
            { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
          ],
        },
      },
      { token: '600 jwt', 'ca.crt': '600 echo', u: '600 me', namespace: '600 ns' },
    ],
  ])('%s', (_, volume, expected) => {
    expect(contentsOf(volume)).toEqual(expected);
  });
});
