/**
 * Examples of problems in programs with constructs. `chart` is a Chart of a TektonApp; `sealedUsername` and
 * `sealedPassword` are outputs of kubeseal.
 */

import type { ConstructProblemCode } from '@pipewright/tekton';
import { remedy, type Remedy } from './example.js';

const pipelineWith = (lines: string): string => `const compile = new Task(chart, 'compile', {
  inputs: { source: 'git' },
  steps: () => [{ image: 'golang:1.22', command: ['go', 'build'] }],
});
new Pipeline(chart, 'release', {
  resources: { source: 'git', fork: 'git' },
  tasks: ({ task, resources }) => {
${lines}  },
});
`;

const compileStep = (command: string): string => `new Task(chart, 'compile', {
  params: { flags: { type: 'array' } },
  steps: ({ params }) => [{ image: 'golang:1.22', ${command} }],
});
`;

const run = (props: string): string => `new PipelineRun(chart, 'run', {
  pipeline: Pipeline.fromName('release'),
${props}});
`;

const manifest = (kind: string, params: string): string => `{
  apiVersion: 'tekton.dev/v1alpha1',
  kind: '${kind}',
  metadata: { name: 'compile' },
  spec: { inputs: { params: [${params}] }, steps: [{ image: 'golang:1.22', command: ['go', 'build'] }] },
}`;

const bucketPassword = (username: string): string => `GitCredentials.fromExternalSecret(chart, 'git', {
  store: { name: 'vault' },
  server: 'https://git.example.com',
  username: ${username},
  password: { key: 'ci/git', property: 'password' },
});
`;

const echo = (argument: string): string => `new Task(chart, 'greet', {
  steps: () => [{ image: 'busybox:1.36', command: ['echo'], args: [${argument}] }],
});
`;

/** Remedies by code. */
export const CONSTRUCT_EXAMPLES: Readonly<Record<ConstructProblemCode, Remedy>> = {
  FOREIGN_REFERENCE: remedy(
    'Use the references that the callback of the same construct receives; pass values from pipeline to task as params.',
    `new Task(chart, 'build', {
  params: { image: {} },
  steps: ({ params }) => {
    new Task(chart, 'scan', {
      steps: () => [{ image: 'scanner:1.0', command: ['scan', params.image] }],
    });
    return [{ image: 'builder:1.0', command: ['build', params.image] }];
  },
});
`,
    [
      `      steps: () => [{ image: 'scanner:1.0', command: ['scan', params.image] }],`,
      `      params: { image: {} },
      steps: (scan) => [{ image: 'scanner:1.0', command: ['scan', scan.params.image] }],`,
    ],
  ),
  ARRAY_IN_STRING: remedy(
    'Pass the reference itself as an element of `command` or `args`; it becomes as many elements as the array has.',
    compileStep("command: ['sh', '-c', `go build ${params.flags}`]"),
    ["['sh', '-c', `go build ${params.flags}`]", "['go', 'build', params.flags]"],
  ),
  TASK_TWICE: remedy(
    'Use a different name for each task of a pipeline.',
    pipelineWith(`    task('compile', compile, { inputs: { source: resources.source } });
    task('compile', compile, { inputs: { source: resources.fork } });
`),
    [
      `task('compile', compile, { inputs: { source: resources.fork`,
      `task('compile-fork', compile, { inputs: { source: resources.fork`,
    ],
  ),
  RESOURCES_DIFFER: remedy(
    'Bind one resource to the input. Use a list only for one resource that several tasks output.',
    pipelineWith(`    task('compile', compile, { inputs: { source: [resources.source, resources.fork] } });
`),
    [", fork: 'git'", ''],
    ['[resources.source, resources.fork]', 'resources.source'],
  ),
  PIPELINE_EMPTY: remedy(
    'Add a task in `tasks`.',
    `const compile = new Task(chart, 'compile', { steps: () => [{ image: 'golang:1.22', command: ['go', 'build'] }] });
new Pipeline(chart, 'release', { tasks: () => {} });
`,
    ['tasks: () => {}', "tasks: ({ task }) => { task('compile', compile); }"],
  ),
  NAME_OR_GENERATE_NAME: remedy(
    'Remove the name from a run that is created each time, or `generateName` from one that is applied.',
    run("  metadata: { name: 'release' },\n  generateName: 'release-',\n"),
    ["  metadata: { name: 'release' },\n", ''],
  ),
  HOOK_WITHOUT_MODE: remedy(
    "Set `mode: 'argocd-hook'`, or remove `argocdHook`.",
    run("  mode: 'manual',\n  argocdHook: { phase: 'PreSync' },\n"),
    ["'manual'", "'argocd-hook'"],
  ),
  SIGNATURE_WRONG: remedy(
    'Declare in the signature the same params, resources and results as in the manifest.',
    `Task.fromManifest(chart, 'compile', ${manifest('Task', "{ name: 'flags' }")}, { params: { flag: {} } });\n`,
    ['flag: {}', 'flags: {}'],
  ),
  MANIFEST_UNFIT: remedy(
    'Pass one object of the kind of the class, or its YAML text.',
    `Task.fromManifest(chart, 'compile', ${manifest('ClusterTask', '')});\n`,
    ["'ClusterTask'", "'Task'"],
  ),
  MANIFEST_NOT_YAML: remedy(
    'Pass the text of the file.',
    "Task.fromManifest(chart, 'compile', `\napiVersion: tekton.dev/v1alpha1\nkind: Task\nmetadata: { name: compile\nspec: { steps: [{ image: golang:1.22, command: [go, build] }] }\n`);\n",
    ['{ name: compile', '{ name: compile }'],
  ),
  NOT_SEALED: remedy(
    'Seal the value with `kubeseal --raw`. If it was a password, change it.',
    `GitCredentials.fromSealedSecret(chart, 'git', {
  server: 'https://git.example.com',
  encryptedData: { username: 'ci', password: 'hunter2' },
});
`,
    [
      `encryptedData: { username: 'ci', password: 'hunter2' },`,
      'encryptedData: { username: sealedUsername, password: sealedPassword }, // as kubeseal printed them',
    ],
  ),
  TEMPLATE_IN_TEXT: remedy(
    'Store the value in the secret store of the External Secrets Operator.',
    bucketPassword("'{{ .user }}'"),
    ["'{{ .user }}'", "{ key: 'ci/git', property: 'user' }"],
  ),
  STRING_CHANGED: remedy(
    'Use TektonApp instead of App.',
    `const app = new App();
new Task(new Chart(app, 'ci'), 'greet', {
  steps: () => [{ image: 'busybox:1.36', command: ['echo'], args: ['0o17'] }],
});
app.synth();
`,
    ['new App()', 'new TektonApp()'],
  ),
  STRING_BROKEN: remedy('Cut texts between characters.', echo("'done 🚀'.slice(0, 6)"), [
    "'done 🚀'.slice(0, 6)",
    "[...'done 🚀'].slice(0, 6).join('')",
  ]),
  LABEL_PRUNES: remedy(
    'Use another label, and annotation tracking in Argo CD (`application.resourceTrackingMethod: annotation`).',
    `new Task(chart, 'compile', {
  metadata: { labels: { 'app.kubernetes.io/instance': 'ci' } },
  steps: () => [{ image: 'golang:1.22', command: ['go', 'build'] }],
});
`,
    ['app.kubernetes.io/instance', 'app.kubernetes.io/part-of'],
  ),
  FILE_TWICE: remedy(
    'Use TektonApp with one file per chart, or with `filePerResource`, which adds the namespace to the file name. In TektonApp, rename a chart or an object.',
    `const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_RESOURCE });
for (const namespace of ['blue', 'green']) {
  new Task(new Chart(app, namespace, { namespace }), 'compile', {
    metadata: { name: 'compile' },
    steps: () => [{ image: 'golang:1.22', command: ['go', 'build'] }],
  });
}
app.synth();
`,
    ['new App({ yamlOutputType: YamlOutputType.FILE_PER_RESOURCE })', 'new TektonApp({ filePerResource: true })'],
  ),
  FILE_AMONG_MANIFESTS: remedy(
    'Write the file beside your kustomization, outside of the directory of the manifests.',
    "new TektonApp({ outdir: 'dist', kustomizeConfiguration: 'dist/names.yaml' });\n",
    ['dist/names.yaml', 'names.yaml'],
  ),
  NOT_A_WARNING: remedy(
    'Correct the code. Fix errors; only warnings can be acknowledged.',
    "acknowledge(chart, 'IMAGE_UNPINED', 'these images are rebuilt every night');\n",
    ['IMAGE_UNPINED', 'IMAGE_UNPINNED'],
  ),
};
