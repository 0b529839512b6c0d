import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { HostFileCache } from '../../../src/runtime/host/host-files.js';
import { RootView } from '../../../src/runtime/host/root-view.js';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-facts-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('cached properties of host files', () => {
  test('are valid for a second, and then read again', () => {
    let now = 0;
    const fileCache = new HostFileCache(() => now);
    const path = join(folder, 'program');
    const exists = (timeMs: number): boolean => {
      now = timeMs;
      fileCache.begin();
      return fileCache.lstat(path) !== undefined;
    };
    expect(exists(0)).toBe(false);
    writeFileSync(path, '');
    expect([exists(999), exists(1000)]).toEqual([false, true]);
    rmSync(path);
    expect([exists(1999), exists(2000)]).toEqual([true, false]);
  });

  test('are used only for constant directories: the contents of a volume are read each time', () => {
    const view = new RootView(new HostFileCache(() => 0));
    view.put({ target: '/steady', sources: [folder], readOnly: true, isConstant: true });
    view.put({ target: '/volume', sources: [folder], readOnly: false });
    const bothExist = (): readonly boolean[] =>
      ['/steady/new', '/volume/new'].map((path) => view.resolve(path).stats !== undefined);
    expect(bothExist()).toEqual([false, false]);
    writeFileSync(join(folder, 'new'), '');
    expect(bothExist()).toEqual([false, true]);
  });
});
