/** README.md is up to date: its TypeScript is in main.ts, its commands and files exist. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

test('every TypeScript block of the README is in main.ts, unchanged', () => {
  const blocks = [...read('README.md').matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  expect(blocks).not.toEqual([]);
  expect(blocks.filter((block) => !read('main.ts').includes(block))).toEqual([]);
});

const pages = execFileSync('git', ['ls-files', '-z', '--', '*.md'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((name) => name !== '' && !/^(dist|examples\/[^/]+\/(source|images))\//.test(name));

/** Returns the targets of a page's links and pictures, in Markdown or HTML, that are in this repository. */
const linksOf = (page: string): readonly string[] =>
  [...read(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)|<a href="(?!https?:)([^"]+)"/g)].map(
    ([, markdown, html]) => markdown ?? html ?? '',
  );

/** Returns the anchors that GitHub generates for the headings of a page. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [
    ...read(page)
      .replace(/^```[^]*?^```/gm, '')
      .matchAll(/^#+ (.+)$/gm),
  ].map(([, text = '']) =>
    text
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
  const earlier = (index: number): number => headings.slice(0, index).filter((it) => it === headings[index]).length;
  return new Set(headings.map((it, index) => (earlier(index) === 0 ? it : `${it}-${String(earlier(index))}`)));
}

test('every file and heading that a Markdown page links to exists', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/guide.md', 'docs/internals/architecture.md']));
  const anchors = new Map<string, ReadonlySet<string>>();
  const exists = (page: string, link: string): boolean => {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : relative(root, resolve(root, page, '..', file));
    if (!existsSync(join(root, target))) return false;
    if (anchor === undefined || !target.endsWith('.md')) return true;
    const known = anchors.get(target) ?? anchorsOf(target);
    anchors.set(target, known);
    return known.has(anchor);
  };
  const dead = pages.flatMap((page) =>
    linksOf(page)
      .filter((link) => !exists(page, link))
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
