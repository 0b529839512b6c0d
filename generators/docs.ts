/**
 * Writes the pages of the documentation that are made from code: `npm run docs`.
 *
 * `test/docs.test.ts` fails when a page differs from what this makes, so the pages cannot fall behind.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parityPage } from '../parity/page.js';
import { commandsPage } from './commands/commands-page.js';
import { howToPage } from './how-to-page.js';
import { PICTURES } from './pictures/pictures.js';
import { problemsPage } from './problems-page.js';
import { REFERENCE_PAGES } from './reference-pages.js';

/** The generated pages, by path from the root of the repository. */
export const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/problems.md': problemsPage,
  'docs/how-to.md': howToPage,
  'docs/commands.md': commandsPage,
  'docs/parity.md': () => parityPage(),
  ...PICTURES,
  ...REFERENCE_PAGES,
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = resolve(import.meta.dirname, '..');
  for (const [path, page] of Object.entries(PAGES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), await page());
  }
}
