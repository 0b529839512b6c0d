import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from '@jest/globals';
import { generate } from './generate-imports.js';
import { thoroughTest } from './thorough.js';

const imports = resolve(import.meta.dirname, '../imports');

thoroughTest('imports/ equals the output of `cdk8s import` for our own CRDs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-imports-'));
  try {
    generate(folder);
    for (const file of ['tekton.dev.yaml', 'tekton.dev.ts']) {
      expect(readFileSync(join(imports, file), 'utf8')).toBe(readFileSync(join(folder, file), 'utf8'));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
