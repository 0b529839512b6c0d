/** Printer columns of the built-in kinds for `kubectl get`: column names, and the cells of an object. */

import { expect, test } from '@jest/globals';
import { BUILT_IN } from '../../../src/api/kinds/builtin.js';
import { selectorText } from '../../../src/api/printing/cells.js';
import type { KubeObject } from '../../../src/model/json.js';

const created = '2026-01-01T12:00:00Z';
const now = new Date('2026-01-01T12:00:05Z');

const rows: readonly [kind: string, object: object, columns: string, cells: readonly unknown[]][] = [
  [
    'Node',
    {
      metadata: { labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '' } },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
        nodeInfo: { kubeletVersion: 'v1', osImage: 'Debian', kernelVersion: '6.1', containerRuntimeVersion: 'x://1' },
      },
    },
    'Name Status Roles Age Version Internal-IP External-IP OS-Image Kernel-Version Container-Runtime',
    [
      'n',
      'Ready,SchedulingDisabled',
      'control-plane,worker',
      '5s',
      'v1',
      '10.0.0.1',
      '<none>',
      'Debian',
      '6.1',
      'x://1',
    ],
  ],
  [
    'Pod',
    {
      spec: { nodeName: 'a', containers: [{}], readinessGates: [{ conditionType: 'x' }] },
      status: {
        phase: 'Running',
        podIP: '10.0.0.2',
        conditions: [{ type: 'x', status: 'True' }],
        containerStatuses: [
          {
            ready: true,
            restartCount: 2,
            state: { running: {} },
            lastState: { terminated: { finishedAt: '2026-01-01T12:00:02Z' } },
          },
        ],
      },
    },
    'Name Ready Status Restarts Age IP Node Nominated-Node Readiness-Gates',
    ['n', '1/1', 'Running', '2 (3s ago)', '5s', '10.0.0.2', 'a', '<none>', '1/1'],
  ],
  [
    'Job',
    {
      spec: {
        completions: 2,
        parallelism: 1,
        selector: { matchLabels: { a: 'b' } },
        template: { spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
      status: { succeeded: 1, startTime: created },
    },
    'Name Status Completions Duration Age Containers Images Selector',
    ['n', 'Running', '1/2', '5s', '5s', 'c', 'i', 'a=b'],
  ],
  [
    'CronJob',
    {
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: { spec: { containers: [{ name: 'c', image: 'i' }] } } } },
      },
      status: { lastScheduleTime: created },
    },
    'Name Schedule Timezone Suspend Active Last-Schedule Age Containers Images Selector',
    ['n', '* * * * *', '<none>', 'False', 0, '5s', '5s', 'c', 'i', '<none>'],
  ],
  [
    'DaemonSet',
    { spec: { template: { spec: { nodeSelector: { a: 'b' }, containers: [{ name: 'c', image: 'i' }] } } } },
    'Name Desired Current Ready Up-to-date Available Node-Selector Age Containers Images Selector',
    ['n', 0, 0, 0, 0, 0, 'a=b', '5s', 'c', 'i', '<none>'],
  ],
  [
    'Service',
    {
      spec: {
        type: 'LoadBalancer',
        clusterIP: '10.0.0.3',
        selector: { a: 'b' },
        ports: [
          { port: 80, nodePort: 30080 },
          { port: 53, protocol: 'UDP' },
        ],
      },
    },
    'Name Type Cluster-IP External-IP Port(s) Age Selector',
    ['n', 'LoadBalancer', '10.0.0.3', '<pending>', '80:30080/TCP,53/UDP', '5s', 'a=b'],
  ],
  [
    'Service',
    { spec: { type: 'ExternalName', externalName: 'example.com' } },
    'Name Type Cluster-IP External-IP Port(s) Age Selector',
    ['n', 'ExternalName', '<none>', 'example.com', '<none>', '5s', '<none>'],
  ],
  [
    'Ingress',
    { spec: { tls: [{}], rules: ['a', 'b', 'c', 'd'].map((host) => ({ host })) } },
    'Name Class Hosts Address Ports Age',
    ['n', '<none>', 'a,b,c + 1 more...', '', '80, 443', '5s'],
  ],
  [
    'Endpoints',
    { subsets: [{ addresses: [{ ip: '10.0.0.4' }], ports: [{ port: 80 }, { port: 443 }] }] },
    'Name Endpoints Age',
    ['n', '10.0.0.4:80,10.0.0.4:443', '5s'],
  ],
  [
    'PersistentVolumeClaim',
    {
      spec: { volumeName: 'v', storageClassName: 's', volumeMode: 'Filesystem' },
      status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadOnlyMany', 'ReadWriteOncePod'] },
    },
    'Name Status Volume Capacity Access-Modes StorageClass VolumeAttributesClass Age VolumeMode',
    ['n', 'Bound', 'v', '1Gi', 'ROX,RWOP', 's', '<unset>', '5s', 'Filesystem'],
  ],
  [
    'ResourceQuota',
    { status: { hard: { pods: '5', 'limits.cpu': '2' }, used: { pods: '1' } } },
    'Name Request Limit Age',
    ['n', 'pods: 1/5', 'limits.cpu: 0/2', '5s'],
  ],
  [
    'RoleBinding',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', namespace: 't', name: 's' },
      ],
    },
    'Name Role Age Users Groups ServiceAccounts',
    ['n', 'Role/r', '5s', 'u', '', 't/s'],
  ],
  [
    'StorageClass',
    {
      metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'x/y',
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    },
    'Name Provisioner ReclaimPolicy VolumeBindingMode AllowVolumeExpansion Age',
    ['n (default)', 'x/y', 'Delete', 'Immediate', 'false', '5s'],
  ],
  [
    'PodDisruptionBudget',
    { spec: { minAvailable: '50%' }, status: { disruptionsAllowed: 1 } },
    'Name Min-Available Max-Unavailable Allowed-Disruptions Age',
    ['n', '50%', 'N/A', 1, '5s'],
  ],
];

test.each(rows)('the table of a %s has the columns of kube-apiserver', (kind, object, columns, cells) => {
  const type = BUILT_IN.find((resourceType) => resourceType.kind === kind);
  const { metadata, ...rest } = object as { metadata?: object };
  const complete = {
    ...rest,
    metadata: { ...metadata, name: 'n', creationTimestamp: created },
  } as unknown as KubeObject; // for the cells
  expect(type?.columns.map(({ name }) => name.replaceAll(' ', '-')).join(' ')).toBe(columns);
  expect(type?.columns.map(({ cell }) => cell(complete, now))).toEqual(cells);
});

test.each([
  [{}, '<none>'],
  [{ matchLabels: { a: 'b' } }, 'a=b'],
  [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['c', 'b'] }] }, 'a in (b,c)'],
  [
    {
      matchExpressions: [
        { key: 'a', operator: 'NotIn', values: ['b'] },
        { key: 'c', operator: 'Exists' },
      ],
    },
    'a notin (b),c',
  ],
  [{ matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] }, '!a'],
])('the selector %j is printed as %s', (selector, shown) => {
  expect(selectorText(selector)).toBe(shown);
});
