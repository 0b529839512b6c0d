/**
 * Writes the published library to build/lib: JavaScript with its types, which requires only the peer dependencies.
 *
 * npm runs it before it packs (`prepack`). The sources are in several folders of this repository, some of them packages that are not
 * published. Here they become one folder with relative imports. The output is CommonJS, as cdk8s is.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const root = import.meta.dirname;

/** The folder below build/lib for each source folder. */
const FOLDERS: Readonly<Record<string, string>> = {
  lib: '.',
  imports: 'imports',
  'packages/tekton/src': 'tekton',
  'packages/apimachinery/src': 'apimachinery',
};

/** Packages of this repository that the library includes, with their entry points. */
const INCLUDED: Readonly<Record<string, string>> = {
  '@pipewright/apimachinery': 'packages/apimachinery/src/index.js',
  '@pipewright/tekton': 'packages/tekton/src/index.js',
};

/** The entry points of the library. */
const ENTRIES = ['lib/index.ts', 'lib/testing/index.ts', 'lib/testing/jest.ts'];

const { options, errors } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
  ts.sys,
  root,
);
const program = ts.createProgram(
  ENTRIES.map((entry) => join(root, entry)),
  {
    ...options,
    target: ts.ScriptTarget.ES2022, // supported by Node 20
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    verbatimModuleSyntax: false, // it would require `require` in the sources
    composite: false,
    incremental: false,
    emitDeclarationOnly: false,
    declaration: true,
    noEmitOnError: true,
    rootDir: root,
    outDir: join(root, 'build/lib'),
    paths: Object.fromEntries(Object.entries(INCLUDED).map(([name, file]) => [name, [sourceOf(file)]])),
  },
);

const out = join(root, 'build/lib');
rmSync(out, { recursive: true, force: true });
const { diagnostics } = program.emit(undefined, (path, text) => {
  const from = relative(out, path);
  const to = join(out, publishedPath(from));
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, withPublishedImports(text, from));
});
writeFileSync(join(out, 'package.json'), '{ "type": "commonjs" }\n');
const wrong = [...errors, ...ts.getPreEmitDiagnostics(program), ...diagnostics];
if (wrong.length > 0) {
  const host = {
    getCurrentDirectory: () => root,
    getCanonicalFileName: (name: string) => name,
    getNewLine: () => '\n',
  };
  process.stderr.write(ts.formatDiagnostics(wrong, host));
  process.exitCode = 1;
}

/** Returns the source of an imported file. */
function sourceOf(file: string): string {
  return join(root, file.replace(/\.js$/, '.ts'));
}

/** Returns the published path of a file of this repository, relative to build/lib. */
function publishedPath(file: string): string {
  const [folder] = Object.keys(FOLDERS).filter((it) => file.startsWith(`${it}/`));
  if (folder === undefined) throw new Error(`${file} is not part of the library, but the library imports it`);
  return join(FOLDERS[folder] ?? '', relative(folder, file));
}

/** Returns the text of a module with imports of the published paths. */
function withPublishedImports(text: string, file: string): string {
  let done = '';
  let at = 0;
  for (const { fileName, pos } of ts.preProcessFile(text, true, true).importedFiles) {
    const start = text.indexOf(fileName, pos); // `pos` is the position of the quote
    done += text.slice(at, start) + specifier(fileName, file);
    at = start + fileName.length;
  }
  return done + text.slice(at);
}

function specifier(name: string, file: string): string {
  const imported = name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : INCLUDED[name];
  if (imported === undefined) return name;
  const path = relative(dirname(publishedPath(file)), publishedPath(imported));
  return path.startsWith('.') ? path : `./${path}`;
}
