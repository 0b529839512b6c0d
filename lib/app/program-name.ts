/**
 * What a program is called wherever it is checked out and started from: the name of its package, and its path there.
 */

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** `my-pipelines/src/main.ts` for a program's file; its own name where no package is around it; `app` without a file. */
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
