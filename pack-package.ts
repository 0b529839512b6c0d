/**
 * Writes the published files of one package to its dist: one file of JavaScript, the types of its exports, and the licences.
 *
 *     node --import tsx ../../pack-package.ts src/index.ts      # in the package's folder; npm runs it before it packs (`prepack`)
 *
 * The bundle includes the other packages of this repository, which are not published. Of the external packages, it includes those that are not
 * `dependencies` in package.json, with their licences.
 */

import { build, type Metafile, type PluginBuild } from 'esbuild';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** The fields of package.json that are used here. */
interface PackageManifest {
  readonly name: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports: object;
}

const root = import.meta.dirname;
const here = process.cwd();
const dist = join(here, 'dist');
const manifest = manifestIn(here);
const entry = resolve(here, process.argv[2] ?? 'src/index.ts');

/** A library is CommonJS, so that programs of both formats, and jest, can load it; a command is an ECMAScript module. */
const isLibrary = '.' in manifest.exports;

/** Options by format: bundled CommonJS packages need `require` in an ECMAScript module, and our sources need `import.meta.url` in CommonJS. */
const FORMATS = {
  cjs: {
    banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': '__url' },
  },
  esm: {
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  },
} as const;

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const format = isLibrary ? 'cjs' : 'esm';
const { metafile } = await build({
  entryPoints: [entry],
  outdir: dist,
  bundle: true,
  metafile: true,
  platform: 'node',
  format,
  target: 'node20',
  external: Object.keys(manifest.dependencies ?? {}),
  logLevel: 'warning',
  plugins: [{ name: 'embed-files', setup: embedFiles }],
  ...FORMATS[format],
});
const sources = sourcesIn(metafile);
writeFileSync(join(dist, 'THIRD-PARTY.txt'), licences(sources));
copyFileSync(join(root, 'LICENSE'), join(here, 'LICENSE'));
writeFileSync(join(dist, 'package.json'), `{ "type": "${format === 'cjs' ? 'commonjs' : 'module'}" }\n`);
if (isLibrary) writeTypes();

function manifestIn(folder: string): PackageManifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest;
}

/** Returns the sources that contribute to the bundle; esbuild omits those that nothing uses. */
function sourcesIn({ outputs }: Metafile): readonly string[] {
  const inputs = Object.values(outputs).flatMap((it) => Object.entries(it.inputs));
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => resolve(path));
}

/** Replaces a read of a source file, whose name must be a literal, by the text of the file. Other files are published unchanged. */
function embedFiles({ onLoad }: PluginBuild): void {
  const read = /readFileSync\(new URL\('(\.\.?\/[^']+)', import\.meta\.url\), 'utf8'\)/g;
  onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
    const sources = path.slice(0, path.lastIndexOf('/src/') + '/src/'.length);
    const isSource = (name: string): boolean => resolve(dirname(path), name).startsWith(sources);
    const contents = readFileSync(path, 'utf8').replace(read, (call, name: string) =>
      isSource(name) ? JSON.stringify(readFileSync(resolve(dirname(path), name), 'utf8')) : call,
    );
    for (const [, left = ''] of contents.matchAll(/new URL\('(\.\.?\/[^']+)', import\.meta\.url\)/g))
      if (isSource(left)) throw new Error(`${path} reads ${left} in a way that cannot be embedded`);
    return { contents, loader: 'ts' };
  });
}

/** Returns the licences of the bundled external packages, which require that they are included. */
function licences(sources: readonly string[]): string {
  const folders = sources.flatMap((it) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(it) ?? []);
  const texts = [...new Set(folders)].toSorted().map((folder) => {
    const { name, license = '' } = manifestIn(folder);
    const file = readdirSync(folder).find((it) => /^licen[cs]e/i.test(it));
    if (file === undefined) throw new Error(`${name} is bundled, but has no licence file`);
    return `${name} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return `${manifest.name} contains parts of:\n\n${texts.join('\n---\n\n')}`;
}

/** Writes the declarations that the exports of the entry need. Throws if one needs a package that is not published. */
function writeTypes(): void {
  const needed = [entry];
  for (const source of needed) {
    const at = relative(root, source);
    const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(source, 'utf8'), {
      fileName: source,
      reportDiagnostics: true,
      compilerOptions: { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true },
    });
    for (const { messageText } of diagnostics)
      throw new Error(`${at}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
    for (const { fileName } of ts.preProcessFile(outputText, true, true).importedFiles) {
      if (!fileName.startsWith('./')) throw new Error(`the types of ${at} need ${fileName}, which is not published`);
      const next = resolve(dirname(source), fileName.replace(/\.js$/, '.ts'));
      if (!needed.includes(next)) needed.push(next);
    }
    writeFileSync(join(dist, basename(source).replace(/\.ts$/, '.d.ts')), outputText);
  }
}
