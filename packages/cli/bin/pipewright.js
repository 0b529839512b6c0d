#!/usr/bin/env node
// The version is asked for often and needs nothing else. Where the sources lie they are what runs; what is published has none.
import { existsSync, readFileSync } from 'node:fs';

const [first, ...others] = process.argv.slice(2);
if ((first === '--version' || first === '-V') && others.length === 0) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  console.log(version);
} else if (existsSync(new URL('../src/main.ts', import.meta.url))) {
  const { bundle } = await import('./bundle.js');
  const whole = await bundle();
  if (whole === undefined) {
    const { accessSync, constants } = await import('node:fs');
    const { tmpdir } = await import('node:os');
    try {
      accessSync(tmpdir(), constants.W_OK);
    } catch {
      process.env.TSX_DISABLE_CACHE = '1'; // which it would keep there
    }
    await import('tsx');
  }
  await import(whole ?? '../src/main.ts');
} else {
  await import('../dist/main.js');
}
