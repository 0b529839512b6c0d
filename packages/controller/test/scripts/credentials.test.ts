import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  badAnnotation,
  credentialsOf,
  credentialsScript,
  type SecretHeader,
} from '../../src/scripts/credentials/credentials.js';
import { scripts } from '../support/scripts.js';
import { exec, runProcess, shells } from '../support/shells.js';

const base = mkdtempSync(join(tmpdir(), 'credentials-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

interface TestSecret extends SecretHeader {
  readonly data: Readonly<Record<string, string>>;
}

const secret = (
  name: string,
  type: string,
  data: TestSecret['data'],
  annotations: TestSecret['annotations'] = {},
): TestSecret => ({
  name,
  type: `kubernetes.io/${type}`,
  annotations,
  data,
});

let homes = 0;

/** Writes the secrets as volumes would, runs the script, and returns the files in HOME. */
async function writtenFiles(
  shell: readonly string[],
  secrets: readonly TestSecret[],
): Promise<Readonly<Record<string, string>>> {
  const directory = join(base, String(homes++));
  const home = join(directory, 'home');
  mkdirSync(home, { recursive: true });
  const secretDirectory = (name: string): string => join(directory, 'secrets', name);
  for (const { name, data } of secrets) {
    mkdirSync(secretDirectory(name), { recursive: true });
    for (const [key, value] of Object.entries(data)) writeFileSync(join(secretDirectory(name), key), value);
  }
  const script = credentialsScript(scripts, credentialsOf(secrets), secretDirectory) ?? '';
  const result = await runProcess([...shell, '-c', script], { HOME: home });
  expect([result.code, result.stdout, result.stderr]).toEqual([0, '', '']);
  const files = readdirSync(home, { recursive: true, withFileTypes: true });
  for (const file of files) {
    const mode = statSync(join(file.parentPath, file.name)).mode & 0o777;
    expect([file.name, mode]).toEqual([file.name, file.isDirectory() ? 0o700 : 0o600]);
  }
  const text = (path: string): string => readFileSync(path, 'utf8').replaceAll(home, '~');
  return Object.fromEntries(
    files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name))
      .map((path) => [path.slice(home.length + 1), text(path)]),
  );
}

const github = secret(
  'g',
  'basic-auth',
  { username: 'u1', password: 'p1' },
  {
    'tekton.dev/git-1': 'https://gitlab.com',
    'tekton.dev/git-0': 'https://github.com',
  },
);
const dockerJson = secret('dj', 'dockerconfigjson', {
  '.dockerconfigjson': '{"auths":{"index.docker.io":{"auth":"eDp5"}},"credHelpers":{}}',
});

describe.each(shells)('credentials written by %s', (_name, shell) => {
  test('for git with a password are .gitconfig and .git-credentials', async () => {
    expect(await writtenFiles(shell, [github])).toEqual({
      '.gitconfig':
        '[credential]\n\thelper = store\n[credential "https://github.com"]\n\tusername = u1\n[credential "https://gitlab.com"]\n\tusername = u1\n',
      '.git-credentials': 'https://u1:p1@github.com\nhttps://u1:p1@gitlab.com\n',
    });
  });

  test('are escaped if a name or password has special characters', async () => {
    const unusual = secret(
      'g',
      'basic-auth',
      { username: 'me@corp:x', password: 'a/b @#%"\'ü\\$(id)`id`' },
      { 'tekton.dev/git-0': 'https://git.corp:8443/team?a=b' },
    );
    const files = await writtenFiles(shell, [unusual]);
    expect(files['.git-credentials']).toBe(
      'https://me%40corp%3Ax:a%2Fb%20%40%23%25%22%27%C3%BC%5C%24%28id%29%60id%60@git.corp:8443/team?a=b\n',
    );
    expect(files['.gitconfig']).toContain('[credential "https://git.corp:8443/team?a=b"]\n\tusername = "me@corp:x"\n');
  });

  test('are found by git', async () => {
    const unusual = secret(
      'g',
      'basic-auth',
      { username: 'me "x" \\', password: 'p @:/ü' },
      { 'tekton.dev/git-0': 'https://git.corp' },
    );
    await writtenFiles(shell, [unusual]);
    const home = join(base, String(homes - 1), 'home');
    const fillCommand = "printf 'protocol=https\\nhost=git.corp\\n\\n' | git credential fill";
    const { stdout } = await exec('sh', ['-c', fillCommand], {
      env: { PATH: process.env['PATH'] ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1' },
    });
    expect(stdout).toContain('username=me "x" \\\npassword=p @:/ü\n');
  });

  test('for ssh are a file for each key, one config and the known hosts', async () => {
    const a = secret(
      'a.key',
      'ssh-auth',
      { 'ssh-privatekey': 'KEY A\n', known_hosts: 'github.com KH\n' },
      { 'tekton.dev/git-0': 'github.com', 'tekton.dev/git-1': 'git.corp:2222' },
    );
    const b = secret('b', 'ssh-auth', { 'ssh-privatekey': 'KEY B\n' }, { 'tekton.dev/git-0': 'github.com' });
    expect(await writtenFiles(shell, [a, b])).toEqual({
      '.ssh/config':
        'Host github.com\n    HostName github.com\n    Port 22\n    IdentityFile ~/.ssh/id_a.key\n    IdentityFile ~/.ssh/id_b\n' +
        'Host git.corp\n    HostName git.corp\n    Port 2222\n    IdentityFile ~/.ssh/id_a.key\n',
      '.ssh/id_a.key': 'KEY A\n',
      '.ssh/id_b': 'KEY B\n',
      '.ssh/known_hosts': 'github.com KH\n',
    });
  });

  test('for ssh end each text with a line end, which OpenSSH and the next text require', async () => {
    const host = { 'tekton.dev/git-0': 'github.com' };
    const a = secret('a', 'ssh-auth', { 'ssh-privatekey': 'KEY A', known_hosts: 'github.com A' }, host);
    const b = secret('b', 'ssh-auth', { 'ssh-privatekey': 'KEY\nB\n\n', known_hosts: 'github.com B\n' }, host);
    expect(await writtenFiles(shell, [a, b])).toMatchObject({
      '.ssh/id_a': 'KEY A\n',
      '.ssh/id_b': 'KEY\nB\n',
      '.ssh/known_hosts': 'github.com A\ngithub.com B\n',
    });
  });

  test('of one docker config equal that file, byte for byte', async () => {
    expect(await writtenFiles(shell, [dockerJson])).toEqual({
      '.docker/config.json': dockerJson.data['.dockerconfigjson'],
    });
  });

  test('of several registries are merged, dockercfg before dockerconfigjson before accounts', async () => {
    const dockercfg = secret('old', 'dockercfg', {
      '.dockercfg': '{ "quay.io" : {"auth": "b2xk"},\n "index.docker.io": {"auth":"bG9zZXI="} }',
    });
    const basic = secret(
      'd',
      'basic-auth',
      { username: 'u2', password: 'p"2\\' },
      { 'tekton.dev/docker-0': 'https://gcr.io' },
    );
    const files = await writtenFiles(shell, [basic, dockerJson, dockercfg]);
    const { auths } = JSON.parse(files['.docker/config.json'] ?? '') as { auths: object };
    expect(Object.keys(auths)).toEqual(['https://gcr.io', 'index.docker.io', 'quay.io']); // as Go writes them
    expect({ auths }).toEqual({
      auths: {
        'quay.io': { auth: 'b2xk' },
        'index.docker.io': { auth: 'eDp5' },
        'https://gcr.io': {
          username: 'u2',
          password: 'p"2\\',
          auth: Buffer.from('u2:p"2\\').toString('base64'),
          email: 'not@val.id',
        },
      },
    });
  });

  test('are encoded correctly at any length', async () => {
    for (const password of ['', 'a', 'ab', 'abc', 'ä'.repeat(50)]) {
      const basic = secret('d', 'basic-auth', { username: 'u', password }, { 'tekton.dev/docker-0': 'r' });
      const { auths } = JSON.parse((await writtenFiles(shell, [basic]))['.docker/config.json'] ?? '') as {
        auths: { r: { auth: string } };
      };
      expect(Buffer.from(auths.r.auth, 'base64').toString()).toBe(`u:${password}`);
    }
  });
});

describe('the Secrets that are used', () => {
  test('exclude those without a known type or an annotation', () => {
    const opaque = { name: 'o', type: 'Opaque', annotations: { 'tekton.dev/git-0': 'https://github.com' } };
    expect(credentialsOf([opaque, secret('b', 'basic-auth', {})])).toEqual([]);
    expect(credentialsScript(scripts, [])).toBeUndefined();
  });

  test('contribute only names and URLs to the script', () => {
    const script = credentialsScript(scripts, credentialsOf([github, dockerJson])) ?? '';
    expect(script).toContain('/var/build-secrets/g');
    expect(script).not.toMatch(/u1|p1|eDp5/);
  });

  test.each([
    [
      'github.com\nHost *\n  ProxyCommand sh',
      'secret "s": annotation tekton.dev/git-0 is "github.com\\nHost *\\n  ProxyCommand sh", which is neither a url nor a host',
    ],
    ['a b', 'secret "s": annotation tekton.dev/git-0 is "a b", which is neither a url nor a host'],
    ['', 'secret "s": annotation tekton.dev/git-0 is "", which is neither a url nor a host'],
    ['https://github.com', undefined],
  ])('an annotation of %j is validated', (value, expected) => {
    expect(badAnnotation([secret('s', 'ssh-auth', {}, { 'tekton.dev/git-0': value })])).toBe(expected);
  });
});
