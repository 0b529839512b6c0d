/**
 * Bundles the sources into one cached file, so that the command starts quickly in a checkout.
 *
 * An optimization only: translating and resolving three hundred modules takes longer than most runs. If no bundle can
 * be made (no esbuild, no writable directory), the sources are run directly.
 *
 * The name of the file is a hash of all its inputs (sources, lockfile, Node version, path), so it is never stale.
 */

import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const packages = fileURLToPath(new URL('../../', import.meta.url));
const cacheDirectory = fileURLToPath(new URL('../node_modules/.cache/pipewright/', import.meta.url));

/** Packages to include: every command loads them, and separate files take longer to load than the same code in the bundle. */
const INCLUDED_PACKAGES = [
  '@marcbachmann/cel-js',
  'asn1js',
  'commander',
  'fastest-levenshtein',
  'minimatch',
  'picocolors',
  're2js',
  'string-width',
  'wrap-ansi',
  'yaml',
];

/** Milliseconds after which outdated bundles are removed; until then, another process may read one. */
const MAX_AGE_MS = 3_600_000;

/** @returns {Promise<string | undefined>} the URL of the bundle; undefined if none can be made */
export async function bundle() {
  try {
    const file = join(cacheDirectory, `${inputHash()}.js`);
    if (!isAccessible(file, constants.R_OK)) await writeBundle(file);
    return pathToFileURL(file).href;
  } catch {
    return undefined; // errors in the sources are reported when they are loaded
  }
}

function isAccessible(/** @type {string} */ path, /** @type {number} */ mode) {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function inputHash() {
  const hash = createHash('sha1').update(`${process.version}\n${packages}\n`);
  const add = (/** @type {string} */ file) => existsSync(file) && hash.update(`${file}\n`).update(readFileSync(file));
  const addAll = (/** @type {string} */ directory) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) addAll(path);
      else add(path);
    }
  };
  for (const name of readdirSync(packages)) {
    const sources = join(packages, name, 'src');
    if (existsSync(sources)) addAll(sources);
  }
  add(fileURLToPath(import.meta.url));
  add(join(packages, '../package-lock.json'));
  return hash.digest('hex');
}

async function writeBundle(/** @type {string} */ file) {
  mkdirSync(cacheDirectory, { recursive: true });
  accessSync(cacheDirectory, constants.W_OK);
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(packages, 'cli/src/main.ts')],
    outfile: file,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minifyWhitespace: true, // halves the size
    sourcemap: 'linked',
    logLevel: 'silent',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    plugins: [{ name: 'locations', setup: preserveLocations }],
  });
  for (const { path, contents } of outputFiles.toReversed()) {
    writeFileSync(`${path}.${process.pid}`, contents); // another process may write the same file
    renameSync(`${path}.${process.pid}`, path);
  }
  for (const old of readdirSync(cacheDirectory).map((name) => join(cacheDirectory, name))) {
    const stats = statSync(old, { throwIfNoEntry: false });
    if (stats !== undefined && stats.mtimeMs < Date.now() - MAX_AGE_MS) rmSync(old, { force: true });
  }
}

/** Preserves the location of each module, so that it finds its files, and packages that are not included. */
function preserveLocations(/** @type {import('esbuild').PluginBuild} */ { onLoad, onResolve }) {
  onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
    loader: 'ts',
    contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
  }));
  onResolve({ filter: /^[a-z@]/ }, ({ path, importer, kind }) => {
    const isIncluded = path.startsWith('node:') || path.startsWith('@pipewright/') || INCLUDED_PACKAGES.includes(path);
    if (isIncluded || kind === 'entry-point' || importer.includes('/node_modules/')) return undefined;
    const resolved = createRequire(importer).resolve(path);
    return { path: pathToFileURL(resolved).href, external: true };
  });
}
