/** The command's version. */

import { readFileSync } from 'node:fs';

/** Returns the version in the package.json of this package. */
export function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version; // the package.json of this package has a version
}
