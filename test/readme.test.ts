/** What README.md shows is what runs: its TypeScript stands in main.ts, its commands and files exist. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

test('every TypeScript block of the README stands in main.ts to the letter', () => {
  const blocks = [...read('README.md').matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  expect(blocks).not.toEqual([]);
  expect(blocks.filter((block) => !read('main.ts').includes(block))).toEqual([]);
});

test('every file that a Markdown page links to exists', () => {
  const pages = execFileSync('git', ['ls-files', '-z', '--', '*.md'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((name) => name !== '' && !/^(dist|examples\/[^/]+\/(source|images))\//.test(name));
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/guide.md', 'docs/internals/architecture.md']));
  const dead = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .map((match) => match[1] ?? '')
      .filter((link) => !existsSync(resolve(root, page, '..', link)))
      .map((link) => `${page} -> ${link}`),
  );
  expect(dead).toEqual([]);
});

test('every `npm run` of the README and CONTRIBUTING is a script', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }; // npm's own format
  const named = [...(read('README.md') + read('CONTRIBUTING.md')).matchAll(/npm run ([a-z:]+)/g)].map(
    (match) => match[1] ?? '',
  );
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
