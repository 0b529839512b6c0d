/** `npm run lint` where a checker of shell or Perl programs is not installed. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');
const bin = mkdtempSync(join(tmpdir(), 'lint-'));
afterAll(() => rmSync(bin, { recursive: true }));
const [git = ''] = (spawnSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).stdout || '').split('\n');
symlinkSync(git, join(bin, 'git'));

const SKIPPED = `lint: shellcheck is not installed, so shell programs are not checked
lint: perl is not installed, so Perl programs are not checked
`;

test.each([
  ['is reported and skipped', [], 0],
  ['is an error if it is required', ['--require'], 1],
])('a missing checker %s', (_what, options, code) => {
  const args = [join(root, 'lint-programs.js'), ...options];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { PATH: bin } });
  expect([status, stdout, stderr]).toEqual([code, SKIPPED, '']);
});
