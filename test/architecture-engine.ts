/** Allowed imports of the language and of the controller that runs it: rows of the table in architecture.test.ts. */

const tekton = (folder: string): string => `packages/tekton/src/${folder}`;

/** Folders that belong to no API version. */
const TEKTON_SHARED = ['model', 'variables', 'execution', 'problems', 'schema'].map(tekton);

/** By folder, the allowed imports of files of packages/tekton in addition to each other. */
export const TEKTON_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  'packages/tekton/src': [], // its index
  'packages/tekton/src/model': [],
  'packages/tekton/src/variables': [tekton('model')],
  'packages/tekton/src/execution': [
    tekton('model'),
    tekton('variables'),
    '@pipewright/apimachinery',
    'node:crypto', // hashes in names
  ],
  'packages/tekton/src/cel': [tekton('execution'), '@marcbachmann/cel-js', 're2js'],
  'packages/tekton/src/problems': [tekton('model'), 'fastest-levenshtein'],
  'packages/tekton/src/schema': [tekton('model'), tekton('problems'), '@pipewright/apimachinery'],
  'packages/tekton/src/validation': TEKTON_SHARED,
  'packages/tekton/src/v1alpha1': [...TEKTON_SHARED, tekton('validation')],
  'packages/tekton/src/v1alpha1/validation': [
    ...TEKTON_SHARED,
    tekton('validation'),
    ...['reader', 'types'].map((file) => tekton(`v1alpha1/${file}.js`)),
  ],
  'packages/tekton/src/v1': [...TEKTON_SHARED, tekton('validation'), 'yaml'],
  'packages/tekton/src/v1/validation': [
    ...TEKTON_SHARED,
    tekton('validation'),
    ...['custom-task', 'objects', 'param-types', 'types'].map((file) => tekton(`v1/${file}.js`)),
  ],
  'packages/tekton/src/v1beta1': [...TEKTON_SHARED, tekton('validation'), tekton('v1')],
  'packages/tekton/src/versions': [...TEKTON_SHARED, ...['validation', 'v1', 'v1alpha1', 'v1beta1'].map(tekton)],
};

const controller = (folder: string): string => `packages/controller/src/${folder}`;

/** What calls of every program in a pod are written with. */
const SCRIPT_SHARED = ['scripts', 'shell-text', 'node-command'].map((file) => controller(`scripts/${file}.js`));

const script = (...folders: readonly string[]): string[] => folders.map((folder) => controller(`scripts/${folder}`));

/** Pure folders for both kinds of runs, and the types that they use. */
const CONTROLLER_PURE = [
  ...['run', 'scripts', 'resources', 'pod'].map(controller),
  '@pipewright/apimachinery',
  '@pipewright/tekton',
];

/** By folder, the allowed imports of files of packages/controller in addition to each other. */
export const CONTROLLER_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  'packages/controller/src': [], // its index
  'packages/controller/src/run': ['@pipewright/tekton'],
  'packages/controller/src/scripts': [], // the texts, and what their calls share
  'packages/controller/src/scripts/entrypoint': SCRIPT_SHARED,
  'packages/controller/src/scripts/credentials': SCRIPT_SHARED,
  'packages/controller/src/scripts/git': SCRIPT_SHARED,
  'packages/controller/src/scripts/images': SCRIPT_SHARED,
  'packages/controller/src/scripts/kubeconfig': SCRIPT_SHARED,
  'packages/controller/src/scripts/pull-request': SCRIPT_SHARED,
  'packages/controller/src/scripts/storage': SCRIPT_SHARED,
  'packages/controller/src/resources': [
    controller('run'),
    ...SCRIPT_SHARED,
    ...script('git', 'images', 'kubeconfig', 'pull-request', 'storage'),
    '@pipewright/apimachinery',
    '@pipewright/tekton',
  ],
  'packages/controller/src/pod': [
    controller('resources'),
    controller('run'),
    ...SCRIPT_SHARED,
    ...script('entrypoint', 'credentials'),
    '@pipewright/apimachinery',
    '@pipewright/tekton',
  ],
  'packages/controller/src/taskrun': CONTROLLER_PURE,
  'packages/controller/src/pipelinerun': [...CONTROLLER_PURE, controller('taskrun')],
  'packages/controller/src/resolvers': ['@pipewright/tekton'],
  'packages/controller/src/edge': [
    ...CONTROLLER_PURE,
    controller('taskrun'),
    controller('pipelinerun'),
    '@pipewright/kube',
    'pino',
    'prom-client',
    'node:',
  ],
  'packages/controller/src/edge/registry': [
    controller('edge'),
    controller('pod'),
    '@pipewright/apimachinery',
    '@pipewright/tekton',
    '@pipewright/kube',
  ],
  'packages/controller/src/edge/resolvers': [
    controller('edge'),
    controller('edge/registry'),
    controller('resolvers'),
    '@pipewright/apimachinery',
    '@pipewright/tekton',
    '@pipewright/kube',
    'node:',
  ],
  'packages/controller/src/edge/reconcilers': [
    controller('edge'),
    ...CONTROLLER_PURE,
    controller('taskrun'),
    controller('pipelinerun'),
    '@pipewright/kube',
  ],
};
