/** The bundle of all sources in one file: it must always match the sources, and work in any directory. */

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { thoroughTest } from '../../../../test/thorough.js';

const root = resolve(import.meta.dirname, '../../../..');
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'pipewright bundle-'));
  cpSync(join(root, 'packages'), join(copy, 'packages'), {
    recursive: true,
    filter: (path) => !/\/packages\/[a-z]+\/(node_modules|build|test)$/.test(path),
  });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const cache = (): string => join(copy, 'packages/cli/node_modules/.cache');
const help = async (more: Readonly<Record<string, string>> = {}): Promise<string> => {
  const env = { ...process.env, ...more };
  const command = [join(copy, 'packages/cli/bin/pipewright.js'), '--help'];
  return (await promisify(execFile)(process.execPath, command, { env })).stdout;
};
const edit = (from: string, to: string): void => {
  const file = join(copy, 'packages/cli/src/commands/program.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
};
const bundles = (): readonly string[] => readdirSync(join(cache(), 'pipewright')).filter((it) => it.endsWith('.js'));

describe('the bundle', () => {
  test('is created at the first start, and again after the sources have changed', async () => {
    expect(await help()).toContain('Usage: pipewright');
    expect(bundles()).toHaveLength(1);
    edit('Runs, checks and serves', 'Edited: serves');
    expect(await help()).toContain('Edited: serves');
    expect(bundles()).toHaveLength(2);
  });

  thoroughTest('is created once, and not used if nothing can be written', async () => {
    edit('Edited: serves', 'Edited again: serves');
    expect(await help()).toContain('Edited again: serves');
    expect(bundles()).toHaveLength(3);
    expect(await help()).toContain('Edited again: serves');
    expect(bundles()).toHaveLength(3);

    edit('Edited again: serves', 'Without a cache');
    rmSync(cache(), { recursive: true });
    mkdirSync(join(copy, 'packages/cli/node_modules'), { recursive: true });
    writeFileSync(cache(), 'not a directory');
    expect(await help()).toContain('Without a cache');
    expect(await help({ TMPDIR: join(cache(), 'nowhere') })).toContain('Without a cache');
  });
});
