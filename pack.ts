/**
 * Writes what is published to build/lib: the library as JavaScript with its types, and nothing that must be installed but peers.
 *
 * npm runs it before it packs (`prepack`). The library is written in several folders of this repository, one of them a package of
 * its own that is not published; here they become one folder, and imports between them relative. It is CommonJS, as cdk8s is.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const root = import.meta.dirname;

/** Where each folder goes below build/lib. */
const PLACES: Readonly<Record<string, string>> = { lib: '.', imports: 'imports', 'packages/tekton/src': 'tekton' };

/** Packages of this repository that are carried inside, by the file that their name means. */
const CARRIED: Readonly<Record<string, string>> = { '@pipewright/tekton': 'packages/tekton/src/index.js' };

/** What is imported from outside. */
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
    target: ts.ScriptTarget.ES2022, // what Node 20 runs as it is
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    verbatimModuleSyntax: false, // it would have the sources say `require`
    composite: false,
    incremental: false,
    emitDeclarationOnly: false,
    declaration: true,
    noEmitOnError: true,
    rootDir: root,
    outDir: join(root, 'build/lib'),
    paths: Object.fromEntries(Object.entries(CARRIED).map(([name, file]) => [name, [sourceOf(file)]])),
  },
);

const out = join(root, 'build/lib');
rmSync(out, { recursive: true, force: true });
const { diagnostics } = program.emit(undefined, (path, text) => {
  const from = relative(out, path);
  const to = join(out, placed(from));
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, rewritten(text, from));
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

/** The source of a file that an import names. */
function sourceOf(file: string): string {
  return join(root, file.replace(/\.js$/, '.ts'));
}

/** Where a file of this repository lies in what is published, relative to build/lib. */
function placed(file: string): string {
  const [folder] = Object.keys(PLACES).filter((it) => file.startsWith(`${it}/`));
  if (folder === undefined) throw new Error(`${file} is no part of the library, yet the library imports it`);
  return join(PLACES[folder] ?? '', relative(folder, file));
}

/** A module's text, with imports that fit the new places. */
function rewritten(text: string, file: string): string {
  let done = '';
  let at = 0;
  for (const { fileName, pos } of ts.preProcessFile(text, true, true).importedFiles) {
    const start = text.indexOf(fileName, pos); // `pos` is that of the quote
    done += text.slice(at, start) + specifier(fileName, file);
    at = start + fileName.length;
  }
  return done + text.slice(at);
}

function specifier(name: string, file: string): string {
  const meant = name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : CARRIED[name];
  if (meant === undefined) return name;
  const path = relative(dirname(placed(file)), placed(meant));
  return path.startsWith('.') ? path : `./${path}`;
}
