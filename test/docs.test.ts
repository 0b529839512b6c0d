import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { PROBLEMS } from '@pipewright/tekton';
import { PAGES } from '../generators/docs.js';
import { PICTURES } from '../generators/pictures/pictures.js';
import { REFERENCE_PAGES, undocumented } from '../generators/reference-pages.js';
import { instructionsIn } from './documented.js';
import { thoroughTest } from './thorough.js';

const root = resolve(import.meta.dirname, '..');

// The compiler reads the whole library for the reference, which takes seconds, so that is tested with THOROUGH=1 alone.
for (const [path, page] of Object.entries(PAGES)) {
  (path in REFERENCE_PAGES ? thoroughTest : test)(`${path} is what \`npm run docs\` writes`, async () => {
    expect(existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : 'missing').toBe(await page());
  });
}

test.each(Object.entries(PICTURES))(
  '%s has a title and a description, and refers to no other file',
  async (_, picture) => {
    const svg = await picture();
    expect(svg).toMatch(
      /^<svg [^>]*role="img" aria-labelledby="title description">\n<title id="title">.+<\/title>\n<desc/,
    );
    expect(svg.match(/<script|<image|<foreignObject|@import|@font-face|url\((?!#)|href="(?!#)/g) ?? []).toEqual([]);
  },
);

test('the recording of npm start is below 100 kB', async () => {
  expect((await PICTURES['docs/images/start.svg']?.())?.length).toBeLessThan(100_000);
});

thoroughTest(
  'every export of the library has a comment and a page, and every optional prop documents its default',
  () => {
    expect(undocumented()).toEqual([]);
  },
);

test('codes of problems are in upper snake case', () => {
  expect(Object.keys(PROBLEMS).filter((code) => !/^[A-Z]+(_[A-Z]+)*$/.test(code))).toEqual([]);
});

test('every problem in the table is reported somewhere', () => {
  const folder = join(root, 'packages/tekton/src');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('problems/'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  expect(Object.keys(PROBLEMS).filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
});

const SHOWN: Readonly<Record<string, readonly string[]>> = {
  'docs/guide.md': ['examples/first-pipeline/main.ts', 'test/guide.test.ts'],
  'docs/testing.md': [
    'examples/tested-release/main.ts',
    'examples/tested-release/release.test.ts',
    'test/package-outside/ci.test.ts',
    'test/package-outside/jest.config.js',
  ],
  'packages/testing/README.md': ['test/package-outside/ci.test.ts'],
};

// what a page has its reader write as a file is compiled and run by test/newcomer.packed.ts
const writtenByReader = (text: string): readonly string[] =>
  instructionsIn(text).flatMap((instruction) => (instruction.kind === 'file' ? [instruction.text] : []));

test.each(Object.entries(SHOWN))('every code block of %s is in a tested file, unchanged', (page, files) => {
  const text = readFileSync(join(root, page), 'utf8');
  const written = writtenByReader(text);
  const blocks = [...text.matchAll(/```[jt]s\n([\s\S]*?)```/g)]
    .map((match) => match[1] ?? '')
    .filter((block) => !written.includes(block));
  const sources = files.map((file) => readFileSync(join(root, file), 'utf8').replace(/^ +/gm, ''));
  expect(blocks).not.toEqual([]);
  expect(blocks.filter((block) => !sources.some((source) => source.includes(block.replace(/^ +/gm, ''))))).toEqual([]);
});

test('every file that the guide and the reference link to exists', () => {
  const pages = ['docs/guide.md', 'docs/testing.md', 'docs/how-to.md', 'docs/reference/README.md'];
  const dead = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map((match) => match[1] ?? '')
      .filter((link) => !existsSync(resolve(root, page, '..', link)))
      .map((link) => `${page} -> ${link}`),
  );
  expect(dead).toEqual([]);
});
