import { describe, expect, test } from '@jest/globals';
import { directoryProblem, privacyProblem, type Ownership } from '../../../src/runtime/host/private-directory.js';

const found = (uid: number, mode: number, kind: 'directory' | 'file' | 'link' = 'directory'): Ownership => ({
  uid,
  mode,
  isDirectory: () => kind === 'directory',
  isSymbolicLink: () => kind === 'link',
});

describe('a directory is private', () => {
  test.each<[string, Ownership, string | undefined]>([
    ['when it is', found(1000, 0o40700), undefined],
    ['also when its owner may not write to it', found(1000, 0o40500), undefined],
    ['not when it is a link, be it to one that is', found(1000, 0o40700, 'link'), 'is a symbolic link'],
    ['not when it is a file', found(1000, 0o100600, 'file'), 'is not a directory'],
    ['not when it is of another', found(1001, 0o40700), 'belongs to user 1001'],
    ['not when it is root’s', found(0, 0o40700), 'belongs to user 0'],
    ['not when its group may enter it', found(1000, 0o40710), 'is open to other users (mode 0710)'],
    ['not when everybody may list it', found(1000, 0o40704), 'is open to other users (mode 0704)'],
  ])('%s', (_, given, want) => {
    expect(privacyProblem(given, { uid: 1000 })).toBe(want);
  });
});

describe('a directory is safe for private directories', () => {
  const user = { uid: 1000 };
  test.each<[string, Ownership, { readonly uid: number; readonly rootUid?: number }, string | undefined]>([
    ['when it is like /tmp', found(0, 0o41777), user, undefined],
    ['when it is the user’s own', found(1000, 0o40755), user, undefined],
    ['not when it is of another, sticky or not', found(1001, 0o41777), user, 'belongs to user 1001'],
    ['not for root, when it is of a user', found(1000, 0o40700), { uid: 0 }, 'belongs to user 1000'],
    [
      'not when everybody may replace what is in it',
      found(0, 0o40777),
      user,
      'lets other users replace what is in it (mode 0777)',
    ],
    [
      'not when the group may replace what is in it',
      found(0, 0o40775),
      user,
      'lets other users replace what is in it (mode 0775)',
    ],
    [
      'in a namespace without root, if its owner is unmapped',
      found(65534, 0o41777),
      { uid: 1000, rootUid: 65534 },
      undefined,
    ],
  ])('%s', (_, given, who, want) => {
    expect(directoryProblem(given, who, true)).toBe(want);
  });

  test('for files that are not secret, also in a container’s /tmp without the sticky bit', () => {
    expect(directoryProblem(found(0, 0o40777), user, false)).toBeUndefined();
  });
});
