#!/usr/bin/env node
// Prints the version without loading anything else. Runs the sources if they exist, which a published package does not have.
import { existsSync, readFileSync } from 'node:fs';

const [first, ...others] = process.argv.slice(2);
if ((first === '--version' || first === '-V') && others.length === 0) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  console.log(version);
} else if (existsSync(new URL('../src/main.ts', import.meta.url))) {
  const { bundle } = await import('./bundle.js');
  const bundleUrl = await bundle();
  if (bundleUrl === undefined) {
    const { accessSync, constants } = await import('node:fs');
    const { tmpdir } = await import('node:os');
    try {
      accessSync(tmpdir(), constants.W_OK);
    } catch {
      process.env.TSX_DISABLE_CACHE = '1'; // tsx caches there
    }
    await import('tsx');
  }
  await import(bundleUrl ?? '../src/main.ts');
} else {
  await import(new URL('../dist/main.js', import.meta.url).href); // exists only in a published package
}
