/**
 * YAML, imported, compiled and synthesized, is the YAML again: the article's manifests and one case for each thing that
 * v1alpha1 can say, right and wrong (`cases/README.md`).
 *
 * All programs are checked in one run of the compiler and synthesized in one process.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { applyDefaults, type AnyTektonObject } from '@pipewright/tekton';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import ts from 'typescript';
import { importManifests } from '../../src/import/import-command.js';
import { checkManifests } from '../../src/lint/check.js';
import { loadManifests } from '../../src/manifests/load.js';
import { recorded } from '../cli.js';

const root = resolve(import.meta.dirname, '../../../..');
const place = join(root, 'packages/cli/build/imported');
const cases = join(import.meta.dirname, 'cases');

/** Folders and files to import, by name. */
const SOURCES: Readonly<Record<string, string>> = {
  article: join(root, 'examples/article/manifests'),
  ...Object.fromEntries(
    readdirSync(cases)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => [name.replace('.yaml', ''), join(cases, name)]),
  ),
};

let synthesized: Readonly<
  Record<string, { readonly objects: readonly object[]; readonly problems: readonly string[] }>
> = {};

beforeAll(() => {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  for (const [name, path] of Object.entries(SOURCES)) {
    importManifests({ paths: [path], out: join(place, `${name}.ts`), library: '../../../../lib/index.js' }, recorded());
  }
  writeFileSync(join(place, 'all.ts'), programOfAll(Object.keys(SOURCES)));
  const printed = execFileSync(process.execPath, ['--import', 'tsx', join(place, 'all.ts')], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  synthesized = JSON.parse(printed) as typeof synthesized; // printed by the program below
}, 120_000);
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Makes every chart in an app of its own, and prints all objects, also of what is invalid. */
const programOfAll = (names: readonly string[]): string => `
import { ApiObject, type App, type Chart } from 'cdk8s';
import { TektonApp } from '../../../../lib/index.js';
${names.map((name, index) => `import * as m${String(index)} from './${name}.js';`).join('\n')}
const all: Record<string, object> = { ${names.map((name, index) => `'${name}': m${String(index)}`).join(', ')} };
const objects = Object.entries(all).map(([name, module]) => {
  const [made] = Object.values(module) as (new (app: App, id: string) => Chart)[];
  const chart = made && new made(new TektonApp(), 'chart');
  const constructs = chart?.node.root.node.findAll() ?? [];
  return [name, {
    problems: constructs.flatMap((it) => it.node.validate()),
    objects: constructs.filter((it) => ApiObject.isApiObject(it)).map((it) => (it as ApiObject).toJson() as object),
  }];
});
console.log(JSON.stringify(Object.fromEntries(objects)));
`;

/** An object as Tekton reads it: no nulls, its defaults (`kind: Task` of a reference too), a resource's params by name. */
function kept(object: object): object {
  const { kind, spec } = object as { kind?: string; spec?: unknown };
  const plain = tidy(object) as AnyTektonObject;
  return String(plain.apiVersion).startsWith('tekton.dev/') && typeof spec === 'object' && kind !== undefined
    ? withDefaults(plain)
    : plain;
}

/** Defaults of what is damaged cannot be had. */
function withDefaults(object: AnyTektonObject): object {
  try {
    return applyDefaults(object);
  } catch {
    return object;
  }
}

function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, it]) => it !== null && it !== undefined);
  const made = Object.fromEntries(
    entries
      .filter(([key, it]) => !(key === 'kind' && it === 'Task' && !('apiVersion' in value)))
      .map(([key, it]) => [key, tidy(it)]),
  ) as Record<string, unknown>;
  if (typeof made['type'] === 'string' && Array.isArray(made['params'])) {
    made['params'] = (made['params'] as { name: string }[]).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
  return made;
}

const label = (object: object): string => {
  const { kind, metadata } = object as { kind: string; metadata?: { name?: string; generateName?: string } };
  return `${kind} ${metadata?.name ?? metadata?.generateName ?? ''} ${JSON.stringify(object).length}`;
};
const inOrder = (objects: readonly object[]): readonly object[] =>
  objects.map(kept).toSorted((a, b) => (label(a) < label(b) ? -1 : 1));

test.each(Object.entries(SOURCES))('%s comes back as it was', (name, path) => {
  const { manifests } = loadManifests([path]);
  expect(inOrder(synthesized[name]?.objects ?? [])).toEqual(inOrder(manifests.map(({ object }) => object)));
});

test.each(Object.entries(SOURCES))('%s is refused at synth in no other words than by lint', (name, path) => {
  const findings = checkManifests(loadManifests([path]).manifests).filter(({ severity }) => severity === 'error');
  const codes = (synthesized[name]?.problems ?? []).map((line) => /\[([A-Z_]+)\]$/.exec(line)?.[1] ?? line);
  expect(codes.filter((code) => !findings.some((finding) => finding.code === code))).toEqual([]);
});

test('all programs compile under the strictest rules', () => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const files = Object.keys(SOURCES).map((name) => join(place, `${name}.ts`));
  const program = ts.createProgram(files, {
    ...options,
    composite: false,
    incremental: false,
    emitDeclarationOnly: false,
    declaration: false,
    noEmit: true,
    rootDir: root,
  });
  const wrong = files
    .flatMap((file) => ts.getPreEmitDiagnostics(program, program.getSourceFile(file))) // the library's own are tsc's to find
    .map(({ file, start, messageText }) => {
      const line = file && start !== undefined ? file.text.slice(0, start).split('\n').length : 0;
      return `${file?.fileName.replace(place, '') ?? ''}:${String(line)} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  expect(wrong).toEqual([]);
}, 120_000);
