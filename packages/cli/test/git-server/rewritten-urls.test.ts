/** Repository URLs that the Git configuration of steps redirects to a local directory. */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGitServer, type GitServer } from '../../src/git-server/git-server.js';
import { gitConfig } from '../../src/stand-ins/host-files.js';

const run = promisify(execFile);
const MAKE =
  'git init -q -b main . && git -c user.name=Ann -c user.email=ann@example.org commit -q --allow-empty -m first';

describe('a URL that is served from a directory', () => {
  let server: GitServer;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'git-addresses-'));
    await run('sh', ['-c', MAKE], { cwd: directory });
    server = await startGitServer({ repositories: new Map([['source', { directory, revisions: ['main'] }]]) });
  });
  afterAll(async () => {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Returns the output of `git ls-remote` for a URL with the generated Git configuration. */
  async function lsRemote(address: string, others: readonly string[] = []): Promise<string> {
    const config = gitConfig(new Map([['https://forge.invalid/org/shop', server.url('source')]]), others);
    writeFileSync(join(directory, 'gitconfig'), config);
    const env = { ...process.env, GIT_CONFIG_GLOBAL: join(directory, 'gitconfig'), GIT_CONFIG_NOSYSTEM: '1' };
    const said = await run('git', ['ls-remote', address, 'main'], { env }).catch(
      (cause: unknown) => ({ stdout: String((cause as { readonly stderr: unknown }).stderr) }), // the error of execFile
    );
    return said.stdout.replace(/^[0-9a-f]{40}/, 'COMMIT').trim();
  }

  test.each([
    'https://forge.invalid/org/shop',
    'https://forge.invalid/org/shop.git',
    'https://forge.invalid/org/shop/',
  ])('is also served in the form %s', async (address) => {
    expect(await lsRemote(address)).toBe('COMMIT\trefs/heads/main');
  });

  test.each([
    'https://forge.invalid/org/shop-2',
    'https://forge.invalid/org/shop/part',
    'https://forge.invalid/org/shop.github',
  ])('rejects a longer URL with an explanation: %s', async (address) => {
    expect(await lsRemote(address)).toContain(
      `remote: the URL extends that of source, which is served from a directory, by '${address.slice(30)}'`,
    );
  });

  test('does not redirect a longer URL of another PipelineResource', async () => {
    const other = 'https://forge.invalid/org/shop-2.git';
    expect(await lsRemote(other, [other])).toContain('Could not resolve host: forge.invalid');
  });
});
