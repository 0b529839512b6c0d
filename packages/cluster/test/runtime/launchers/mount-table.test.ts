import { describe, expect, test } from '@jest/globals';
import { callsOf, fstabOf, mountTable, type MountEntry } from '../../../src/runtime/launchers/mount-table.js';
import { message } from '../../../src/runtime/launchers/perl-program.js';

describe('a mount', () => {
  const bind = { source: '/a b', target: '/root/x', type: 'none' };
  test.each<[string, MountEntry, string, (readonly [number, string])[]]>([
    ['is one call for a bind', { ...bind, options: ['bind'] }, '/a\\040b /root/x none bind 0 0\n', [[4096, '']]],
    [
      'is two calls for a bind with flags, since the first call ignores them',
      { ...bind, options: ['rbind', 'ro', 'nosuid'] },
      '/a\\040b /root/x none rbind,ro,nosuid 0 0\n',
      [
        [20480, ''],
        [4096 + 32 + 3, ''],
      ],
    ],
    [
      'passes on the options of a file system',
      { source: 'overlay', target: '/root', type: 'overlay', options: ['ro', 'lowerdir=/l:/m'] },
      'overlay /root overlay ro,lowerdir=/l:/m 0 0\n',
      [[1, 'lowerdir=/l:/m']],
    ],
  ])('%s', (_, entry, line, calls) => {
    expect(fstabOf([entry])).toBe(line);
    expect(callsOf([entry]).map(({ flags, options }) => [flags, options])).toEqual(calls);
  });

  test.each<['root' | 'user', string[]]>([
    ['root', ['bind', 'bind', 'bind,ro,nosuid,nodev,noexec']],
    ['user', ['rbind', 'rbind']],
  ])('as %s has the flags that this user may set', (rights, options) => {
    const operations = ['/', '/etc'].map(
      (target) => ({ kind: 'bind', source: target, target, readOnly: false, flags: [] }) as const,
    );
    const plan = { root: '/r', cwd: '/', refusal: undefined, operations, directories: [], cover: ['/proc/sys'] };
    expect(mountTable(plan, rights).map((mount) => mount.options.join(','))).toEqual(options);
  });
});

test('a null character is rejected, so that it cannot end an argument', () => {
  expect(() => message('1', 'start', ['a\0b'])).toThrow(
    '"a\\u0000b" contains a null character, which arguments of processes cannot contain',
  );
});
