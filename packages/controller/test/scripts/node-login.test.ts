import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { nodeLoginScript } from '../../src/scripts/credentials/node-login.js';
import { sampledRows } from '../../../../test/thorough.js';
import { scripts } from '../support/scripts.js';
import { runProcess, shells } from '../support/shells.js';

const base = mkdtempSync(join(tmpdir(), 'node-login-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const NODE = '{"auths":{"127.0.0.1:5000":{"auth":"bm9kZTpsb2dpbg=="}}}';

let homes = 0;

/** Runs the script in its own HOME. @returns the resulting config.json; undefined if none exists */
async function mergedConfig(
  shell: readonly string[],
  ownConfig: string | undefined,
  options: { readonly node?: string | undefined; readonly path?: string } = {},
): Promise<string | undefined> {
  const { node, path = process.env['PATH'] ?? '' } = { node: NODE, ...options };
  const directory = join(base, String(homes++));
  const docker = join(directory, 'home/.docker');
  mkdirSync(join(directory, 'home'), { recursive: true });
  if (ownConfig !== undefined) {
    mkdirSync(docker, { mode: 0o700 });
    writeFileSync(join(docker, 'config.json'), ownConfig, { mode: 0o600 });
  }
  const file = join(directory, 'node.json');
  if (node !== undefined) writeFileSync(file, node);
  const result = await runProcess([...shell, '-c', nodeLoginScript(scripts, file)], {
    HOME: join(directory, 'home'),
    PATH: path,
  });
  expect([result.code, result.stdout, result.stderr]).toEqual([0, '', '']);
  const remainingFiles = readdirSync(join(directory, 'home'), { recursive: true, encoding: 'utf8' }).sort();
  if (remainingFiles.length === 0) return undefined;
  expect(remainingFiles).toEqual(['.docker', '.docker/config.json']);
  expect(statSync(join(docker, 'config.json')).mode & 0o777).toBe(0o600);
  return readFileSync(join(docker, 'config.json'), 'utf8').trim();
}

/** Contents of a task's own file, and the file after adding the login of the node. */
const OWN_FILES: readonly (readonly [string, string, unknown])[] = [
  [
    'added to those of the task, whose file is otherwise unchanged',
    '{ "auths" : { "quay.io": {"username":"a}\\"","password":"b\\\\"} }, "credHelpers": {"x":"y"}, "HttpHeaders":{"A":["{"]} }',
    {
      auths: { '127.0.0.1:5000': { auth: 'bm9kZTpsb2dpbg==' }, 'quay.io': { username: 'a}"', password: 'b\\' } },
      credHelpers: { x: 'y' },
      HttpHeaders: { A: ['{'] },
    },
  ],
  ['the only one if those of the task are empty', '{"auths":{ \n}}', JSON.parse(NODE)],
  ['the only one if those of the task are null', '{"auths":null}', JSON.parse(NODE)],
  ['added if the file of the task has no logins', '{"credsStore":"x"}', { credsStore: 'x', ...JSON.parse(NODE) }],
  ['added to a file with an empty object', '{}', JSON.parse(NODE)],
  [
    'replaced by that of the task for the same registry',
    '{"auths":{"127.0.0.1:5000":{"auth":"own"}}}',
    { auths: { '127.0.0.1:5000': { auth: 'own' } } },
  ],
];

describe.each(shells)('the login of a node, written by %s', (name, shell) => {
  test.each(name === shells[0]?.[0] ? OWN_FILES : sampledRows(OWN_FILES, 0))(
    'is %s',
    async (_, ownConfig, expected) => {
      expect(JSON.parse((await mergedConfig(shell, ownConfig)) ?? '')).toEqual(expected);
    },
  );
});

// One shell by default.
describe.each(sampledRows(shells, 0))('the login of a node, written by %s', (name, shell) => {
  test('is the only one if the task has none', async () => {
    expect(await mergedConfig(shell, undefined)).toBe(NODE);
  });

  test.each(sampledRows(['', 'not JSON', '[]', '{"auths":', '{"auths":{"a":1}', '{]', '{"a" "b"]'], 1, 4))(
    'is not added to a damaged file of the task (%j), which does not change',
    async (ownConfig) => {
      expect(await mergedConfig(shell, ownConfig)).toBe(ownConfig);
    },
  );

  test('is not added if the node has none', async () => {
    for (const node of [undefined, ''])
      expect([await mergedConfig(shell, undefined, { node }), await mergedConfig(shell, '{}', { node })]).toEqual([
        undefined,
        '{}',
      ]);
  });

  // busybox uses its built-in awk regardless of PATH
  test('is not added if an image has no awk', async () => {
    const bin = join(base, `bin-${homes}`);
    mkdirSync(bin);
    writeFileSync(join(bin, 'rm'), '#!/bin/sh\nexec /bin/rm "$@"\n');
    chmodSync(join(bin, 'rm'), 0o755);
    expect(await mergedConfig(shell, '{"auths":{}}', { path: bin })).toBe(
      name.startsWith('busybox') ? NODE : '{"auths":{}}',
    );
  });
});

test('a read-only HOME is not an error', async () => {
  writeFileSync(join(base, 'node.json'), NODE);
  const result = await runProcess(['/bin/sh', '-c', nodeLoginScript(scripts, join(base, 'node.json'))], {
    HOME: '/proc/nowhere',
  });
  expect([result.code, result.stdout, result.stderr]).toEqual([0, '', '']);
});
