/**
 * The name of a program, independent of its checkout directory and working directory: its package's name and its path in the package.
 */

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** Returns `my-pipelines/src/main.ts` for a file in a package, the file's name outside any package, and `app` without a file. */
export function programName(file: string | undefined): string {
  if (file === undefined || !existsSync(file)) return 'app';
  const program = realpathSync(file);
  for (let folder = dirname(program); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return `${nameIn(manifest) ?? basename(folder)}/${relative(folder, program)}`;
  }
  return basename(program);
}

function nameIn(manifest: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly name?: unknown }; // npm's own format
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
