/**
 * Who may import whom. This table is the rule; `docs/architecture.md` explains it.
 *
 * A folder may import itself and what its row lists; everything else fails, npm modules included. An entry that ends in
 * `:` is a scheme. Another package is reached by its name alone, never by a path into it.
 */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, dirname } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

const CONSTRUCTS = ['cdk8s', 'cdk8s-plus-27', 'constructs'];

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'packages/tekton/src': [],
  'packages/kube/src': ['@kubernetes/client-node', 'undici', 'node:'],
  'packages/controller/src': ['@pipewright/tekton'],
  'packages/controller/src/edge': [
    'packages/controller/src',
    '@pipewright/tekton',
    '@pipewright/kube',
    'pino',
    'prom-client',
    'node:',
  ],
  'packages/cluster/src': ['re2js', 'yaml', 'node:'],
  'packages/cli/src': [
    '@pipewright/tekton',
    '@pipewright/kube',
    '@pipewright/controller',
    '@pipewright/cluster',
    'commander',
    'minimatch',
    'picocolors',
    'string-width',
    'wrap-ansi',
    'yaml',
    'node:',
  ],
  'packages/testing/src': ['@pipewright/tekton', '@pipewright/kube', '@pipewright/controller', '@pipewright/cluster'],
  imports: ['cdk8s', 'constructs'],
  lib: ['@pipewright/tekton', 'imports', ...CONSTRUCTS, 'yaml', 'node:crypto', 'node:fs', 'node:path'],
  'lib/testing': ['lib', '@pipewright/tekton', ...CONSTRUCTS, '@jest/globals', 'expect'],
  'main.ts': ['lib', ...CONSTRUCTS],
  'test/simulation': [
    '@pipewright/tekton',
    '@pipewright/kube',
    '@pipewright/controller',
    '@pipewright/cluster',
    '@jest/globals',
    'eslint',
    'eslint.config.js',
    'node:',
  ],
  parity: [
    '@pipewright/tekton',
    '@pipewright/kube',
    '@pipewright/controller',
    '@pipewright/cluster',
    '@pipewright/cli',
    'yaml',
    'node:',
  ],
};

const root = resolve(import.meta.dirname, '..');

function filesOf(place: string): string[] {
  const full = join(root, place);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [place];
  const nested = Object.keys(MAY_IMPORT).filter((other) => other.startsWith(`${place}/`));
  return readdirSync(full, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('build/'))
    .map((name) => join(place, name))
    .filter((file) => !nested.some((other) => file.startsWith(`${other}/`)));
}

/** Turns what follows `from` into a path of this repository, or leaves a module's name as it is. */
const target = (file: string, from: string): string =>
  from.startsWith('.') ? relative(root, resolve(root, dirname(file), from)) : from;

const allows = (entry: string, to: string): boolean =>
  to === entry || to.startsWith(entry.endsWith(':') ? entry : `${entry}/`);

function strays(place: string, allowed: readonly string[]): string[] {
  return filesOf(place).flatMap((file) =>
    ts
      .preProcessFile(readFileSync(join(root, file), 'utf8'), true, true)
      .importedFiles.map(({ fileName }) => target(file, fileName))
      .filter((to) => ![place, ...allowed].some((entry) => allows(entry, to)) || reachesIntoThePackage(place, to))
      .map((to) => `${file} imports ${to}`),
  );
}

/** `src/index.ts` of the controller names its edge; no other pure file may. */
const reachesIntoThePackage = (place: string, to: string): boolean =>
  place === 'packages/controller/src' && to.startsWith('packages/controller/src/edge/');

describe('imports point one way', () => {
  test.each(Object.entries(MAY_IMPORT))('%s imports only what its row allows', (place, allowed) => {
    const found = strays(place, allowed).filter(
      (line) => !line.startsWith('packages/controller/src/index.ts imports packages/controller/src/edge/'),
    );
    expect(found.join('\n')).toBe('');
  });

  test('every package and the library have files to check', () => {
    expect(Object.keys(MAY_IMPORT).filter((place) => place !== 'imports' && filesOf(place).length === 0)).toEqual([]);
  });
});
