/** Module hooks that replace text of sources. A text that does not occur exactly once is an error: the mutant needs an update. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

/** @type {readonly { readonly file: string, readonly before: string, readonly after: string }[]} */
let edits = [];

/** @param {typeof edits} given */
export function initialize(given) {
  edits = given;
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, next) {
  const [path] = url.split('?');
  const own = edits.filter(({ file }) => path?.endsWith(`/${file}`));
  if (own.length === 0 || path === undefined) return next(url, context);
  let source = await readFile(fileURLToPath(path), 'utf8');
  for (const { file, before, after } of own) {
    const parts = source.split(before);
    if (parts.length !== 2)
      throw new Error(`${file} contains ${parts.length - 1} times the text that a mutant replaces: ${before}`);
    source = parts.join(after);
  }
  const { code } = transformSync(source, {
    filename: path,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  return { format: 'module', source: code, shortCircuit: true };
}
