/**
 * The sources as one file: put together when they have changed, and read by every start from then on.
 *
 * Nothing here is needed for anything to work. To translate and resolve three hundred modules takes longer than most
 * runs do; to read one file takes none of that. Whatever is in the way (no esbuild, nowhere to write) leads back to the
 * sources themselves.
 *
 * The file is named after all that it is made of, so it can never be stale: sources, lockfile, Node's version, place.
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
const shelf = fileURLToPath(new URL('../node_modules/.cache/pipewright/', import.meta.url));

/** Pure JavaScript that every command reads: taken in, because each is dozens of small files. */
const TAKEN_IN = ['commander', 'fast-json-patch', 'picocolors', 'yaml'];

/** How long a file of sources that have changed since is left lying, in milliseconds: somebody may be about to read it. */
const KEPT = 3_600_000;

/** @returns {Promise<string | undefined>} the URL of a module to import, or undefined where there can be none */
export async function bundle() {
  try {
    const file = join(shelf, `${key()}.js`);
    if (!may(file, constants.R_OK)) await make(file);
    return pathToFileURL(file).href;
  } catch {
    return undefined; // what is wrong with the sources shows when they are loaded
  }
}

function may(/** @type {string} */ path, /** @type {number} */ how) {
  try {
    accessSync(path, how);
    return true;
  } catch {
    return false;
  }
}

function key() {
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

async function make(/** @type {string} */ file) {
  mkdirSync(shelf, { recursive: true });
  accessSync(shelf, constants.W_OK);
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(packages, 'cli/src/main.ts')],
    outfile: file,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minifyWhitespace: true, // half of what there is to read
    sourcemap: 'linked',
    logLevel: 'silent',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    plugins: [{ name: 'places', setup: keepPlaces }],
  });
  for (const { path, contents } of outputFiles.toReversed()) {
    writeFileSync(`${path}.${process.pid}`, contents); // another process may be at this as well
    renameSync(`${path}.${process.pid}`, path);
  }
  for (const old of readdirSync(shelf).map((name) => join(shelf, name))) {
    if (statSync(old, { throwIfNoEntry: false })?.mtimeMs < Date.now() - KEPT) rmSync(old, { force: true });
  }
}

/** Modules find their own files, and packages that are not taken in, where they would without this. */
function keepPlaces(/** @type {import('esbuild').PluginBuild} */ { onLoad, onResolve }) {
  onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
    loader: 'ts',
    contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
  }));
  onResolve({ filter: /^[a-z@]/ }, ({ path, importer, kind }) => {
    const own = path.startsWith('node:') || path.startsWith('@pipewright/') || TAKEN_IN.includes(path);
    if (own || kind === 'entry-point' || importer.includes('/node_modules/')) return undefined;
    const resolved = createRequire(importer).resolve(path);
    return { path: pathToFileURL(resolved).href, external: true };
  });
}
