/**
 * Values of cdk8s-plus, and field names as in its types, are written to the manifest with the API's names.
 *
 * The table of names is compared with cdk8s-plus itself, so this test fails for a version with other fields.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { App, Chart, Size, Testing } from 'cdk8s';
import {
  ConfigMap,
  Cpu,
  Env,
  EnvFieldPaths,
  EnvValue,
  k8s,
  PersistentVolumeClaim,
  ResourceFieldPaths,
  Secret,
  Volume,
} from 'cdk8s-plus-27';
import { apiName, isFreeForm } from '../lib/manifests/api-names.js';
import { Pipeline, PipelineRun, PipelineServiceAccount, Task, Workspace } from '../lib/index.js';

interface Spec {
  readonly volumes: readonly object[];
  readonly steps: readonly { readonly env: readonly object[]; readonly envFrom: readonly object[] }[];
}

const chart = new Chart(new App(), 'ci');
const specOf = (task: Task): Spec => {
  const object = Testing.synth(chart) as { kind: string; metadata: { name: string }; spec: Spec }[];
  return object.find(({ kind, metadata }) => kind === 'Task' && metadata.name === task.name)?.spec as Spec; // just created
};

let made = 0;
const scope = (): [Chart, string] => [chart, `it-${String(made++)}`];
const settings = ConfigMap.fromConfigMapName(chart, 'settings', 'settings');
const login = Secret.fromSecretName(chart, 'login', 'login');
const claim = PersistentVolumeClaim.fromClaimName(chart, 'cache', 'cache');

const VOLUMES: Readonly<Record<string, readonly [make: () => Volume, as: object]>> = {
  fromAwsElasticBlockStore: [
    () => Volume.fromAwsElasticBlockStore(...scope(), 'vol-1', { name: 'v', partition: 1 }),
    { name: 'v', awsElasticBlockStore: { volumeID: 'vol-1', fsType: 'ext4', partition: 1, readOnly: false } },
  ],
  fromAzureDisk: [
    () => Volume.fromAzureDisk(...scope(), 'disk', 'https://disk', { name: 'v' }),
    {
      name: 'v',
      azureDisk: {
        diskName: 'disk',
        diskURI: 'https://disk',
        cachingMode: 'None',
        fsType: 'ext4',
        kind: 'Shared',
        readOnly: false,
      },
    },
  ],
  fromGcePersistentDisk: [
    () => Volume.fromGcePersistentDisk(...scope(), 'disk', { name: 'v' }),
    { name: 'v', gcePersistentDisk: { pdName: 'disk', fsType: 'ext4', readOnly: false } },
  ],
  fromConfigMap: [
    () => Volume.fromConfigMap(...scope(), settings, { name: 'v', items: { a: { path: 'b', mode: 0o400 } } }),
    { name: 'v', configMap: { name: 'settings', items: [{ key: 'a', path: 'b', mode: 0o400 }] } },
  ],
  fromEmptyDir: [
    () => Volume.fromEmptyDir(...scope(), 'v', { sizeLimit: Size.mebibytes(64) }),
    { name: 'v', emptyDir: { sizeLimit: '64Mi' } },
  ],
  fromSecret: [
    () => Volume.fromSecret(...scope(), login, { name: 'v', defaultMode: 0o400 }),
    { name: 'v', secret: { secretName: 'login', defaultMode: 0o400 } },
  ],
  fromPersistentVolumeClaim: [
    () => Volume.fromPersistentVolumeClaim(...scope(), claim, { name: 'v' }),
    { name: 'v', persistentVolumeClaim: { claimName: 'cache', readOnly: false } },
  ],
  fromHostPath: [
    () => Volume.fromHostPath(...scope(), 'v', { path: '/var/log' }),
    { name: 'v', hostPath: { path: '/var/log', type: '' } },
  ],
  fromNfs: [
    () => Volume.fromNfs(...scope(), 'v', { server: 'nfs.example.com', path: '/' }),
    { name: 'v', nfs: { server: 'nfs.example.com', path: '/' } },
  ],
  fromCsi: [
    () => Volume.fromCsi(...scope(), 'driver', { name: 'v', attributes: { volumeId: 'kept as it is' } }),
    { name: 'v', csi: { driver: 'driver', volumeAttributes: { volumeId: 'kept as it is' } } },
  ],
};

const factories = (type: object): string[] =>
  Object.getOwnPropertyNames(type)
    .filter((name) => name.startsWith('from'))
    .sort();

describe('a Volume of cdk8s-plus is accepted', () => {
  test.each(Object.entries(VOLUMES))('%s', (_, [make, as]) => {
    const task = new Task(...scope(), { steps: () => [{ image: 'busybox:1.36' }], volumes: () => [make()] });

    expect(specOf(task).volumes).toEqual([as]);
  });

  test('covers all kinds', () => {
    expect(Object.keys(VOLUMES).sort()).toEqual(factories(Volume));
  });
});

const VALUES: Readonly<Record<string, readonly [make: () => EnvValue, as: object]>> = {
  fromConfigMap: [
    () => EnvValue.fromConfigMap(settings, 'level', { optional: true }),
    { valueFrom: { configMapKeyRef: { name: 'settings', key: 'level', optional: true } } },
  ],
  fromSecretValue: [
    () => EnvValue.fromSecretValue({ secret: login, key: 'token' }),
    { valueFrom: { secretKeyRef: { name: 'login', key: 'token' } } },
  ],
  fromValue: [() => EnvValue.fromValue('plain'), { value: 'plain' }],
  fromFieldRef: [
    () => EnvValue.fromFieldRef(EnvFieldPaths.POD_LABEL, { key: 'app' }),
    { valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
  ],
  fromResource: [
    () => EnvValue.fromResource(ResourceFieldPaths.CPU_LIMIT, { divisor: '1m' }),
    { valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } },
  ],
  fromProcess: [() => EnvValue.fromProcess('PIPEWRIGHT_TEST', { required: true }), { value: 'of this process' }],
};

describe('an EnvValue of cdk8s-plus is accepted', () => {
  beforeAll(() => void (process.env['PIPEWRIGHT_TEST'] = 'of this process'));
  afterAll(() => void delete process.env['PIPEWRIGHT_TEST']);

  test.each(Object.entries(VALUES))('%s', (_, [make, as]) => {
    const task = new Task(...scope(), { steps: () => [{ image: 'busybox:1.36', env: { IT: make() } }] });

    expect(specOf(task).steps[0]?.env).toEqual([{ name: 'IT', ...as }]);
  });

  test('covers all kinds', () => {
    expect(Object.keys(VALUES).sort()).toEqual(factories(EnvValue));
  });

  test('all variables of a ConfigMap or Secret are accepted', () => {
    const envFrom = [Env.fromConfigMap(settings, 'S_'), Env.fromSecret(login), { configMapRef: { name: 'other' } }];
    const task = new Task(...scope(), { steps: () => [{ image: 'busybox:1.36', envFrom }] });

    expect(specOf(task).steps[0]?.envFrom).toEqual([
      { configMapRef: { name: 'settings' }, prefix: 'S_' },
      { secretRef: { name: 'login' } },
      { configMapRef: { name: 'other' } },
    ]);
  });
});

test('fields at any depth get the API’s names; keys of labels and other maps are unchanged', () => {
  const inner = new Chart(new App(), 'inner');
  const task = new Task(inner, 'task', {
    metadata: { name: 'task' },
    workspaces: { settings: {} },
    steps: () => [
      {
        image: 'busybox:1.36',
        ports: [{ containerPort: 80, hostIp: '127.0.0.1' }],
        resources: { limits: { hostIp: '1', cpu: Cpu.millis(5).amount } },
      },
    ],
    volumes: () => [
      { name: 'info', downwardApi: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { name: 'fc', fc: { targetWwNs: ['a'], lun: 1 } },
      { name: 'sio', scaleIo: { gateway: 'g', system: 's', secretRef: { name: 'login' } } },
    ],
  });
  new PipelineServiceAccount(inner, 'bot', {
    metadata: { name: 'bot' },
    grants: [{ nonResourceUrLs: ['/healthz'], verbs: ['get'] }],
  });
  new PipelineRun(inner, 'run', {
    metadata: { name: 'run' },
    pipeline: Pipeline.inline({
      workspaces: { settings: {} },
      tasks: ({ task: add, workspaces }) => void add('task', task, { workspaces }),
    }),
    workspaces: { settings: Workspace.emptyDirectory({ sizeLimit: k8s.Quantity.fromString('1Gi') }) },
    podTemplate: {
      nodeSelector: { diskUri: 'a' },
      volumes: [{ name: 'disk', azureDisk: { diskName: 'd', diskUri: 'https://d' } }],
    },
  });
  const [first, , role, , run] = Testing.synth(inner) as Record<string, unknown>[];

  expect(first?.['spec']).toEqual({
    workspaces: [{ name: 'settings' }],
    steps: [
      {
        image: 'busybox:1.36',
        ports: [{ containerPort: 80, hostIP: '127.0.0.1' }],
        resources: { limits: { hostIp: '1', cpu: '5m' } },
      },
    ],
    volumes: [
      { name: 'info', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { name: 'fc', fc: { targetWWNs: ['a'], lun: 1 } },
      { name: 'sio', scaleIO: { gateway: 'g', system: 's', secretRef: { name: 'login' } } },
    ],
  });
  expect(role?.['rules']).toEqual([{ nonResourceURLs: ['/healthz'], verbs: ['get'] }]);
  expect(run?.['spec']).toMatchObject({
    workspaces: [{ name: 'settings', emptyDir: { sizeLimit: '1Gi' } }],
    podTemplate: {
      nodeSelector: { diskUri: 'a' },
      volumes: [{ name: 'disk', azureDisk: { diskName: 'd', diskURI: 'https://d' } }],
    },
  });
});

describe('the table of names', () => {
  const source = readFileSync(createRequire(import.meta.url).resolve('cdk8s-plus-27/lib/imports/k8s.js'), 'utf8');
  const bodies = new Map(
    [...source.matchAll(/^function toJson_(\w+)\(obj\) \{([\s\S]*?)^\}/gm)].map(([, name = '', body = '']) => [
      name,
      body,
    ]),
  );

  /** The generated code of a type and its nested types: `'apiName': …obj.name…`. */
  function fieldsBelow(roots: readonly string[]): { api: string; own: string; map: boolean; list: boolean }[] {
    const seen = new Set(roots);
    const fields: { api: string; own: string; map: boolean; list: boolean }[] = [];
    for (const type of seen) {
      const body = bodies.get(type) ?? '';
      for (const [, api = '', code = ''] of body.matchAll(/^ {8}'([^']+)': (.*)$/gm)) {
        fields.push({
          api,
          own: /obj\.(\w+)/.exec(code)?.[1] ?? '',
          map: code.includes('Object.entries'),
          list: code.includes('.map(y'),
        });
        const below = /toJson_(\w+)\(/.exec(code)?.[1];
        if (below !== undefined) seen.add(below);
      }
    }
    return fields;
  }

  const fields = fieldsBelow([
    ...['Container', 'Volume', 'PolicyRule', 'Toleration', 'Affinity', 'PodSecurityContext', 'PodDnsConfig', 'EnvVar'],
  ]);

  test('covers the types in use', () => {
    expect(fields.length).toBeGreaterThan(300);
  });

  test('has every field whose name differs', () => {
    expect(fields.filter(({ own, api }) => apiName(own) !== api)).toEqual([]);
  });

  test('has every field whose keys are chosen by the user', () => {
    expect(fields.filter(({ own, map, list }) => !list && map !== isFreeForm(own))).toEqual([]);
  });
});
