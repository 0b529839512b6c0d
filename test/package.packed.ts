/** The package from `npm pack`: plain JavaScript with types and peers, used by a separate program. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');
const PEERS = ['cdk8s', 'cdk8s-plus-27', 'constructs'];
const place = mkdtempSync(join(tmpdir(), 'pipewright-package-'));
const installed = join(place, 'node_modules/pipewright');
let files: readonly string[] = [];

beforeAll(() => {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', place], {
    cwd: root,
    stdio: 'pipe',
  });
  const tarball = readdirSync(place).find((name) => name.endsWith('.tgz')) ?? 'none';
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(place, tarball), '-C', installed, '--strip-components=1']);
  for (const name of [...PEERS, 'fastest-levenshtein', 'yaml', '@types'])
    symlinkSync(join(root, 'node_modules', name), join(place, 'node_modules', name));
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(place, 'main.ts'), PROGRAM);
  files = readdirSync(installed, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
}, 120_000);
afterAll(() => rmSync(place, { recursive: true, force: true }));

const PROGRAM = `
import { Chart } from 'cdk8s';
import { GitResource, Pipeline, PipelineRun, Task, TektonApp } from 'pipewright';
import { TektonTesting } from 'pipewright/testing';

const app = new TektonApp({ outdir: 'dist' });
const chart = new Chart(app, 'ci');
const test = new Task(chart, 'test', {
  inputs: { source: 'git' },
  steps: ({ inputs }) => [{ image: 'node:22', workingDir: inputs.source.path, command: ['npm', 'test'] }],
});
const pipeline = new Pipeline(chart, 'all', {
  resources: { source: 'git' },
  // @ts-expect-error -- a task that needs a repository is given none
  tasks: ({ task }) => task('test', test, process.argv.length > 9 ? {} : undefined),
});
console.log(TektonTesting.of(chart).problems.length);
`;

const SOUND = PROGRAM.replace(
  / {2}\/\/ @ts-expect-error.*\n.*\n/,
  `  tasks: ({ task, resources }) => void task('test', test, { inputs: resources }),\n`,
).replace(
  'console.log',
  `const source = new GitResource(chart, 'source', { url: 'https://example.com/a.git' });
new PipelineRun(chart, 'run', { pipeline, resources: { source }, generateName: 'run-' });
app.synth();
console.log`,
);

test('it contains JavaScript, types, a licence and a README, and no folder of this repository', () => {
  const others = files.filter((file) => !/^build\/lib\/.+\.(js|d\.ts)$/.test(file));
  expect(others.toSorted()).toEqual(['LICENSE', 'README.md', 'build/lib/package.json', 'package.json']);
  expect(files).toContain('build/lib/index.js');
  expect(files.filter((file) => /(^|\/)(packages|test|node_modules)\//.test(file))).toEqual([]);
});

test('it imports only its peers, its dependencies, Node and its own files, and jest only in testing/jest', () => {
  const modules = files
    .filter(
      (file) =>
        /\.(js|d\.ts)$/.test(file) && file !== 'build/lib/testing/jest.js' && file !== 'build/lib/testing/jest.d.ts',
    )
    .flatMap((file) => ts.preProcessFile(readFileSync(join(installed, file), 'utf8'), true, true).importedFiles)
    .map(({ fileName }) => fileName);
  const foreign = modules.filter((name) => !name.startsWith('./') && !name.startsWith('../'));
  expect([...new Set(foreign)].toSorted()).toEqual([
    'cdk8s',
    'cdk8s-plus-27',
    'constructs',
    'fastest-levenshtein',
    'node:crypto',
    'node:fs',
    'node:path',
    'yaml',
  ]);
});

test('it has no install script, and depends on its peers, an edit distance and a YAML parser', () => {
  const described = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, object>; // npm's own format
  expect(Object.keys(described['dependencies'] ?? {})).toEqual(['fastest-levenshtein', 'yaml']);
  expect(described['optionalDependencies']).toBeUndefined();
  expect(Object.keys(described['scripts'] ?? {}).filter((name) => /install/.test(name))).toEqual([]);
  expect(Object.keys(described['peerDependencies'] ?? {}).toSorted()).toEqual(['@jest/globals', ...PEERS]);
});

test('a separate program synthesizes with it', () => {
  writeFileSync(
    join(place, 'sound.js'),
    ts.transpileModule(SOUND, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
      .outputText,
  );
  const printed = execFileSync(process.execPath, ['sound.js'], { cwd: place, encoding: 'utf8', stdio: 'pipe' });
  expect(printed).toBe('0\n');
  const read = (name: string): string => readFileSync(join(place, 'dist', name), 'utf8');
  const written = read('ci.k8s.yaml') + '---\n' + read('runs/ci.k8s.yaml');
  expect(written.split('---\n').map((document) => /^kind: (.*)$/m.exec(document)?.[1])).toEqual([
    'Task',
    'Pipeline',
    'PipelineResource',
    'PipelineRun',
  ]);
  expect(written).toContain('workingDir: $(inputs.resources.source.path)\n');
}, 60_000);

test('its types are complete: a separate program compiles with it, and its mistakes are errors', () => {
  writeFileSync(join(place, 'sound.ts'), SOUND);
  const program = ts.createProgram([join(place, 'main.ts'), join(place, 'sound.ts')], {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    noEmit: true,
  });
  const wrong = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  expect(
    wrong.filter((line) => !line.includes('/node_modules/cdk8s') && !line.includes('/node_modules/@types')),
  ).toEqual([]);
}, 120_000);
