/**
 * Directories in locations that other users can also write to.
 *
 * Only root can create directories that belong to another user. A run as an ordinary user tests what such a user can
 * create: links, and directories that are writable by others. The titles name the case tested.
 */

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startCluster } from '../../../src/index.js';
import { openRunDirectory, openTemporaryDirectory } from '../../../src/runtime/host/run-directory.js';
import { removeTree } from '../../../src/runtime/host/remove-tree.js';

const isRoot = process.getuid?.() === 0;
const OTHER_UID = 65534;
const DEAD_PID = 999_999_999;

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'run-directory-'));
  chmodSync(parent, 0o1777); // like /tmp
});
afterEach(() => removeTree(parent));

/** Creates the directory of a dead process. */
function deadProcessDirectory(
  name: string,
  { mode = 0o700, uid }: { readonly mode?: number; readonly uid?: number } = {},
): string {
  const path = join(parent, name);
  mkdirSync(path);
  writeFileSync(join(path, 'owner'), `${DEAD_PID} 1 some-boot`);
  writeFileSync(join(path, 'secret'), 'hunter2');
  chmodSync(path, mode);
  if (uid !== undefined) chownSync(path, uid, uid);
  return path;
}

/** Creates a directory of another user or, without root, one that is writable by all users. */
const foreignDirectory = (name: string): string =>
  deadProcessDirectory(name, isRoot ? { uid: OTHER_UID } : { mode: 0o777 });
const ofAnotherUser = isRoot
  ? `of user ${OTHER_UID} (tested as root)`
  : 'that all users can write to (tested as an ordinary user)';

test('a temporary directory has an unpredictable name, and is private', async () => {
  const [first, second] = [await openTemporaryDirectory('node', parent), await openTemporaryDirectory('node', parent)];
  for (const { path } of [first, second]) {
    expect(basename(path)).toMatch(new RegExp(`^pipewright-${process.pid}-node-[A-Za-z0-9]{6}$`));
    expect(statSync(path).mode & 0o777).toBe(0o700);
  }
  expect(first.path).not.toBe(second.path);
  await first.remove();
  await second.remove();
  expect(readdirSync(parent)).toEqual([]);
});

test(`the directory of a dead process is removed, also beside a directory ${ofAnotherUser} with a name of this program`, async () => {
  foreignDirectory(`pipewright-${process.getuid?.() ?? 0}`);
  const first = await openTemporaryDirectory('node', parent);
  writeFileSync(join(first.path, 'secret'), 'hunter2');
  writeFileSync(join(first.path, 'owner'), `${process.pid} 1 some-boot`); // as if its process had been killed
  const second = await openTemporaryDirectory('node', parent);
  expect([existsSync(first.path), existsSync(second.path)]).toEqual([false, true]);
});

test(`a directory ${ofAnotherUser} is neither used nor removed, whatever owner it names`, async () => {
  const otherDirectory = foreignDirectory(`pipewright-${DEAD_PID}-node-abcdef`);
  const ownDirectory = await openTemporaryDirectory('node', parent);
  expect(ownDirectory.path.startsWith(otherDirectory)).toBe(false);
  expect(readFileSync(join(otherDirectory, 'secret'), 'utf8')).toBe('hunter2');
});

describe('the removal follows no symlink', () => {
  test('with the name of a run directory', async () => {
    const otherDirectory = deadProcessDirectory('elsewhere');
    symlinkSync(otherDirectory, join(parent, `pipewright-${DEAD_PID}-node-abcdef`));
    await openTemporaryDirectory('node', parent);
    expect(readdirSync(otherDirectory)).toEqual(['owner', 'secret']);
  });

  test('inside a removed directory', async () => {
    const otherDirectory = deadProcessDirectory('elsewhere');
    const deadDirectory = deadProcessDirectory(`pipewright-${DEAD_PID}-node-abcdef`);
    symlinkSync(otherDirectory, join(deadDirectory, 'link'));
    await openTemporaryDirectory('node', parent);
    expect([existsSync(deadDirectory), readdirSync(otherDirectory)]).toEqual([false, ['owner', 'secret']]);
  });

  test('in parent of the parent of run directories', async () => {
    const data = join(parent, 'data');
    mkdirSync(data, { mode: 0o700 });
    const otherDirectory = deadProcessDirectory('elsewhere');
    symlinkSync(otherDirectory, join(data, 'run'));
    await expect(openRunDirectory(data, 'node')).rejects.toMatchObject({
      code: 'DIRECTORY_NOT_PRIVATE',
      message: `${join(data, 'run')} is a symbolic link; secrets are kept there`,
    });
    expect(readdirSync(otherDirectory)).toEqual(['owner', 'secret']);
  });
});

test(`a run directory ${ofAnotherUser} is rejected in a data directory`, async () => {
  const data = join(parent, 'data');
  mkdirSync(join(data, 'run'), { recursive: true, mode: 0o700 });
  chmodSync(data, 0o700);
  if (isRoot) chownSync(join(data, 'run'), OTHER_UID, OTHER_UID);
  else chmodSync(join(data, 'run'), 0o777);
  await expect(openRunDirectory(data, 'node')).rejects.toMatchObject({
    code: 'DIRECTORY_NOT_PRIVATE',
    message: `${join(data, 'run')} ${isRoot ? `belongs to user ${OTHER_UID}` : 'is open to other users (mode 0777)'}; secrets are kept there`,
  });
});

test('directories of processes in another namespace are kept, though their pids do not exist here', async () => {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const otherDirectory = deadProcessDirectory(`pipewright-${DEAD_PID}-node-abcdef`);
  writeFileSync(join(otherDirectory, 'owner'), `${DEAD_PID} 1 ${boot} pid:[1]`);
  await openTemporaryDirectory('node', parent);
  expect(existsSync(otherDirectory)).toBe(true);
});

// Only root can change the owner of a directory. private-directory.test.ts tests which owners are trusted.
if (isRoot) {
  test(`a directory that belongs to user ${OTHER_UID} (tested as root) is rejected: its owner could replace the contents`, async () => {
    chownSync(parent, OTHER_UID, OTHER_UID);
    await expect(openTemporaryDirectory('node', parent)).rejects.toMatchObject({
      code: 'DIRECTORY_NOT_PRIVATE',
      message: `${parent} belongs to user ${OTHER_UID}, who could read and replace its contents`,
      hint: 'set TMPDIR to a directory of your own',
    });
  });

  test(`a data directory that belongs to user ${OTHER_UID} (tested as root) is rejected before anything is written to it`, async () => {
    chownSync(parent, OTHER_UID, OTHER_UID);
    await expect(startCluster({ dataDir: parent })).rejects.toMatchObject({
      code: 'DIRECTORY_NOT_PRIVATE',
      hint: 'name a directory of your own',
    });
    expect(readdirSync(parent)).toEqual([]);
  });
}
