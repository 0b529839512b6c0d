/**
 * Writes what is published of one package to its dist: one file of JavaScript, the types of what it exports, and its licences.
 *
 *     node --import tsx ../../pack-package.ts src/index.ts      # in the package's folder; npm does so before it packs (`prepack`)
 *
 * The packages of this repository are not published, so they are taken in. Of what comes from elsewhere, what package.json
 * has under `dependencies` is left to the installer; the rest is taken in too, with its licence.
 */

import { build, type Metafile, type PluginBuild } from 'esbuild';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** npm's own format, as far as it is read here. */
interface Described {
  readonly name: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports: object;
}

const root = import.meta.dirname;
const here = process.cwd();
const dist = join(here, 'dist');
const described = describedIn(here);
const entry = resolve(here, process.argv[2] ?? 'src/index.ts');

/** What is imported is CommonJS, so that programs of both kinds, and jest, can load it; a command is only run. */
const isImported = '.' in described.exports;

/** What the bundle needs to be of its kind: taken-in CommonJS asks for Node's modules in its own way, our sources for their URL. */
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
const format = isImported ? 'cjs' : 'esm';
const { metafile } = await build({
  entryPoints: [entry],
  outdir: dist,
  bundle: true,
  metafile: true,
  platform: 'node',
  format,
  target: 'node20',
  external: Object.keys(described.dependencies ?? {}),
  logLevel: 'warning',
  plugins: [{ name: 'embed-files', setup: embedFiles }],
  ...FORMATS[format],
});
const taken = sourcesIn(metafile);
writeFileSync(join(dist, 'THIRD-PARTY.txt'), licences(taken));
copyFileSync(join(root, 'LICENSE'), join(here, 'LICENSE'));
writeFileSync(join(dist, 'package.json'), `{ "type": "${format === 'cjs' ? 'commonjs' : 'module'}" }\n`);
if (isImported) writeTypes();

function describedIn(folder: string): Described {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Described;
}

/** What there is something of in the one file; much that is looked at is left out again, because nothing needs it. */
function sourcesIn({ outputs }: Metafile): readonly string[] {
  const inputs = Object.values(outputs).flatMap((it) => Object.entries(it.inputs));
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => resolve(path));
}

/** Replaces the reading of a source file, which must be named literally, by the file's text. Other files are published as they are. */
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

/** The licences of what was taken in from elsewhere, which ask to be kept with it. */
function licences(sources: readonly string[]): string {
  const folders = sources.flatMap((it) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(it) ?? []);
  const texts = [...new Set(folders)].toSorted().map((folder) => {
    const { name, license = '' } = describedIn(folder);
    const file = readdirSync(folder).find((it) => /^licen[cs]e/i.test(it));
    if (file === undefined) throw new Error(`${name} is taken in, but has no licence to keep with it`);
    return `${name} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return `Parts of ${described.name} are taken from:\n\n${texts.join('\n---\n\n')}`;
}

/** The declarations that the entry's exports need. None may speak of a package that is not published. */
function writeTypes(): void {
  const wanted = [entry];
  for (const source of wanted) {
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
      if (!wanted.includes(next)) wanted.push(next);
    }
    writeFileSync(join(dist, basename(source).replace(/\.ts$/, '.d.ts')), outputText);
  }
}
