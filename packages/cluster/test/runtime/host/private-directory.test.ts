import { describe, expect, test } from '@jest/globals';
import { directoryProblem, privacyProblem, type Ownership } from '../../../src/runtime/host/private-directory.js';

const ownership = (uid: number, mode: number, kind: 'directory' | 'file' | 'link' = 'directory'): Ownership => ({
  uid,
  mode,
  isDirectory: () => kind === 'directory',
  isSymbolicLink: () => kind === 'link',
});

describe('a directory is private', () => {
  test.each<[string, Ownership, string | undefined]>([
    ['if only its owner has access', ownership(1000, 0o40700), undefined],
    ['if its owner has no write permission', ownership(1000, 0o40500), undefined],
    ['unless it is a symlink, even to a private directory', ownership(1000, 0o40700, 'link'), 'is a symbolic link'],
    ['unless it is a file', ownership(1000, 0o100600, 'file'), 'is not a directory'],
    ['unless it belongs to another user', ownership(1001, 0o40700), 'belongs to user 1001'],
    ['unless it belongs to root', ownership(0, 0o40700), 'belongs to user 0'],
    ['unless its group may enter it', ownership(1000, 0o40710), 'is open to other users (mode 0710)'],
    ['unless other users may list it', ownership(1000, 0o40704), 'is open to other users (mode 0704)'],
  ])('%s', (_, stats, expected) => {
    expect(privacyProblem(stats, { uid: 1000 })).toBe(expected);
  });
});

describe('a directory is safe for private directories', () => {
  const user = { uid: 1000 };
  test.each<[string, Ownership, { readonly uid: number; readonly rootUid?: number }, string | undefined]>([
    ['if it has the mode of /tmp', ownership(0, 0o41777), user, undefined],
    ['if it belongs to the user', ownership(1000, 0o40755), user, undefined],
    ['unless it belongs to another user, sticky or not', ownership(1001, 0o41777), user, 'belongs to user 1001'],
    ['unless it belongs to an ordinary user, for root', ownership(1000, 0o40700), { uid: 0 }, 'belongs to user 1000'],
    [
      'unless all users may replace its entries',
      ownership(0, 0o40777),
      user,
      'lets other users replace its contents (mode 0777)',
    ],
    [
      'unless its group may replace its entries',
      ownership(0, 0o40775),
      user,
      'lets other users replace its contents (mode 0775)',
    ],
    [
      'in a user namespace without root, if its owner is unmapped',
      ownership(65534, 0o41777),
      { uid: 1000, rootUid: 65534 },
      undefined,
    ],
  ])('%s', (_, stats, uid, expected) => {
    expect(directoryProblem(stats, uid, true)).toBe(expected);
  });

  test('for files that are not secret, also in a container’s /tmp without the sticky bit', () => {
    expect(directoryProblem(ownership(0, 0o40777), user, false)).toBeUndefined();
  });
});
