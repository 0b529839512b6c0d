/** The shell programs of the launchers, run as files by this machine's shells. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

const launchers = join(import.meta.dirname, '../../../src/runtime/launchers');
const directory = mkdtempSync(join(tmpdir(), 'launchers-'));
afterAll(() => rmSync(directory, { recursive: true }));

const shells = ['/bin/sh', '/bin/dash', '/bin/bash'].filter((shell) => existsSync(shell));

describe.each(shells)('in %s', (shell) => {
  test('the zygote runs the launch file of each directory, and prints its exit code', () => {
    writeFileSync(join(directory, 'launch'), 'echo "from $id" >&2; exit 3\n');
    const { stdout, stderr } = spawnSync(shell, [join(launchers, 'shell-zygote.sh')], {
      input: `a ${directory}\nb ${directory}\n`,
      encoding: 'utf8',
    });
    expect(stdout.trim().split('\n').toSorted()).toEqual(['a 3', 'b 3']);
    expect(stderr.trim().split('\n').toSorted()).toEqual(['from a', 'from b']);
  });

  test('the setup of a container fails if its mounts fail, and does not run the command', () => {
    const args = ['/bin/false', join(directory, 'fstab'), directory, 'host', 'echo', 'ran'];
    const { status, stdout } = spawnSync(shell, [join(launchers, 'container-setup.sh'), ...args], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([125, '']);
  });

  test('the programs have valid syntax', () => {
    for (const name of ['shell-zygote.sh', 'container-setup.sh'])
      expect(execFileSync(shell, ['-n', join(launchers, name)], { encoding: 'utf8' })).toBe('');
  });
});
