import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { PROBLEMS } from '@pipewright/tekton';
import { PAGES } from '../docs/generate.js';

const root = resolve(import.meta.dirname, '..');

test.each(Object.entries(PAGES))('%s is what `npm run docs` writes', (path, page) => {
  expect(existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : 'missing').toBe(page());
});

test('codes of problems are upper snake', () => {
  expect(Object.keys(PROBLEMS).filter((code) => !/^[A-Z]+(_[A-Z]+)*$/.test(code))).toEqual([]);
});

test('every problem in the table is reported somewhere', () => {
  const folder = join(root, 'packages/tekton/src');
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.startsWith('problem'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  expect(Object.keys(PROBLEMS).filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
});
