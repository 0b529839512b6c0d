/**
 * The allowed imports. This table is the rule; `docs/internals/architecture.md` explains it.
 *
 * A folder may import itself and the entries of its row; all other imports fail, npm modules included. An entry that ends with
 * `:` is a scheme. Other packages are imported by name, never by a path into them.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, dirname } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { CLI_IMPORTS } from './architecture-cli.js';
import { CONTROLLER_IMPORTS, TEKTON_IMPORTS } from './architecture-engine.js';

const CONSTRUCTS = ['cdk8s', 'cdk8s-plus-27', 'constructs'];

const KUBE_SHARED = ['@pipewright/apimachinery', 'packages/kube/src/random.js'];

/** What the picture of a pod is drawn from. */
const PICTURED = ['pod', 'run/options.js', 'edge/read-scripts.js'].map((path) => `packages/controller/src/${path}`);

const lib = (folder: string): string => `lib/${folder}`;

/** Folders that constructs of every API version use. */
const LIB_SHARED = ['diagnostics', 'manifests', 'gitops', 'validation', 'internal'].map(lib);

/** The constructs of v1alpha1. Nothing shared imports them. */
const V1ALPHA1 = ['declarations', 'resources', 'task', 'pipeline', 'run'].map((folder) => `v1alpha1/${folder}`);

const cluster = (folder: string): string => `packages/cluster/src/${folder}`;

/** Imports allowed in every folder of the embedded cluster. */
const CLUSTER_SHARED = ['@pipewright/apimachinery', ...['model', 'platform'].map(cluster)];

/** What every folder of the API server may use, beside {@link CLUSTER_SHARED}. */
const API_SHARED = [
  ...CLUSTER_SHARED,
  ...['api-context', 'request-info', 'status-error'].map((file) => cluster(`api/${file}.js`)),
];

const api = (...folders: readonly string[]): string[] => folders.map((folder) => cluster(`api/${folder}`));

/** Folders of the node, with the files beside them that all of these use. */
const node = (...folders: readonly string[]): string[] => [
  ...folders.map((folder) => cluster(`node/${folder}`)),
  ...['node-api', 'node-context', 'persistent-request'].map((file) => cluster(`node/${file}.js`)),
];

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ...TEKTON_IMPORTS,
  'packages/apimachinery/src': [],
  'packages/kube/src': [], // its index, and randomness
  'packages/kube/src/client': [...KUBE_SHARED, '@kubernetes/client-node', 'fastest-levenshtein', 'undici', 'node:'],
  'packages/kube/src/controller': [...KUBE_SHARED, 'packages/kube/src/client'],
  ...CONTROLLER_IMPORTS,
  'packages/cluster/src': ['@pipewright/apimachinery', 'node:'], // its index, and the cluster that is built from the folders
  'packages/cluster/src/platform': ['@pipewright/apimachinery', 'node:'],
  'packages/cluster/src/model': ['@pipewright/apimachinery'],
  'packages/cluster/src/tls': ['asn1js', 'node:'],
  'packages/cluster/src/storage': [...CLUSTER_SHARED, cluster('tls'), 'node:'],
  'packages/cluster/src/storage/memory': CLUSTER_SHARED,
  'packages/cluster/src/storage/disk': [...CLUSTER_SHARED, 'node:'],
  'packages/cluster/src/storage/journal': [
    ...CLUSTER_SHARED,
    cluster('storage/memory'),
    cluster('storage/disk'),
    'node:util',
    'node:zlib',
  ],
  'packages/cluster/src/api': [...CLUSTER_SHARED, cluster('storage/memory')],
  'packages/cluster/src/api/wire': [...API_SHARED, ...api('kinds', 'schema'), 'yaml'],
  'packages/cluster/src/api/schema': [...API_SHARED, 're2js'],
  'packages/cluster/src/api/printing': [...API_SHARED, ...api('kinds')],
  'packages/cluster/src/api/kinds': [...API_SHARED, ...api('schema', 'printing', 'admission'), 'node:fs'],
  'packages/cluster/src/api/selectors': [...API_SHARED, ...api('kinds')],
  'packages/cluster/src/api/admission': [...API_SHARED, ...api('kinds')],
  'packages/cluster/src/api/auth': [...API_SHARED, ...api('kinds', 'wire'), 'node:crypto'],
  'packages/cluster/src/api/discovery': [...API_SHARED, ...api('kinds', 'schema'), 'node:crypto'],
  'packages/cluster/src/api/verbs': [
    ...API_SHARED,
    ...api('kinds', 'schema', 'wire', 'selectors', 'printing', 'auth', 'admission'),
    cluster('storage/memory'),
    cluster('storage/journal/storage-write-error.js'),
  ],
  'packages/cluster/src/api/verbs/patch': [
    ...API_SHARED,
    ...api('kinds', 'schema', 'wire', 'auth/authorization.js'),
    ...['read', 'write', 'object-request', 'commit'].map((file) => cluster(`api/verbs/${file}.js`)),
  ],
  'packages/cluster/src/controllers': [...API_SHARED, ...api('kinds', 'verbs'), cluster('storage/memory')],
  'packages/cluster/src/http': [...CLUSTER_SHARED, cluster('api/server.js'), cluster('tls'), 'node:'],
  'packages/cluster/src/runtime': [...CLUSTER_SHARED, 'node:'],
  'packages/cluster/src/runtime/host': [...CLUSTER_SHARED, 'node:'],
  'packages/cluster/src/runtime/launchers': [
    cluster('runtime/runtime.js'),
    cluster('runtime/host'),
    ...CLUSTER_SHARED,
    'node:',
  ],
  'packages/cluster/src/runtime/sandbox': [
    cluster('runtime/runtime.js'),
    cluster('runtime/host'),
    cluster('runtime/launchers'),
    ...CLUSTER_SHARED,
    'node:',
  ],
  'packages/cluster/src/node': [
    ...CLUSTER_SHARED,
    cluster('runtime/runtime.js'),
    cluster('runtime/host'),
    cluster('api/server.js'),
    ...api('discovery', 'wire'),
    'node:',
  ],
  'packages/cluster/src/node/pod': [...CLUSTER_SHARED, ...node('container', 'logs', 'volumes'), 'node:util'],
  'packages/cluster/src/node/container': [
    ...CLUSTER_SHARED,
    ...node('logs', 'pod', 'probes', 'volumes'),
    cluster('runtime/runtime.js'),
    'node:fs',
    'node:path',
  ],
  'packages/cluster/src/node/volumes': [
    ...CLUSTER_SHARED,
    ...node('container/expansion.js', 'pod'),
    cluster('runtime/runtime.js'),
    cluster('runtime/host'),
    'node:fs',
    'node:path',
  ],
  'packages/cluster/src/node/logs': [
    ...CLUSTER_SHARED,
    cluster('runtime/runtime.js'),
    cluster('runtime/host'),
    'node:fs',
    'node:fs/promises',
    'node:path',
  ],
  'packages/cluster/src/node/probes': [
    ...CLUSTER_SHARED,
    ...node('pod/pod.js'),
    cluster('runtime/runtime.js'),
    'node:http',
    'node:https',
    'node:net',
  ],
  'packages/cluster/src/registry': [...CLUSTER_SHARED, cluster('http'), 'node:'],
  ...CLI_IMPORTS,
  'packages/testing/src': [
    '@pipewright/apimachinery',
    '@pipewright/tekton',
    '@pipewright/kube',
    '@pipewright/controller',
    '@pipewright/cluster',
  ],
  'packages/testing/src/edge': ['@pipewright/apimachinery', '@pipewright/kube', '@pipewright/cluster'],
  imports: ['cdk8s', 'constructs'],
  lib: [], // its index
  'lib/diagnostics': ['@pipewright/tekton', 'constructs', 'node:fs', 'node:path'],
  'lib/manifests': [lib('diagnostics'), '@pipewright/tekton', ...CONSTRUCTS],
  'lib/gitops': [lib('manifests'), '@pipewright/tekton'],
  'lib/validation': [...['diagnostics', 'manifests', 'gitops'].map(lib), '@pipewright/tekton', ...CONSTRUCTS],
  'lib/internal': [
    ...['diagnostics', 'manifests', 'validation'].map(lib),
    '@pipewright/tekton',
    ...CONSTRUCTS,
    'node:crypto',
  ],
  'lib/access': [...LIB_SHARED, '@pipewright/tekton', ...CONSTRUCTS],
  'lib/app': [...LIB_SHARED, '@pipewright/tekton', ...CONSTRUCTS, 'node:crypto', 'node:fs', 'node:path'],
  'lib/v1alpha1/declarations': [...LIB_SHARED, '@pipewright/tekton', ...CONSTRUCTS, 'yaml'],
  'lib/v1alpha1/resources': [
    ...LIB_SHARED,
    lib('v1alpha1/declarations'),
    'imports',
    '@pipewright/tekton',
    ...CONSTRUCTS,
  ],
  'lib/v1alpha1/task': [...LIB_SHARED, lib('v1alpha1/declarations'), '@pipewright/tekton', ...CONSTRUCTS],
  'lib/v1alpha1/pipeline': [
    ...LIB_SHARED,
    ...['v1alpha1/declarations', 'v1alpha1/task'].map(lib),
    '@pipewright/tekton',
    ...CONSTRUCTS,
  ],
  'lib/v1alpha1/run': [...LIB_SHARED, lib('access'), ...V1ALPHA1.map(lib), '@pipewright/tekton', ...CONSTRUCTS],
  'lib/testing': [
    ...['diagnostics', 'validation'].map(lib),
    '@pipewright/tekton',
    ...CONSTRUCTS,
    '@jest/globals',
    'expect',
  ],
  'main.ts': ['lib', ...CONSTRUCTS],
  'pack.ts': ['typescript', 'node:'],
  'pack-package.ts': ['esbuild', 'typescript', 'node:'],
  'tarballs.ts': ['pack.js', 'node:'],
  'test/simulation': [
    '@pipewright/tekton',
    '@pipewright/apimachinery',
    '@pipewright/kube',
    '@pipewright/controller',
    '@pipewright/cluster',
    '@jest/globals',
    'test/thorough.js',
    'eslint',
    'eslint.config.js',
    'node:',
  ],
  examples: [
    'lib',
    '@pipewright/testing',
    ...CONSTRUCTS,
    '@jest/globals',
    'node:child_process',
    'node:fs',
    'node:path',
  ],
  bench: [
    '@pipewright/tekton',
    '@pipewright/apimachinery',
    '@pipewright/kube',
    '@pipewright/controller',
    '@pipewright/cluster',
    '@pipewright/cli',
    'packages/cli/src', // measures a module that the package does not export
    'lib',
    'cdk8s',
    'yaml',
    'node:',
  ],
  generators: ['packages/cli/src', 'parity/page.js', 'typescript', 'node:'],
  'generators/commands': [
    'packages/cli/src',
    'generators/type-links.js',
    'packages/controller/src/run/options.js',
    'typescript',
    'node:',
  ],
  'generators/pictures': ['@pipewright/tekton', ...PICTURED, '@xterm/headless', 'yaml', 'node:'],
  parity: [
    '@pipewright/tekton',
    '@pipewright/apimachinery',
    '@pipewright/kube',
    '@pipewright/controller',
    '@pipewright/cluster',
    '@pipewright/cli',
    'yaml',
    'node:',
    'parity/v1.15',
  ],
  'parity/v1.15': ['parity'],
};

const root = resolve(import.meta.dirname, '..');

function filesOf(place: string): string[] {
  const full = join(root, place);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [place];
  const nested = Object.keys(MAY_IMPORT).filter((other) => other.startsWith(`${place}/`));
  return readdirSync(full, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('build/'))
    .map((name) => join(place, name))
    .filter((file) => !nested.some((other) => file.startsWith(`${other}/`)));
}

/** Returns the path in this repository of a module specifier, or the name of an npm or Node module unchanged. */
const target = (file: string, from: string): string =>
  from.startsWith('.') ? relative(root, resolve(root, dirname(file), from)) : from;

const allows = (entry: string, to: string): boolean =>
  to === entry || to.startsWith(entry.endsWith(':') ? entry : `${entry}/`);

function strays(place: string, allowed: readonly string[]): string[] {
  return filesOf(place).flatMap((file) =>
    ts
      .preProcessFile(readFileSync(join(root, file), 'utf8'), true, true)
      .importedFiles.map(({ fileName }) => target(file, fileName))
      .filter((to) => ![place, ...allowed].some((entry) => allows(entry, to)))
      .map((to) => `${file} imports ${to}`),
  );
}

/** Groups of files that reach each other by imports, each sorted and joined (Tarjan's strongly connected components). */
function importCycles(files: readonly string[]): string[] {
  const imports = new Map(files.map((file) => [file, importedFiles(file)]));
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const cycles: string[] = [];
  const visit = (file: string): number => {
    const index = order.size;
    order.set(file, index);
    open.push(file);
    let low = index;
    for (const next of imports.get(file) ?? []) {
      if (!imports.has(next)) continue;
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, lowest.get(next) ?? order.get(next) ?? low);
    }
    lowest.set(file, low);
    if (low !== index) return low;
    const group = open.splice(open.indexOf(file));
    if (group.length > 1 || imports.get(file)?.includes(file)) cycles.push(group.sort().join(' '));
    return low;
  };
  for (const file of files) if (!order.has(file)) visit(file);
  return cycles.sort();
}

const importedFiles = (file: string): string[] =>
  ts
    .preProcessFile(readFileSync(join(root, file), 'utf8'), true, true)
    .importedFiles.map(({ fileName }) => target(file, fileName).replace(/\.js$/, '.ts'));

describe('imports point one way', () => {
  test('no import cycles, type-only imports included', () => {
    expect(importCycles(Object.keys(MAY_IMPORT).flatMap(filesOf))).toEqual([]);
  });

  test.each(Object.entries(MAY_IMPORT))('%s imports only what its row allows', (place, allowed) => {
    const found = strays(place, allowed);
    expect(found.join('\n')).toBe('');
  });

  test('every row has files to check', () => {
    expect(Object.keys(MAY_IMPORT).filter((place) => place !== 'imports' && filesOf(place).length === 0)).toEqual([]);
  });

  test('every folder of modules has a row, except tests', () => {
    const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
      cwd: root,
    });
    const modules = listed
      .toString()
      .split('\n')
      .filter((file) => file !== '' && !/(^|\/)test\/|\.d\.ts$/.test(file));
    const hasRow = (file: string): boolean =>
      [file, dirname(file)].some((row) => row in MAY_IMPORT) || /^(examples|imports)\//.test(file);
    expect(modules.filter((file) => existsSync(join(root, file)) && !hasRow(file))).toEqual([]);
  });
});
