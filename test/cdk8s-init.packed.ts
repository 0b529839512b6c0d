/**
 * The packages in a project created by `cdk8s init typescript-app`: CommonJS, an old `moduleResolution`, jest without ECMAScript
 * modules. The template is the one of the cdk8s CLI that is installed here.
 *
 * Offline, this repository's compiler and jest replace those of the template, with the template's default options;
 * `test/package-outside.sh` installs the template's versions.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import ts from 'typescript';
import { unpack } from './tarball.js';

const root = resolve(import.meta.dirname, '..');
const template = join(root, 'node_modules/cdk8s-cli/templates/typescript-app');
const work = mkdtempSync(join(tmpdir(), 'pipewright-init-'));
const project = join(work, 'hello');
afterAll(() => rmSync(work, { recursive: true, force: true }));

beforeAll(() => {
  for (const file of ['cdk8s.yaml', 'jest.config.js', 'package.json', 'tsconfig.json']) {
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, file), readFileSync(join(template, file), 'utf8').replaceAll('{{ $base }}', 'hello'));
  }
  cpSync(join(root, 'test/cdk8s-init'), project, { recursive: true });
  execFileSync('npm', ['run', '--silent', 'tarballs', '--', join(work, 'tarballs')], { cwd: root, stdio: 'pipe' });
  const modules = join(project, 'node_modules');
  unpack(join(work, 'tarballs'), modules);
  const packages = [
    'cdk8s',
    'cdk8s-plus-27',
    'constructs',
    'fastest-levenshtein',
    'yaml',
    '@types',
    '@jest',
    'expect',
    'jest',
    'typescript',
  ];
  for (const name of packages) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  mkdirSync(join(modules, 'ts-jest'));
  writeFileSync(
    join(modules, 'ts-jest/index.js'),
    `const ts = require('typescript');
exports.process = (text) => ({ code: ts.transpileModule(text, { compilerOptions: { module: 'commonjs', target: 'es2017' } }).outputText });
`,
  );
}, 120_000);

/** Returns the compiler's errors for our packages and the project, with the options of the template's compiler. */
function compile(files: readonly string[], module: ts.ModuleKind, moduleResolution: ts.ModuleResolutionKind): string[] {
  const { config } = ts.readConfigFile(join(project, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, project);
  const program = ts.createProgram(
    files.map((file) => join(project, file)),
    {
      ...options,
      module,
      moduleResolution,
      ignoreDeprecations: '6.0',
      types: ['node'],
      outDir: project,
      noEmitOnError: false,
    },
  );
  program.emit();
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`)
    .filter((line) => line.startsWith(project) || line.startsWith(':'));
}

test.each([
  ['of the template', ts.ModuleKind.CommonJS, ts.ModuleResolutionKind.Node10],
  ['of Node 16 and later', ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
  ['of bundlers', ts.ModuleKind.CommonJS, ts.ModuleResolutionKind.Bundler],
])(
  'compiles with the rules of modules %s',
  (_, module, resolution) => {
    expect(compile(['main.ts', 'main.test.ts'], module, resolution)).toEqual([]);
  },
  120_000,
);

test('synthesizes as CommonJS', () => {
  compile(['main.ts'], ts.ModuleKind.CommonJS, ts.ModuleResolutionKind.Node10);
  execFileSync(process.execPath, ['main.js'], { cwd: project, stdio: 'pipe' });
  expect(readdirSync(join(project, 'dist')).toSorted()).toEqual([
    '_generated-files.hello.main.txt',
    'hello.k8s.yaml',
    'runs',
  ]);
});

test('is tested with jest and ts-jest alone', () => {
  for (const file of readdirSync(project).filter((name) => /^main.*\.(js|d\.ts)$/.test(name)))
    rmSync(join(project, file));
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const { status, stderr } = spawnSync(process.execPath, [jest, '--ci'], { cwd: project, encoding: 'utf8' });
  expect({ status, said: status === 0 ? '' : stderr }).toEqual({ status: 0, said: '' });
  expect(stderr).toContain('Tests:       1 passed, 1 total');
}, 120_000);

test('imports YAML as a CommonJS program', () => {
  cpSync(join(root, 'examples/article/manifests'), join(project, 'manifests'), { recursive: true });
  const out = join(project, 'article.ts');
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(project, 'node_modules/.bin/pipewright'), 'import', 'manifests', '--out', out],
    { cwd: project, encoding: 'utf8' },
  );
  expect({ status, said: status === 0 ? '' : stderr }).toEqual({ status: 0, said: '' });
  expect(readFileSync(out, 'utf8')).toContain('if (require.main === module) {');
  expect(compile(['article.ts'], ts.ModuleKind.CommonJS, ts.ModuleResolutionKind.Node10)).toEqual([]);
  execFileSync(process.execPath, ['article.js'], { cwd: project, stdio: 'pipe' });
  expect(readdirSync(join(project, 'dist'))).toContain('article.k8s.yaml');
});
