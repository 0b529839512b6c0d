/**
 * Constructs support all of v1alpha1: the objects in this test have, together, every field of the schemas.
 *
 * Fields of containers and volumes are Kubernetes' own types from cdk8s-plus and are not checked here.
 */

import { expect, test } from '@jest/globals';
import { App, Chart, Duration } from 'cdk8s';
import { crds } from '@pipewright/tekton';
import {
  BuildStorageResource,
  ClusterResource,
  ClusterTask,
  Condition,
  GitResource,
  ImageResource,
  Pipeline,
  PipelineRun,
  Task,
  TaskRun,
  Workspace,
  type PodTemplate,
  type RunOptions,
} from '../lib/index.js';

/**
 * Fields that no construct writes: the apiVersion in references, since there is only one; the old account field in the new list
 * and vice versa; and fields of a pipeline's workspaces that only apply to tasks.
 */
const LEFT_OUT = [
  /\.apiVersion$/,
  /serviceAccounts\[\]\.serviceAccountName$/,
  /serviceAccountNames\[\]\.serviceAccount$/,
  /^(Pipeline|PipelineRun) .*(?<!tasks\[\].*)workspaces\[\]\.(mountPath|readOnly)$/,
];

const KUBERNETES =
  /(steps\[\]|sidecars\[\]|stepTemplate|check|volumes\[\]|workspaces\[\]\.\w+|podTemplate\.\w+(\[\])?)\.(?!script$)/;

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const join = (path: string, name: string): string => (path.endsWith(' ') ? `${path}${name}` : `${path}.${name}`);

/** Returns the paths of all fields of a schema: `Pipeline tasks[].name`. */
const known = (schema: Schema, path: string): string[] =>
  schema.items
    ? known(schema.items, `${path}[]`)
    : [path, ...Object.entries(schema.properties ?? {}).flatMap(([name, it]) => known(it, join(path, name)))];

/** Returns the paths of all fields of a value. */
function written(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return [path, `${path}[]`, ...value.flatMap((it) => written(it, `${path}[]`))];
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, it]) => written(it, join(path, name)))];
}

const chart = new Chart(new App(), 'all');
const steps = () => [{ name: 's', image: 'busybox:1.36', script: '#!/bin/sh\n' }];
const params = { text: { description: 'd', default: 'a' }, list: { type: 'array' } } as const;
const source = { type: 'git', targetPath: 's', description: 'd', optional: true } as const;

const everything = {
  params,
  inputs: { source },
  outputs: { source },
  results: { sum: { description: 'd' } },
  testResults: { tests: { format: 'junit', path: '/t' } },
  workspaces: { cache: { description: 'd', mountPath: '/c', readOnly: true } },
  steps,
  stepTemplate: () => ({ env: { A: 'a' } }),
  sidecars: steps,
  volumes: () => [{ name: 'v', emptyDir: {} }],
} as const;

const podTemplate: PodTemplate = {
  nodeSelector: { a: 'b' },
  tolerations: [{ key: 'a' }],
  affinity: { nodeAffinity: {} },
  securityContext: { runAsUser: 1 },
  volumes: [{ name: 'w', emptyDir: {} }],
  runtimeClassName: 'gvisor',
  automountServiceAccountToken: false,
  dnsPolicy: 'None',
  dnsConfig: { nameservers: ['10.0.0.1'] },
  enableServiceLinks: false,
  priorityClassName: 'low',
  schedulerName: 'mine',
  hostNetwork: false,
  imagePullSecrets: [{ name: 'pull' }],
};

const task = new Task(chart, 'task', everything);
const clusterTask = new ClusterTask(chart, 'cluster-task', everything);
const inline = Task.inline(everything);
const condition = new Condition(chart, 'condition', {
  description: 'd',
  params,
  resources: { source },
  check: () => ({ name: 'c', image: 'busybox:1.36', script: '#!/bin/sh\n' }),
});
const definition = {
  params,
  resources: { repo: { type: 'git', optional: true } },
  workspaces: { shared: { description: 'd' } },
  tasks: ({ task: add, check, params: given, resources: { repo }, workspaces: { shared } }) => {
    const made = { source: repo };
    const workspaces = { cache: shared.directory('a') };
    const first = add('first', task, { params: given, inputs: { source: repo }, outputs: made, workspaces });
    const checked = { params: given, resources: { source: first.outputs.source } };
    const next = { params: given, inputs: { source: first.outputs.source }, outputs: made, workspaces };
    const timeout = Duration.minutes(5);
    add('second', clusterTask, {
      ...next,
      after: [first],
      retries: 1,
      timeout,
      conditions: [check(condition, checked)],
    });
    add('third', inline, next);
  },
} satisfies ConstructorParameters<
  typeof Pipeline<typeof params, { repo: { type: 'git'; optional: true } }, { shared: object }>
>[2];
const pipeline = new Pipeline(chart, 'pipeline', definition);

const repo = GitResource.inline({ url: 'https://git.example.com/a.git', revision: 'main' });
const named = new GitResource(chart, 'repo', { url: 'https://git.example.com/a.git' });
new ClusterResource(chart, 'cluster', {
  url: 'https://c.example.com',
  revision: 'r',
  cadata: { secretName: 's', secretKey: 'k' },
  token: { secretName: 's', secretKey: 'k' },
});
const other = ClusterResource.inline({
  url: 'https://c.example.com',
  insecure: true,
  token: { secretName: 's', secretKey: 'k' },
});
const deploy = Task.inline({ inputs: { cluster: 'cluster' }, outputs: { cluster: 'cluster' }, steps });

const bot = { name: 'bot' };
const run: RunOptions = { serviceAccount: bot, timeout: Duration.minutes(1), cancelled: true, podTemplate };
const old: RunOptions = { serviceAccount: bot, serviceAccountField: 'serviceAccount' };
const sources = [
  Workspace.claim('c', 'sub'),
  Workspace.emptyDirectory(),
  Workspace.configMap('c'),
  Workspace.secret('s'),
] as const;
const taskAccounts = { first: bot };
const given = { list: ['a'] };
sources.forEach((shared, index) => {
  const each = index === 0 ? old : run;
  const resources = { repo: index === 0 ? repo : named };
  const id = String(index);
  new PipelineRun(chart, `run-${id}`, {
    ...each,
    pipeline,
    taskAccounts,
    params: given,
    resources,
    workspaces: { shared },
  });
  new TaskRun(chart, `task-run-${id}`, {
    ...each,
    task: index === 0 ? inline : index === 1 ? clusterTask : task,
    params: given,
    inputs: { source: resources.repo },
    outputs: { source: resources.repo },
    inputPaths: { source: ['/pvc/a'] },
    outputPaths: { source: ['/pvc/b'] },
    workspaces: { cache: shared },
  });
});
new PipelineRun(chart, 'whole', {
  pipeline: Pipeline.inline(definition),
  params: given,
  workspaces: { shared: sources[0] },
  resources: { repo },
});
new PipelineRun(chart, 'remote', {
  pipeline: Pipeline.inline({
    resources: { cluster: 'cluster' },
    tasks: ({ task: add, resources: { cluster } }) =>
      void add('deploy', deploy, { inputs: { cluster }, outputs: { cluster } }),
  }),
  resources: { cluster: other },
});
new TaskRun(chart, 'remote-task', { task: deploy, inputs: { cluster: other }, outputs: { cluster: other } });
new ImageResource(chart, 'image', { url: 'registry.example.com/a', digest: 'sha256:1' });
new BuildStorageResource(chart, 'archive', { location: 'gs://a/b', artifactType: 'ZipArchive' });

test('every field of every kind can be written', () => {
  const objects = chart.node
    .findAll()
    .flatMap((it) => ('toJson' in it && it !== chart ? [(it.toJson as () => object)()] : []));
  const has = new Set(
    objects.flatMap((it) => written((it as { spec: object }).spec, `${(it as { kind: string }).kind} `)),
  );
  const wanted = crds({ apiVersions: ['tekton.dev/v1alpha1'] }).flatMap(({ spec }) => {
    const { names, versions } = spec as {
      names: { kind: string };
      versions: { schema: { openAPIV3Schema: Schema } }[];
    };
    return known(versions[0]?.schema.openAPIV3Schema.properties?.['spec'] ?? {}, `${names.kind} `);
  });
  const missing = wanted.filter(
    (path) => !has.has(path) && !KUBERNETES.test(path) && !LEFT_OUT.some((pattern) => pattern.test(path)),
  );

  expect(wanted.length).toBeGreaterThan(1000);
  expect(missing).toEqual([]);
});
