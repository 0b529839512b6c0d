/**
 * Writes the pages of the documentation that are made from code: `npm run docs`.
 *
 * `test/docs.test.ts` fails when a page differs from what this makes, so the pages cannot fall behind.
 */

import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { problemsPage } from './problems-page.js';

/** The generated pages, by path from the root of the repository. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'docs/problems.md': problemsPage,
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = resolve(import.meta.dirname, '..');
  for (const [path, page] of Object.entries(PAGES)) writeFileSync(join(root, path), page());
}
