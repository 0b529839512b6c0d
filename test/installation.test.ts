/** `npm ci` runs no install script of a dependency. */

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'));

test('the install scripts of dependencies are denied, each by name', () => {
  const { packages } = read('package-lock.json') as {
    packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>; // npm's own format
  };
  const { allowScripts } = read('package.json') as { allowScripts: Readonly<Record<string, boolean>> };
  const withScripts = Object.entries(packages).filter(([path, it]) => path !== '' && it.hasInstallScript === true);
  const names = withScripts.map(([path]) => path.replace(/^.*node_modules\//, ''));

  expect(allowScripts).toEqual(Object.fromEntries([...new Set(names)].map((name) => [name, false])));
});
