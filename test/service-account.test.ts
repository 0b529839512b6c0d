import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import {
  DockerCredentials,
  GitCredentials,
  GitResource,
  Grants,
  ImageResource,
  Pipeline,
  PipelineRun,
  PipelineServiceAccount,
  Task,
  warningsOf,
} from '../lib/index.js';

const chartIn = (namespace?: string): Chart => new Chart(new App(), 'ci', namespace === undefined ? {} : { namespace });

describe('an account', () => {
  test('without permissions gets no token', () => {
    const chart = chartIn();
    new PipelineServiceAccount(chart, 'bot', { metadata: { name: 'bot' } });

    expect(Testing.synth(chart)).toEqual([
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bot' }, automountServiceAccountToken: false },
    ]);
  });

  test('refers to credentials by the names of their Secrets, and no Secret is synthesized', () => {
    const chart = chartIn();
    new PipelineServiceAccount(chart, 'bot', {
      metadata: { name: 'bot' },
      automountToken: true,
      credentials: [DockerCredentials.fromSecret('registry'), GitCredentials.fromSecret('git')],
    });

    expect(Testing.synth(chart)).toEqual([
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'bot' },
        secrets: [{ name: 'registry' }, { name: 'git' }],
      },
    ]);
  });

  test('with grants gets its own Role, bound in its namespace, and no token for every step', () => {
    const chart = chartIn('team');
    new PipelineServiceAccount(chart, 'bot', {
      metadata: { name: 'bot' },
      grants: [
        Grants.deploy('nginx'),
        Grants.readConfigMap('settings'),
        Grants.rule({ apiGroups: ['batch'], resources: ['jobs'], verbs: ['create'] }),
      ],
    });

    expect(Testing.synth(chart)).toEqual([
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'bot', namespace: 'team' },
        automountServiceAccountToken: false,
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'bot', namespace: 'team' },
        rules: [
          {
            apiGroups: ['apps'],
            resources: ['deployments'],
            resourceNames: ['nginx'],
            verbs: ['get', 'patch', 'update'],
          },
          { apiGroups: [''], resources: ['configmaps'], resourceNames: ['settings'], verbs: ['get'] },
          { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create'] },
        ],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'bot', namespace: 'team' },
        subjects: [{ kind: 'ServiceAccount', name: 'bot', namespace: 'team' }],
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'bot' },
      },
    ]);
  });

  test.each([
    ['the chart', 'team', undefined, 'team'],
    ['its own metadata', 'team', 'other', 'other'],
    ['Kubernetes', undefined, undefined, 'default'],
  ])('as cluster administrator is bound in the namespace of %s, by an object without one', (_, chartNs, own, bound) => {
    const chart = chartIn(chartNs);
    new PipelineServiceAccount(chart, 'bot', {
      metadata: { name: 'bot', ...(own !== undefined && { namespace: own }) },
      clusterAdmin: true,
    });

    expect((Testing.synth(chart) as object[])[1]).toEqual({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'bot-cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'bot', namespace: bound }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    });
  });
});

describe('a token for the Kubernetes API', () => {
  const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

  test('is mounted at the standard path of the step that requests it, and nowhere else', () => {
    const chart = chartIn();
    new Task(chart, 'deploy', {
      metadata: { name: 'deploy' },
      steps: () => [
        { name: 'build', image: 'golang:1.22' },
        {
          name: 'deploy',
          image: 'kubectl:1.30',
          kubernetesApi: true,
          volumeMounts: [{ name: 'own', mountPath: '/own' }],
        },
      ],
      volumes: () => [{ name: 'own', emptyDir: {} }],
    });
    const [task] = Testing.synth(chart) as { spec: { steps: object[]; volumes: object[] } }[];

    expect(task?.spec.steps).toEqual([
      { name: 'build', image: 'golang:1.22' },
      {
        name: 'deploy',
        image: 'kubectl:1.30',
        volumeMounts: [
          { name: 'own', mountPath: '/own' },
          { name: 'kubernetes-api', mountPath: TOKEN_PATH, readOnly: true },
        ],
      },
    ]);
    expect(task?.spec.volumes).toEqual([
      { name: 'own', emptyDir: {} },
      {
        name: 'kubernetes-api',
        projected: {
          sources: [
            { serviceAccountToken: { path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
          ],
        },
      },
    ]);
  });

  test('may be requested by a sidecar', () => {
    const chart = chartIn();
    new Task(chart, 'watch', {
      metadata: { name: 'watch' },
      steps: () => [{ image: 'busybox:1.36' }],
      sidecars: () => [{ name: 'watch', image: 'kubectl:1.30', kubernetesApi: true }],
    });
    const [task] = Testing.synth(chart) as { spec: { sidecars: { volumeMounts: object[] }[]; volumes: object[] } }[];

    expect(task?.spec.sidecars[0]?.volumeMounts).toHaveLength(1);
    expect(task?.spec.volumes).toHaveLength(1);
  });

  test.each([
    ['no step requests it', false, ['TOKEN_ABSENT']],
    ['a step requests it', true, []],
  ])('for the account’s permissions: warnings if %s', (_, kubernetesApi, codes) => {
    const chart = chartIn();
    const deploy = new Task(chart, 'deploy', { steps: () => [{ image: 'kubectl:1.30', kubernetesApi }] });
    const serviceAccount = new PipelineServiceAccount(chart, 'bot', { grants: [Grants.deploy('shop')] });
    const pipeline = new Pipeline(chart, 'pipeline', { tasks: ({ task }) => void task('deploy', deploy) });
    new PipelineRun(chart, 'run', { pipeline, serviceAccount, generateName: 'deploy-' });

    expect(warningsOf(chart).map((line) => /\[([A-Z_]+)\]$/.exec(line)?.[1])).toEqual(codes);
  });
});

describe('plaintext credentials', () => {
  test('for Git keep the given annotations and add the server', () => {
    const chart = chartIn();
    const { secretName } = GitCredentials.unsafePlaintext(chart, 'git', {
      metadata: { name: 'git', annotations: { owner: 'team' } },
      server: 'https://git.example.com',
      username: 'u',
      password: 'p',
    });

    expect(secretName).toBe('git');
    expect(Testing.synth(chart)).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'git', annotations: { owner: 'team', 'tekton.dev/git-0': 'https://git.example.com' } },
        type: 'kubernetes.io/basic-auth',
        stringData: { username: 'u', password: 'p' },
      },
    ]);
  });

  test('for a registry have the format of `docker login`', () => {
    const chart = chartIn();
    DockerCredentials.unsafePlaintext(chart, 'docker', {
      metadata: { name: 'docker' },
      registry: 'registry.example.com',
      username: 'ü',
      password: 'p',
    });
    const [secret] = Testing.synth(chart) as { data: Record<string, string> }[];

    expect(JSON.parse(Buffer.from(secret?.data['.dockerconfigjson'] ?? '', 'base64').toString())).toEqual({
      auths: { 'registry.example.com': { username: 'ü', password: 'p', auth: Buffer.from('ü:p').toString('base64') } },
    });
  });
});

describe('a resource', () => {
  test('of type git writes the given params', () => {
    const chart = chartIn();
    const url = 'git@example.com:a.git';
    new GitResource(chart, 'a', { metadata: { name: 'a' }, url });
    new GitResource(chart, 'b', {
      metadata: { name: 'b' },
      url,
      revision: 'v1',
      submodules: false,
      depth: 0,
      sslVerify: false,
    });

    expect((Testing.synth(chart) as { spec: object }[]).map(({ spec }) => spec)).toEqual([
      { type: 'git', params: [{ name: 'url', value: url }] },
      {
        type: 'git',
        params: [
          { name: 'url', value: url },
          { name: 'revision', value: 'v1' },
          { name: 'submodules', value: 'false' },
          { name: 'depth', value: '0' },
          { name: 'sslVerify', value: 'false' },
        ],
      },
    ]);
  });

  test('of type image writes its url, and a given digest', () => {
    const chart = chartIn();
    new ImageResource(chart, 'a', {
      metadata: { name: 'a', labels: { team: 'web' } },
      url: 'example.com/a',
      digest: 'sha256:1',
    });

    expect(Testing.synth(chart)).toEqual([
      {
        apiVersion: 'tekton.dev/v1alpha1',
        kind: 'PipelineResource',
        metadata: { name: 'a', labels: { team: 'web' } },
        spec: {
          type: 'image',
          params: [
            { name: 'url', value: 'example.com/a' },
            { name: 'digest', value: 'sha256:1' },
          ],
        },
      },
    ]);
  });
});
