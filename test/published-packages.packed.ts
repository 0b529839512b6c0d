/**
 * The packages from `npm pack` of the command and of the simulations: self-contained programs without unpublished imports,
 * used by a project without other packages.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');
const place = mkdtempSync(join(tmpdir(), 'pipewright-published-'));
const installed = (name: string): string => join(place, 'node_modules/@pipewright', name);
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** The stand-ins for Kaniko and Buildah are separate files. */
const BUILDER_MODULES = [
  'buildah.mjs',
  'copy.mjs',
  'dockerfile.mjs',
  'flags.mjs',
  'image.mjs',
  'kaniko.mjs',
  'layout.mjs',
  'push.mjs',
  'tar.mjs',
  'user-error.mjs',
];

/** The libraries that are bundled with the command. */
const OF_COMMAND = [
  '@isaacs/nonrecursive-glob-match (BlueOak-1.0.0)',
  'ansi-regex (MIT)',
  'ansi-styles (MIT)',
  'balanced-match (MIT)',
  'brace-expansion (MIT)',
  'commander (MIT)',
  'get-east-asian-width (MIT)',
  'minimatch (BlueOak-1.0.0)',
  'picocolors (ISC)',
  'string-width (MIT)',
  'strip-ansi (MIT)',
  'wrap-ansi (MIT)',
];

/** npm's own format. */
interface Described {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}
const described = (folder: string): Described =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Described;
const filesOf = (name: string): readonly string[] =>
  readdirSync(installed(name), { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed(name).length + 1))
    .toSorted();
const importedBy = (text: string): readonly string[] =>
  ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);

beforeAll(() => {
  for (const name of ['cli', 'testing']) {
    const args = ['pack', '--silent', '--pack-destination', place];
    execFileSync('npm', args, { cwd: join(root, 'packages', name), stdio: 'pipe' });
    mkdirSync(installed(name), { recursive: true });
    const tarball = join(place, `pipewright-${name}-${described(root).version}.tgz`);
    execFileSync('tar', ['-xzf', tarball, '-C', installed(name), '--strip-components=1']);
  }
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
}, 120_000);

describe.each(['cli', 'testing'])('@pipewright/%s', (name) => {
  test('contains a program, its licences and a README, and no sources', () => {
    const others = filesOf(name).filter((file) => !/^dist\/[a-z-]+\.d\.ts$/.test(file));
    const builders = ['buildah', 'executor', ...BUILDER_MODULES].map((file) => `image-builder/${file}`);
    const program = name === 'cli' ? ['bin/pipewright.js', ...builders] : [];
    const main = name === 'cli' ? 'dist/main.js' : 'dist/index.js';
    expect(others).toEqual(
      [
        'LICENSE',
        'README.md',
        ...program,
        'dist/THIRD-PARTY.txt',
        main,
        'dist/package.json',
        'package.json',
      ].toSorted(),
    );
  });

  test('imports only Node and its declared dependencies, in the tested version', () => {
    const { dependencies = {} } = described(installed(name));
    const foreign = filesOf(name)
      .filter((file) => /^dist\/.*\.(js|d\.ts)$/.test(file))
      .flatMap((file) => importedBy(readFileSync(join(installed(name), file), 'utf8')))
      .filter((it) => !isBuiltin(it) && !it.startsWith('./'));
    expect([...new Set(foreign)].toSorted()).toEqual(Object.keys(dependencies).toSorted());
    const tested = ['kube', 'controller', 'cluster'].map((it) => described(join(root, 'packages', it)).dependencies);
    expect(Object.assign({}, ...tested)).toMatchObject(dependencies);
  });

  test('has the version of the library', () => {
    expect(described(installed(name)).version).toBe(described(root).version);
  });

  test('contains the licences of all bundled libraries', () => {
    const text = readFileSync(join(installed(name), 'dist/THIRD-PARTY.txt'), 'utf8');
    const both = [
      '@marcbachmann/cel-js (MIT)',
      '@peculiar/utils (MIT)',
      'asn1js (BSD-3-Clause)',
      'fastest-levenshtein (MIT)',
      're2js (MIT)',
      'yaml (ISC)',
    ];
    const those = name === 'cli' ? [...both, ...OF_COMMAND] : both;
    expect([...text.matchAll(/^\S+ \([\w.-]+\)$/gm)].map(([line]) => line).toSorted()).toEqual(those.toSorted());
  });
});

test('the command runs without other packages, and reports problems', () => {
  writeFileSync(join(place, 'run.yaml'), 'apiVersion: tekton.dev/v1alpha1\nkind: Taks\nmetadata: { name: a }\n');
  const call = (...args: readonly string[]): readonly unknown[] => {
    const { status, stdout } = spawnSync(process.execPath, [join(installed('cli'), 'bin/pipewright.js'), ...args], {
      cwd: place,
      encoding: 'utf8',
    });
    return [status, stdout.split('\n')[0]];
  };
  expect(call('--version')).toEqual([0, described(root).version]);
  expect(call('--help')).toEqual([0, 'Usage: pipewright [options] [command]']);
  expect(call('lint', 'run.yaml')[0]).toBe(1);
});

const PROGRAM = `
import { simulate, SimulationError, type ScriptedStep, type SimulatedRun } from '@pipewright/testing';

const apiVersion = 'tekton.dev/v1alpha1';
const objects = [
  { apiVersion, kind: 'Task', metadata: { name: 'say' }, spec: { steps: [{ name: 'a', image: 'b:1', command: ['c'] }] } },
  { apiVersion, kind: 'TaskRun', metadata: { name: 'now' }, spec: { taskRef: { name: 'say' } } },
];
const fails: ScriptedStep = { exitCode: 2 };
const run: SimulatedRun = await simulate(objects, { scripts: { now: { a: fails } } });
const none: unknown = await simulate([]).catch((error: unknown) => error);
console.log(run.succeeded, run.task('now').steps[0]?.exitCode, none instanceof SimulationError);
`;

test('a separate program simulates without other packages', () => {
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  writeFileSync(join(place, 'now.js'), ts.transpileModule(PROGRAM, { compilerOptions: options }).outputText);
  const printed = execFileSync(process.execPath, ['now.js'], { cwd: place, encoding: 'utf8', stdio: 'pipe' });
  expect(printed).toBe('false 2 true\n');
}, 60_000);

test('its types are complete under the strictest compiler options', () => {
  writeFileSync(join(place, 'now.ts'), PROGRAM);
  symlinkSync(join(root, 'node_modules/@types'), join(place, 'node_modules/@types'));
  const program = ts.createProgram([join(place, 'now.ts')], {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: ['node'],
    noEmit: true,
  });
  const wrong = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
  expect(wrong).toEqual([]);
}, 60_000);
