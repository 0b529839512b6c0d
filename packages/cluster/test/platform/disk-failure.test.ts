import { closeSync, openSync, writeSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { withPath, writeNamed } from '../../src/platform/disk-failure.js';

test('the error of a write to a full disk names the file', () => {
  const fullDevice = openSync('/dev/full', 'w');
  let failure: unknown;
  try {
    writeSync(fullDevice, 'x');
  } catch (cause) {
    failure = withPath(cause, '/data/log');
  }
  closeSync(fullDevice);
  expect(failure).toMatchObject({
    code: 'ENOSPC',
    path: '/data/log',
    message: "ENOSPC: no space left on device, write '/data/log'",
  });
});

test('an error that names its path, or is not a system error, is unchanged', () => {
  const errorWithPath = Object.assign(new Error("ENOENT: no such file or directory, open '/a'"), {
    code: 'ENOENT',
    path: '/a',
  });
  expect(withPath(errorWithPath, '/b')).toMatchObject({
    path: '/a',
    message: "ENOENT: no such file or directory, open '/a'",
  });
  expect(withPath('odd', '/b')).toBe('odd');
});

test('the error of writing a whole file names the file', () => {
  expect(() => writeNamed('/dev/full', 'x')).toThrow("ENOSPC: no space left on device, write '/dev/full'");
});
