/**
 * Restricts the calls and imports of code by selectors, which oxlint does not support. All other rules are in .oxlintrc.json. Each rule prevents a defect that
 * occurred; prettier formats the code.
 */
import { builtinModules } from 'node:module';
import ts from 'typescript-eslint';

const HIDDEN_INPUTS = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'time is an argument: only the edge reads a clock',
  },
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'time is an argument: only the edge reads a clock',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'names are computed, not random',
  },
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'only the edge reads the environment',
  },
  { selector: 'CallExpression[callee.name=/^set(Timeout|Interval|Immediate)$/]', message: 'only the edge sets timers' },
];

/**
 * The files of the command that may use the process, the clock, the network or files, with the reason. All other files of packages/cli/src depend
 * only on their arguments. `test/hidden-inputs.test.ts` checks that each row is needed.
 */
export const CLI_EDGES = {
  'main.ts': 'starts the command in the process',
  'version.ts': 'reads package.json',
  'config/{config,config-reader}.ts': 'finds and reads pipewright.yaml, and checks that directories exist',
  'config/stand-in-flags.ts': 'resolves directories of options against the working directory',
  'controller/controller-command.ts': 'listens for signals',
  'diagnostics/failure.ts': 'writes files, and reads the variable that enables stack traces',
  'git-server/{git-server,smart-http}.ts': 'serves HTTP',
  'git-server/git.ts': 'runs git',
  'git-server/{references,repository,snapshot,working-tree}.ts': 'read and write repositories',
  'images/{archive-image,blobs,file-tree,image-cache,image-reference,image-user}.ts':
    'read image archives and write root filesystems',
  'images/layer-bytes.ts': 'decompresses streams with the algorithms of this version of Node',
  'import/import-command.ts': 'writes the program',
  'lint/lint-command.ts': 'shows paths relative to the working directory',
  'log/{log-options,text-log}.ts': 'write the log file',
  'manifests/{default-folders,file-search,sources}.ts': 'find and read manifests',
  'object-store/bucket-files.ts': 'reads and writes the directory of a bucket',
  'object-store/gsutil-program.ts': 'reads a program of this package',
  'object-store/object-store.ts': 'serves HTTP',
  'run/prepare/workspace-directory.ts': 'checks that directories exist, against the working directory',
  'run/run-command.ts': 'listens for signals, and passes clock and environment to the other files',
  'stand-ins/{builder-image,gsutil-image}.ts': 'write overlay directories',
  'terminal/output.ts': 'writes to the outputs of the process',
  'terminal/stop-requests.ts': 'listens for signals, and ends the process',
  'up/live-sources.ts': 'serves HTTP',
  'up/up-command.ts': 'listens for signals, and writes credentials',
};
const CLI_EDGE_FILES = Object.keys(CLI_EDGES).map((name) => `packages/cli/src/${name}`);

/** The only files that may read a clock, the environment or randomness, or set timers. All others receive them as arguments. */
const EDGES = [
  'packages/{apimachinery/src/clock,kube/src/random}.ts',
  'packages/kube/src/client/{client-node,credentials,kubeconfig,kubeconfig-send}.ts',
  'packages/cluster/src/runtime/{fake,host/memory-directory,sandbox/sandbox}.ts',
  ...CLI_EDGE_FILES,
  'packages/controller/src/edge/{event-sender,log}.ts',
  'packages/controller/src/edge/registry/**',
  'lib/manifests/plain-object.ts', // renders as cdk8s does, which reads there whether to sort keys
  'packages/testing/src/edge/**',
];

/** Globals that a pure file cannot use. */
const PROCESS = ['process', 'fetch', 'performance', 'setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: 'pure files depend only on their arguments: only an edge uses the process, the clock or the network',
}));

/**
 * What runs in the deterministic simulation (test/simulation): a seed replays exactly only if time, later turns, randomness and I/O
 * are all injected. Microtasks are allowed: their order is the language's.
 */
const SIMULATED = [
  'packages/cluster/src/{api,controllers,model,storage,node}/**/*.ts',
  'packages/{apimachinery,kube}/src/**/*.ts',
  'packages/controller/src/edge/**/*.ts',
];

/** Implementations of what is injected, and code that a simulation does not reach: real files, sockets, keys and processes. */
const SIMULATION_EDGES = [
  'packages/{apimachinery/src/clock,kube/src/random}.ts',
  'packages/kube/src/client/{client-node,credentials,kubeconfig,kubeconfig-send}.ts',
  'packages/cluster/src/api/kinds/builtin-schemas.ts', // a table that is read once
  'packages/cluster/src/storage/{open,secrets,disk/disk,disk/lock}.ts',
  'packages/cluster/src/node/{machine,container/container-start,container/termination,probes/probing}.ts',
  'packages/cluster/src/node/{logs/log-disk,logs/log-reader,logs/pod-logs,volumes/pod-volumes,volumes/volume-directories}.ts',
  'packages/controller/src/edge/{event-sender,log,read-scripts}.ts',
  'packages/controller/src/edge/registry/{session,image-command}.ts',
  'packages/controller/src/edge/resolvers/{bundles,git-pack,git-transport}.ts',
];

const ASYNCHRONY = [
  ...HIDDEN_INPUTS,
  {
    selector: "CallExpression[callee.name='Date']",
    message: 'time is an argument: only the edge reads a clock',
  },
  {
    selector: "MemberExpression[object.name='AbortSignal'][property.name='timeout']",
    message: 'timers are injected: use `after` of the clock that the caller has',
  },
  {
    selector:
      "MemberExpression[object.name='process'][property.name=/^(nextTick|hrtime|uptime|cpuUsage|memoryUsage)$/]",
    message: 'time and later turns are injected: use the clock that the caller has',
  },
  { selector: "NewExpression[callee.name='Blob']", message: 'a Blob is read in another thread' },
  {
    selector: "MemberExpression[object.name='crypto'][property.name=/^(random.*|getRandomValues|subtle)$/]",
    message: 'randomness is injected: use the `random` that the caller has',
  },
  {
    selector: 'MemberExpression[object.name=/^(globalThis|global)$/]',
    message: 'name what you use of the platform, so that lint can check it',
  },
  { selector: 'ImportExpression', message: 'a module is read from the disk: import it at the top of the file' },
];

const RESTRICTED_GLOBALS = [
  ...['setTimeout', 'setInterval', 'setImmediate', 'performance'].map((name) => ({
    name,
    message: 'time and later turns are injected: use the clock that the caller has',
  })),
  ...['fetch', 'WebSocket', 'EventSource', 'MessageChannel', 'BroadcastChannel', 'Worker'].map((name) => ({
    name,
    message: 'I/O is injected here: a simulation must decide when it happens',
  })),
  ...['WeakRef', 'FinalizationRegistry'].map((name) => ({ name, message: 'the garbage collector follows no seed' })),
];

/** Modules of the platform that neither wait nor read anything that changes; the others are injected. */
const PURE_MODULES = 'path|url|util|events|crypto|zlib';
const RESTRICTED_IMPORTS = {
  paths: [
    {
      name: 'node:crypto',
      allowImportNames: ['createHash', 'createHmac', 'timingSafeEqual'],
      message: 'randomness is injected, and other threads follow no seed',
    },
    { name: 'node:zlib', allowImportNames: ['crc32'], message: 'other threads follow no seed' },
    { name: 'node:events', allowImportNames: ['setMaxListeners'], message: 'asynchrony is injected' },
    { name: 'node:util', allowImportNames: ['isDeepStrictEqual', 'types'], message: 'asynchrony is injected' },
  ],
  patterns: [
    {
      regex: `^node:(?!(${PURE_MODULES})$)`,
      message: 'time and I/O are injected here: a simulation must decide when they happen',
    },
    {
      regex: `^(${builtinModules.filter((name) => !/^(_|node:)/.test(name)).join('|')}|undici)$`, // also without `node:`
      message: 'time and I/O are injected here: a simulation must decide when they happen',
    },
  ],
};

/** The rules of pure files. */
export const PURE_RULES = {
  'no-restricted-syntax': ['error', ...HIDDEN_INPUTS],
  'no-restricted-globals': ['error', ...PROCESS],
  'no-restricted-imports': ['error', RESTRICTED_IMPORTS],
  'no-console': 'error',
};

export default ts.config(
  {
    ignores: [
      '**/build/**',
      '**/dist/**',
      'imports/**',
      'node_modules/**',
      'examples/**/source/**',
      'examples/**/images/**',
      'test/package-outside/**',
      'test/cdk8s-init/**',
    ],
  },
  { files: ['**/src/**/*.ts', 'lib/**/*.ts', 'main.ts'], extends: [ts.configs.base] },
  {
    files: ['**/src/**/*.ts', 'lib/**/*.ts', 'main.ts'],
    ignores: EDGES,
    rules: { 'no-restricted-syntax': ['error', ...HIDDEN_INPUTS], 'no-console': 'error' },
  },
  {
    files: ['packages/tekton/src/**/*.ts', 'packages/controller/src/**/*.ts'],
    ignores: ['packages/controller/src/edge/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          name: '@pipewright/apimachinery',
          importNames: ['systemClock', 'createSystemClock'],
          message: 'time is an argument: only the edge has a clock',
        },
      ],
    },
  },
  {
    files: ['packages/cli/src/**/*.ts'],
    ignores: CLI_EDGE_FILES,
    rules: PURE_RULES,
  },
  {
    files: ['packages/*/src/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'AbortSignal',
          property: 'any',
          message:
            'it leaves an entry on a long-lived signal for each call: see packages/cluster/src/platform/linked-signal.ts',
        },
      ],
    },
  },
  {
    files: SIMULATED,
    ignores: SIMULATION_EDGES,
    rules: {
      'no-restricted-syntax': ['error', ...ASYNCHRONY],
      'no-restricted-globals': ['error', ...RESTRICTED_GLOBALS],
      'no-restricted-imports': ['error', RESTRICTED_IMPORTS],
    },
  },
);
