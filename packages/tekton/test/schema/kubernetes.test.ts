/** Kubernetes fields nested in a task: misspelt field names are reported at their path. */

import { describe, expect, test } from '@jest/globals';
import { checkObject, admissionMessage } from '@pipewright/tekton';
import { apiVersion } from '../support/objects.js';

/** All Kubernetes types that a task can contain, as in the Kubernetes documentation. */
const step = {
  name: 's',
  image: 'sh:1',
  command: ['true'],
  ports: [{ name: 'web', containerPort: 80, protocol: 'TCP', hostIP: '127.0.0.1', hostPort: 80 }],
  env: [
    { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' } } },
    { name: 'B', valueFrom: { resourceFieldRef: { containerName: 's', resource: 'limits.cpu', divisor: '1m' } } },
  ],
  volumeDevices: [{ name: 'd', devicePath: '/dev/x' }],
  securityContext: {
    privileged: true,
    runAsUser: 0,
    runAsGroup: 0,
    runAsNonRoot: false,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    procMount: 'Default',
    capabilities: { add: ['SYS_ADMIN'], drop: ['ALL'] },
    seLinuxOptions: { user: 'u', role: 'r', type: 't', level: 'l' },
    seccompProfile: { type: 'RuntimeDefault' },
    windowsOptions: { gmsaCredentialSpecName: 'x', runAsUserName: 'y' },
  },
  livenessProbe: { exec: { command: ['true'] }, initialDelaySeconds: 1, timeoutSeconds: 1, periodSeconds: 1 },
  readinessProbe: {
    httpGet: { path: '/', port: 'web', scheme: 'HTTP', host: 'x', httpHeaders: [{ name: 'a', value: 'b' }] },
    successThreshold: 1,
    failureThreshold: 3,
  },
  startupProbe: { tcpSocket: { port: 80, host: 'x' }, terminationGracePeriodSeconds: 1 },
  lifecycle: { postStart: { exec: { command: ['true'] } }, preStop: { httpGet: { port: 80 } } },
};

const volumes = [
  { name: 'a', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
  { name: 'b', hostPath: { path: '/', type: 'Directory' } },
  { name: 'c', configMap: { name: 'x', items: [{ key: 'k', path: 'p', mode: 420 }] } },
  { name: 'd', secret: { secretName: 'x', items: [{ key: 'k', path: 'p', mode: 420 }] } },
  { name: 'e', nfs: { server: 'x', path: '/', readOnly: true } },
  { name: 'f', downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }], defaultMode: 420 } },
  {
    name: 'g',
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { path: 't', expirationSeconds: 600, audience: 'x' } },
        { configMap: { name: 'x', optional: true, items: [{ key: 'k', path: 'p' }] } },
        { secret: { name: 'x' } },
        { downwardAPI: { items: [{ path: 'l', resourceFieldRef: { resource: 'limits.cpu' } }] } },
      ],
    },
  },
  { name: 'h', csi: { driver: 'x', readOnly: true, volumeAttributes: { any: 'thing' } } },
  {
    name: 'i',
    ephemeral: {
      volumeClaimTemplate: {
        metadata: { labels: { any: 'thing' } },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'x',
          resources: { requests: { storage: '1Gi' } },
          selector: { matchLabels: { any: 'thing' } },
        },
      },
    },
  },
];

const podTemplate = {
  tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: -1, value: 'v' }],
  securityContext: { fsGroup: 1, supplementalGroups: [1], sysctls: [{ name: 'a', value: 'b' }] },
  dnsConfig: { nameservers: ['1.1.1.1'], searches: ['x'], options: [{ name: 'a', value: 'b' }] },
  imagePullSecrets: [{ name: 'x' }],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }] }],
      },
    },
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: { topologyKey: 'x', labelSelector: { matchLabels: { any: 'thing' } } } },
      ],
    },
  },
};

const run = {
  apiVersion,
  kind: 'TaskRun',
  metadata: { name: 'r' },
  spec: { taskSpec: { steps: [step], volumes }, podTemplate },
};

type Path = readonly (string | number)[];

/** Maps with user-defined keys. */
const OWN = new Set(['volumeAttributes', 'labels', 'matchLabels', 'requests']);

/** Returns the paths of all fields of the Kubernetes types. */
function fieldsOf(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => fieldsOf(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => [
    [...path, name],
    ...(OWN.has(name) ? [] : fieldsOf(item, [...path, name])),
  ]);
}

/** Returns a copy in which the last field of a path is renamed. */
function renamed(value: unknown, [key, ...rest]: Path, name: string): unknown {
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === key ? renamed(item, rest, name) : item));
  return Object.fromEntries(
    Object.entries(value as object).map(([field, item]) =>
      field !== key ? [field, item] : rest.length === 0 ? [name, item] : [field, renamed(item, rest, name)],
    ),
  );
}

test('valid parts of Kubernetes have no problems', () => {
  expect(checkObject(run).filter(({ severity }) => severity === 'error')).toEqual([]);
});

const misspelt = (name: string): string => `${name.slice(0, 1)}${name.slice(0, 1)}${name.slice(1)}`;

test("every misspelt field is found at any depth, with Tekton's message", () => {
  const paths = fieldsOf(run).filter(([root]) => root === 'spec');
  expect(paths.length).toBeGreaterThan(150);
  for (const path of paths) {
    const wrong = misspelt(String(path.at(-1)));
    const problems = checkObject(renamed(run, path, wrong)).filter(({ code }) => code === 'FIELD_UNKNOWN');
    expect(problems.map((problem) => problem.path.join('.'))).toEqual([[...path.slice(0, -1), wrong].join('.')]);
    expect(admissionMessage(problems)).toBe(`cannot decode incoming new object: json: unknown field "${wrong}"`);
  }
});

describe('a value of the wrong type is rejected', () => {
  const rows: readonly [string, object, string][] = [
    [
      'privileged',
      { securityContext: { privileged: 'yes' } },
      'spec.steps.0.securityContext.privileged: must be true or false',
    ],
    ['a port', { ports: [{ containerPort: '80' }] }, 'spec.steps.0.ports.0.containerPort: must be a whole number'],
    [
      'the port of a probe',
      { livenessProbe: { tcpSocket: { port: true } } },
      'spec.steps.0.livenessProbe.tcpSocket.port: must be a whole number or a string',
    ],
  ];
  test.each(rows)('%s', (_, fields, expected) => {
    const task = { apiVersion, kind: 'Task', metadata: { name: 't' }, spec: { steps: [{ ...step, ...fields }] } };
    const [problem] = checkObject(task).filter(({ code }) => code === 'TYPE_WRONG');
    expect(`${problem?.path.join('.') ?? ''}: ${problem?.message ?? ''}`).toContain(expected);
  });
});

test('the intended field is suggested', () => {
  const task = {
    apiVersion,
    kind: 'Task',
    metadata: { name: 't' },
    spec: { steps: [{ ...step, securityContext: { priviledged: true } }] },
  };
  expect(checkObject(task).map(({ code, hint }) => `${code} ${hint}`)).toContain(
    "FIELD_UNKNOWN did you mean 'privileged'?",
  );
});
