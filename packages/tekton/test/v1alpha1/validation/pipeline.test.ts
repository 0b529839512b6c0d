import { describe, expect, test } from '@jest/globals';
import { checkObject, checkObjects } from '@pipewright/tekton';
import {
  account,
  apiVersion,
  build,
  changed,
  everything,
  pipeline,
  repo,
  run,
  taskRun,
  web,
} from '../../support/objects.js';

/** Formats each problem as one line: severity, code, object, path, message and hint. */
const lines = (objects: readonly unknown[], complete = false): string[] =>
  checkObjects(objects, complete ? { externals: 'none' } : {}).map(
    ({ severity, code, object, path, message, hint }) =>
      `${severity} ${code} ${object?.name ?? ''} ${path.join('.')}: ${message} (${hint})`,
  );

/** Returns `everything`, with the object of the same name replaced. */
const withChanged = (object: { kind: string; metadata: { name?: string } }): unknown[] =>
  everything.map((one) => (one.kind === object.kind && one.metadata.name === object.metadata.name ? object : one));

const without = (name: string, kind: string): unknown[] =>
  everything.filter((one) => one.metadata.name !== name || one.kind !== kind);

const task = (name: string, more: object = {}) => ({ name, taskRef: { name: 'noop' }, ...more });
const graph = (...tasks: object[]) => [
  { apiVersion, kind: 'Task', metadata: { name: 'noop' }, spec: { steps: [{ image: 'sh:1' }] } },
  { apiVersion, kind: 'Pipeline', metadata: { name: 'p' }, spec: { tasks } },
];

test('consistent objects have no problems', () => {
  expect(lines(everything, true)).toEqual([]);
});

const resource = (type: string, params: Record<string, string>) => [
  {
    apiVersion,
    kind: 'PipelineResource',
    metadata: { name: 'r' },
    spec: { type, params: Object.entries(params).map(([name, value]) => ({ name, value })) },
  },
];
const GIT_HINT = 'use https://HOST/PATH, ssh://HOST/PATH, git://HOST/PATH or USER@HOST:PATH';
const REVISION_HINT = 'use the name of a branch or tag, refs/…, or a commit';

const rows: { wrong: string; objects: readonly unknown[]; expected: string[] }[] = [
  {
    wrong: 'a cycle',
    objects: graph(task('a', { runAfter: ['c'] }), task('b', { runAfter: ['a'] }), task('c', { runAfter: ['b'] })),
    expected: [
      'error TASK_CYCLE p spec.tasks.0.runAfter.0: tasks wait for each other: a -> b -> c -> a (remove one `runAfter`, `from` or result reference along that path)',
    ],
  },
  {
    wrong: 'a task that depends on itself',
    objects: graph(task('a', { runAfter: ['a'] })),
    expected: [
      "error TASK_CYCLE p spec.tasks.0.runAfter.0: the task 'a' waits for itself (remove one `runAfter`, `from` or result reference along that path)",
    ],
  },
  {
    wrong: 'a dependency on an unknown task',
    objects: graph(task('compile'), task('test', { runAfter: ['complie'] })),
    expected: [
      "error RUN_AFTER_UNKNOWN p spec.tasks.1.runAfter.0: this pipeline has no task 'complie' to run after (did you mean 'compile'?)",
    ],
  },
  {
    wrong: 'an input from a task that does not produce it',
    objects: withChanged(
      changed(pipeline, 'spec.tasks.1', {
        name: 'again',
        taskRef: { name: 'build' },
        params: [{ name: 'target', value: 'x' }],
        resources: {
          inputs: [{ name: 'source', resource: 'repo', from: ['compile', 'nobody'] }],
          outputs: [{ name: 'built', resource: 'web' }],
        },
      }),
    ),
    expected: [
      "error FROM_NOT_OUTPUT release spec.tasks.1.resources.inputs.0.from.0: the task 'compile' has no output that is the resource 'repo' (its outputs are: 'web')",
      "error FROM_UNKNOWN release spec.tasks.1.resources.inputs.0.from.1: this pipeline has no task 'nobody' to take this input from (use one of: 'compile', 'again')",
    ],
  },
  {
    wrong: 'a misspelt field beside a runAfter with an unknown task',
    objects: graph(task('a'), task('b', { runAftr: ['a'], runAfter: ['zz'] })),
    expected: [
      "error RUN_AFTER_UNKNOWN p spec.tasks.1.runAfter.0: this pipeline has no task 'zz' to run after (use one of: 'a', 'b')",
      "error FIELD_UNKNOWN p spec.tasks.1.runAftr: unknown field 'runAftr' (did you mean 'runAfter'?)",
    ],
  },
  {
    wrong: 'two tasks with the same name',
    objects: graph(task('a'), task('a')),
    expected: [
      "error NAME_TWICE p spec.tasks.1.name: duplicate task name 'a' (also item 1 of this list) (rename one of them, or remove it)",
    ],
  },
  {
    wrong: 'a pipeline without tasks',
    objects: graph(),
    expected: [
      'error TASKS_MISSING p spec.tasks: this pipeline has no tasks (add `tasks` with at least one task: a name and a taskRef)',
    ],
  },
  {
    wrong: 'a task without a taskRef and a taskSpec',
    objects: graph({ name: 'a' }),
    expected: [
      'error REF_MISSING p spec.tasks.0.taskRef: neither `taskRef` nor `taskSpec` is given (add `taskRef` with the name of one that exists, or `taskSpec` to write it here)',
    ],
  },
  {
    wrong: 'a negative number of retries',
    objects: graph(task('a', { retries: -1 })),
    expected: ['error NUMBER_TOO_SMALL p spec.tasks.0.retries: must be 0 or more, but is -1 (use 0 or more)'],
  },
  {
    wrong: 'a resource that is used but not declared, and one that is declared but not used',
    objects: withChanged(changed(pipeline, 'spec.resources.0.name', 'repos')),
    expected: [
      "error RESOURCE_UNUSED release spec.resources.0.name: no task uses the resource 'repos' (remove it, or give it to a task under `resources`)",
      "error RESOURCE_UNDECLARED release spec.tasks.0.resources.inputs.0.resource: this pipeline does not declare a resource 'repo' (did you mean 'repos'?)",
      "error BINDING_MISSING release-1 spec.resources: the Pipeline 'release' needs the resource 'repos' (bind 'repos' to a resource of type git)",
      "error BINDING_EXTRA release-1 spec.resources.0.name: the Pipeline 'release' has no resource 'repo' (did you mean 'repos'?)",
    ],
  },
  {
    wrong: 'an unknown task',
    objects: withChanged(changed(pipeline, 'spec.tasks.0.taskRef.name', 'biuld')),
    expected: ["error TASK_UNKNOWN release spec.tasks.0.taskRef.name: Task 'biuld' not found (did you mean 'build'?)"],
  },
  {
    wrong: 'an unknown pipeline',
    objects: withChanged(changed(run, 'spec.pipelineRef.name', 'relaese')),
    expected: [
      "error PIPELINE_UNKNOWN release-1 spec.pipelineRef.name: Pipeline 'relaese' not found (did you mean 'release'?)",
    ],
  },
  {
    wrong: 'an unknown condition',
    objects: graph(task('a', { conditions: [{ conditionRef: 'sunny' }] })),
    expected: [
      "error CONDITION_UNKNOWN p spec.tasks.0.conditions.0.conditionRef: Condition 'sunny' not found (add it to the manifests, or correct the name)",
    ],
  },
  {
    wrong: 'a missing param of a task',
    objects: withChanged(changed(pipeline, 'spec.tasks.0.params', [])),
    expected: [
      "error PARAM_MISSING release spec.tasks.0.params: the Task 'build' needs the param 'target' (add `- {name: target, value: …}` to the params, or give the param a default)",
    ],
  },
  {
    wrong: 'a param that the task does not declare',
    objects: withChanged(changed(pipeline, 'spec.tasks.0.params.1', { name: 'flag', value: ['-v'] })),
    expected: [
      "error PARAM_EXTRA release spec.tasks.0.params.1.name: the Task 'build' has no param 'flag' (did you mean 'flags'?)",
    ],
  },
  {
    wrong: 'a missing param of a run',
    objects: withChanged(changed(pipeline, 'spec.params.0.default', undefined)),
    expected: [
      "error PARAM_MISSING release-1 spec.params: the Pipeline 'release' needs the param 'what' (add `- {name: what, value: …}` to the params, or give the param a default)",
    ],
  },
  {
    wrong: 'a value of the wrong type',
    objects: withChanged(changed(taskRun, 'spec.inputs.params.0.value', ['all'])),
    expected: [
      "error PARAM_TYPE build-1 spec.inputs.params.0.value: the param 'target' of the Task 'build' is a string, but its value is a list (write the value as one string)",
    ],
  },
  {
    wrong: 'an undeclared variable in a value',
    objects: withChanged(changed(pipeline, 'spec.tasks.0.params.0.value', '$(params.waht)')),
    expected: [
      "error VARIABLE_UNKNOWN release spec.tasks.0.params.0.value: $(params.waht) is not declared (did you mean '$(params.what)'?)",
    ],
  },
  {
    wrong: 'a resource of the wrong type',
    objects: withChanged(changed(run, 'spec.resources.0.resourceRef.name', 'web')),
    expected: [
      "error RESOURCE_TYPE_WRONG release-1 spec.resources.0.resourceRef: the resource 'repo' of the Pipeline 'release' is of type git, but the bound resource is of type image (bind a resource of type git)",
    ],
  },
  {
    wrong: 'an unknown resource',
    objects: without('web', 'PipelineResource'),
    expected: [
      "error RESOURCE_UNKNOWN release-1 spec.resources.1.resourceRef.name: PipelineResource 'web' not found (use one of: 'repo')",
      "error RESOURCE_UNKNOWN build-1 spec.outputs.resources.0.resourceRef.name: PipelineResource 'web' not found (use one of: 'repo')",
    ],
  },
  {
    wrong: 'a missing ServiceAccount, which may live elsewhere',
    objects: without('bot', 'ServiceAccount'),
    expected: [
      "warning SERVICE_ACCOUNT_MISSING release-1 spec.serviceAccount: ServiceAccount 'bot' not found (add it, or make sure it exists where this is applied)",
    ],
  },
  {
    wrong: 'a missing Secret, which may live elsewhere',
    objects: withChanged({ ...account, ...{ secrets: [{ name: 'login' }] } }),
    expected: [
      "warning SECRET_MISSING bot secrets.0.name: Secret 'login' not found; the ServiceAccount 'bot' refers to it (add it, or make sure it exists where this is applied)",
    ],
  },
  {
    wrong: 'a credential without annotation',
    objects: [
      { ...account, secrets: [{ name: 'login' }] },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' }, type: 'kubernetes.io/ssh-auth' },
    ],
    expected: [
      "warning CREDENTIAL_UNANNOTATED login metadata.annotations: the Secret 'login' of type kubernetes.io/ssh-auth has no annotation tekton.dev/git-… or tekton.dev/docker-… (add the annotation `tekton.dev/git-0: HOST`)",
    ],
  },
  {
    wrong: 'a Secret in plain text',
    objects: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { password: 'hunter2' } }],
    expected: [
      "warning SECRET_PLAINTEXT s stringData: this Secret has its values in the manifest ('password') (create it outside of Git, or use an ExternalSecret or SealedSecret)",
    ],
  },
  {
    wrong: 'a ServiceAccount with cluster-admin',
    objects: [
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'b' },
        subjects: [{ kind: 'ServiceAccount', name: 'bot', namespace: 'default' }],
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      },
    ],
    expected: [
      "warning CLUSTER_ADMIN b roleRef.name: the ServiceAccount 'bot' has cluster-admin rights (bind a Role with only the permissions that the steps need, for example patch on one Deployment)",
    ],
  },
  {
    wrong: 'an object that is defined twice',
    objects: [repo, repo],
    expected: [
      "error OBJECT_TWICE repo metadata.name: PipelineResource 'repo' is defined twice (remove one of them, or give it another name)",
    ],
  },
  {
    wrong: 'a Git URL that starts with a dash',
    objects: resource('git', { url: '--upload-pack=touch /tmp/x' }),
    expected: [
      `error GIT_URL_INVALID r spec.params.0.value: the Git URL '--upload-pack=touch /tmp/x' begins with a dash, which makes it an option (${GIT_HINT})`,
    ],
  },
  {
    wrong: 'a Git URL that runs a program',
    objects: resource('git', { url: 'ext::sh' }),
    expected: [
      `error GIT_URL_INVALID r spec.params.0.value: the Git URL 'ext::sh' uses the transport 'ext', which runs a program (${GIT_HINT})`,
    ],
  },
  {
    wrong: 'a Git URL that is a file',
    objects: resource('git', { url: 'file:///etc' }),
    expected: [
      `error GIT_URL_INVALID r spec.params.0.value: the Git URL 'file:///etc' has the scheme 'file' (${GIT_HINT})`,
    ],
  },
  {
    wrong: 'a Git URL with a password, which is not shown',
    objects: resource('git', { url: 'https://me:hunter2@example.com/x' }),
    expected: [
      "warning GIT_URL_PASSWORD r spec.params.0.value: the URL for 'example.com' contains a password (put it into a Secret of type kubernetes.io/basic-auth, named in the ServiceAccount's secrets)",
    ],
  },
  {
    wrong: 'a revision that is an option',
    objects: resource('git', { url: 'git@example.com:x/y', revision: '--help' }),
    expected: [
      `error GIT_REVISION_INVALID r spec.params.1.value: the Git revision '--help' begins with a dash, which makes it an option (${REVISION_HINT})`,
    ],
  },
  {
    wrong: 'a revision with ..',
    objects: resource('git', { url: 'https://example.com/x', revision: 'a..b' }),
    expected: [
      `error GIT_REVISION_INVALID r spec.params.1.value: the Git revision 'a..b' contains '..' (${REVISION_HINT})`,
    ],
  },
  {
    wrong: 'an archive without a type',
    objects: resource('storage', { type: 'build-gcs', location: 'gs://b/x' }),
    expected: [
      "error RESOURCE_PARAM_MISSING r spec.params: a resource of type storage needs the param 'artifactType' (add `- {name: artifactType, value: …}` to its params)",
    ],
  },
  {
    wrong: 'an archive of an unsupported type',
    objects: resource('storage', { type: 'build-gcs', location: 'gs://b/x', artifactType: 'Zip' }),
    expected: [
      "error VALUE_UNKNOWN r spec.params.2.value: 'Zip' is not allowed here (use one of: 'ZipArchive', 'TarGzArchive', 'Manifest', 'Archive')",
    ],
  },
  {
    wrong: 'a pull request of an unknown provider',
    objects: resource('pullRequest', { url: 'https://git.corp/a/b/pull/1', provider: 'githab' }),
    expected: ["error VALUE_UNKNOWN r spec.params.1.value: 'githab' is not allowed here (did you mean 'github'?)"],
  },
  {
    wrong: 'a misspelt param of a resource',
    objects: resource('git', { url: 'https://example.com/x', revison: 'v1' }),
    expected: [
      "warning RESOURCE_PARAM_UNKNOWN r spec.params.1.name: a resource of type git has no param 'revison' (did you mean 'revision'?)",
    ],
  },
  {
    wrong: 'a Git resource without URL',
    objects: resource('git', {}),
    expected: [
      "error RESOURCE_PARAM_MISSING r spec.params: a resource of type git needs the param 'url' (add `- {name: url, value: …}` to its params)",
    ],
  },
  {
    wrong: 'a timeout without unit',
    objects: withChanged(changed(run, 'spec.timeout', '90')),
    expected: [
      "error TIMEOUT_INVALID release-1 spec.timeout: '90' is not a valid duration (write it with its unit: 90s, 90m or 90h)",
    ],
  },
  {
    wrong: 'both a reference and a spec',
    objects: withChanged(changed(run, 'spec.pipelineSpec', pipeline.spec)),
    expected: [
      'error REF_AND_SPEC release-1 spec: both `pipelineRef` and `pipelineSpec` are given (keep `pipelineRef` to use one that exists, or `pipelineSpec` to write it here)',
    ],
  },
  {
    wrong: 'two different ServiceAccounts',
    objects: withChanged(changed(run, 'spec.serviceAccountName', 'default')),
    expected: [
      "error ACCOUNT_TWICE release-1 spec.serviceAccount: serviceAccount is 'bot', but serviceAccountName is 'default' (keep one of them)",
    ],
  },
  {
    wrong: 'a workspace with two sources',
    objects: withChanged(changed(run, 'spec.workspaces', [{ name: 'w', emptyDir: {}, secret: { secretName: 's' } }])),
    expected: [
      "error WORKSPACE_EXTRA release-1 spec.workspaces.0.name: the Pipeline 'release' has no workspace 'w' (remove it)",
      "error WORKSPACE_SOURCE release-1 spec.workspaces.0: the workspace 'w' has 2 sources: 'emptyDir', 'secret' (give exactly one of persistentVolumeClaim, emptyDir, configMap and secret)",
    ].toReversed(),
  },
];

test.each(rows)('reports $wrong', ({ objects, expected }) => {
  expect(lines(objects)).toEqual(expected);
});

describe('in a complete set of objects', () => {
  test('a missing ServiceAccount is an error', () => {
    expect(lines(without('bot', 'ServiceAccount'), true)[0]).toMatch(/^error SERVICE_ACCOUNT_MISSING/);
  });
});

test('fields of other API groups are not checked', () => {
  expect(
    lines([{ apiVersion: 'apps/v1', kind: 'Deploymnet', metadata: { name: 'web.example' }, anything: 1 }]),
  ).toEqual([]);
});

test('objects of another namespace are not found', () => {
  const elsewhere = everything.map((object) =>
    changed(object, 'metadata.namespace', object === build ? 'tools' : 'apps'),
  );
  expect(lines(elsewhere).map((line) => line.split(' ')[1])).toEqual(['TASK_UNKNOWN', 'TASK_UNKNOWN']);
});

test("a problem has Tekton's message if Tekton rejects the object too", () => {
  const [problem] = checkObject({ apiVersion, kind: 'TaskRun', metadata: { name: 'r' }, spec: {} });
  expect(problem).toEqual({
    code: 'REF_MISSING',
    severity: 'error',
    object: { apiVersion, kind: 'TaskRun', name: 'r', index: 0 },
    path: ['spec', 'taskRef'],
    message: 'neither `taskRef` nor `taskSpec` is given',
    hint: 'add `taskRef` with the name of one that exists, or `taskSpec` to write it here',
    tektonMessage: 'missing field(s): spec.taskref.name, spec.taskspec',
  });
  expect(checkObject(web)).toEqual([]);
});
