/**
 * What `kubectl get` prints of built-in kinds.
 *
 * Stands apart because it is a table people read, and nothing else depends on it.
 */

import { at, isObject, listAt, objectAt, objectsAt, stringAt, type JsonObject, type KubeObject } from './json.js';
import type { Column } from './resource.js';

type Cell = (object: KubeObject, now: Date) => unknown;

const column = (name: string, cell: Cell, priority = 0, type = 'string'): Column => ({
  name,
  type,
  format: name === 'Name' ? 'name' : '',
  description: name,
  priority,
  cell,
});

/** The column every table begins with. */
export const NAME: Column = column('Name', ({ metadata }) => metadata.name);
/** The column most tables end with. */
export const AGE: Column = column('Age', ({ metadata }, now) => since(metadata.creationTimestamp, now));

/** What tables of kinds without their own columns show. */
export const DEFAULT_COLUMNS: readonly Column[] = [
  NAME,
  column('Created At', ({ metadata }) => metadata.creationTimestamp),
];

/** How long ago, in the two largest units that matter, as kubectl writes it. */
export function since(moment: unknown, now: Date): string {
  if (typeof moment !== 'string' || moment === '') return '<unknown>';
  return duration(Math.floor((now.getTime() - Date.parse(moment)) / 1000));
}

/** Seconds as kubectl writes them: `45s`, `3m5s`, `12m`, `5h10m`, `2d`. */
export function duration(seconds: number): string {
  if (Number.isNaN(seconds) || seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return two(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  return two(Math.floor(days / 365), 'y', days % 365, 'd');
}

const two = (large: number, unit: string, small: number, smaller: string): string =>
  small === 0 ? `${large}${unit}` : `${large}${unit}${small}${smaller}`;

const size =
  (...path: string[]): Cell =>
  (object) =>
    Object.keys(objectAt(object, ...path)).length;
const text =
  (...path: string[]): Cell =>
  (object) =>
    stringAt(object, ...path);
const number =
  (...path: string[]): Cell =>
  (object) =>
    Number(at(object, ...path) ?? 0);
const orNone = (value: string): string => (value === '' ? '<none>' : value);

const statusesOf = (pod: KubeObject): readonly JsonObject[] => objectsAt(pod, 'status', 'containerStatuses');

const ready: Cell = (pod) =>
  `${statusesOf(pod).filter((each) => each['ready'] === true).length}/${listAt(pod, 'spec', 'containers').length}`;

const restarts: Cell = (pod) => [...statusesOf(pod)].reduce((sum, each) => sum + Number(each['restartCount'] ?? 0), 0);

/** The one word that says how a pod is doing: upstream's rules, init containers first. */
export function podStatus(pod: KubeObject): string {
  let word = stringAt(pod, 'status', 'reason') || stringAt(pod, 'status', 'phase') || 'Unknown';
  const inits = objectsAt(pod, 'status', 'initContainerStatuses');
  for (const [index, status] of inits.entries()) {
    const done = objectAt(status, 'state', 'terminated');
    if (done['exitCode'] === 0) continue;
    const why = terminatedWord(done) || stringAt(status, 'state', 'waiting', 'reason');
    word =
      why !== '' && why !== 'PodInitializing'
        ? `Init:${why}`
        : `Init:${index}/${listAt(pod, 'spec', 'initContainers').length}`;
    return deleting(pod, word);
  }
  let running = false;
  for (const status of [...statusesOf(pod)].reverse()) {
    const waiting = stringAt(status, 'state', 'waiting', 'reason');
    const done = objectAt(status, 'state', 'terminated');
    if (waiting !== '') word = waiting;
    else if (Object.keys(done).length > 0) word = terminatedWord(done);
    else if (status['ready'] === true && at(status, 'state', 'running') !== undefined) running = true;
  }
  return deleting(pod, word === 'Completed' && running ? 'Running' : word);
}

const terminatedWord = (done: JsonObject): string => {
  if (Object.keys(done).length === 0) return '';
  if (stringAt(done, 'reason') !== '') return stringAt(done, 'reason');
  const signal = Number(done['signal'] ?? 0);
  return signal === 0 ? `ExitCode:${String(done['exitCode'])}` : `Signal:${signal}`;
};

const deleting = (pod: KubeObject, word: string): string =>
  pod.metadata.deletionTimestamp === undefined ? word : 'Terminating';

const roleOf = (object: KubeObject): string =>
  `${stringAt(object, 'roleRef', 'kind')}/${stringAt(object, 'roleRef', 'name')}`;
const containersOf = (object: KubeObject): readonly JsonObject[] =>
  objectsAt(object, 'spec', 'template', 'spec', 'containers');
const labelsText = (labels: unknown): string =>
  orNone(
    isObject(labels)
      ? Object.entries(labels)
          .map(([key, value]) => `${key}=${String(value)}`)
          .join(',')
      : '',
  );
const joined = (items: readonly unknown[]): string => orNone(items.map(String).join(','));
const lastSeen: Cell = (event, now) =>
  since(stringAt(event, 'lastTimestamp') || stringAt(event, 'eventTime') || event.metadata.creationTimestamp, now);

const WORKLOAD = [
  column('Containers', (object) => joined(containersOf(object).map((each) => stringAt(each, 'name'))), 1),
  column('Images', (object) => joined(containersOf(object).map((each) => stringAt(each, 'image'))), 1),
  column('Selector', (object) => labelsText(at(object, 'spec', 'selector', 'matchLabels')), 1),
];

/** Columns by place (`group/plural`). */
export const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  '/pods': [
    NAME,
    column('Ready', ready),
    column('Status', podStatus),
    column('Restarts', restarts, 0, 'integer'),
    AGE,
    column('IP', (pod) => orNone(stringAt(pod, 'status', 'podIP')), 1),
    column('Node', (pod) => orNone(stringAt(pod, 'spec', 'nodeName')), 1),
    column('Nominated Node', () => '<none>', 1),
    column('Readiness Gates', () => '<none>', 1),
  ],
  '/events': [
    column('Last Seen', lastSeen),
    column('Type', text('type')),
    column('Reason', text('reason')),
    column(
      'Object',
      (event) =>
        `${stringAt(event, 'involvedObject', 'kind').toLowerCase()}/${stringAt(event, 'involvedObject', 'name')}`,
    ),
    column('Subobject', text('involvedObject', 'fieldPath'), 1),
    column('Source', text('source', 'component'), 1),
    column('Message', (event) => stringAt(event, 'message').trim()),
    column(
      'First Seen',
      (event, now) => since(stringAt(event, 'firstTimestamp') || event.metadata.creationTimestamp, now),
      1,
    ),
    column('Count', (event) => Number(event['count'] ?? 1), 1, 'integer'),
    column('Name', ({ metadata }) => metadata.name, 1),
  ],
  '/secrets': [NAME, column('Type', text('type')), column('Data', size('data'), 0, 'integer'), AGE],
  '/configmaps': [NAME, column('Data', size('data'), 0, 'integer'), AGE],
  '/serviceaccounts': [NAME, column('Secrets', (account) => listAt(account, 'secrets').length, 0, 'integer'), AGE],
  '/namespaces': [NAME, column('Status', text('status', 'phase')), AGE],
  '/nodes': [
    NAME,
    column('Status', (node) =>
      objectsAt(node, 'status', 'conditions').some((it) => it['type'] === 'Ready' && it['status'] === 'True')
        ? 'Ready'
        : 'NotReady',
    ),
    column('Roles', () => '<none>'),
    AGE,
    column('Version', text('status', 'nodeInfo', 'kubeletVersion')),
  ],
  '/services': [
    NAME,
    column('Type', text('spec', 'type')),
    column('Cluster-IP', (service) => orNone(stringAt(service, 'spec', 'clusterIP'))),
    column('External-IP', () => '<none>'),
    column('Port(s)', (service) =>
      joined(
        objectsAt(service, 'spec', 'ports').map((it) => `${String(it['port'])}/${String(it['protocol'] ?? 'TCP')}`),
      ),
    ),
    AGE,
    column('Selector', (service) => labelsText(at(service, 'spec', 'selector')), 1),
  ],
  '/persistentvolumeclaims': [
    NAME,
    column('Status', text('status', 'phase')),
    column('Volume', text('spec', 'volumeName')),
    column('Capacity', (claim) => stringAt(claim, 'status', 'capacity', 'storage')),
    column('Access Modes', (claim) =>
      listAt(claim, 'spec', 'accessModes')
        .map((mode) => String(mode).replace(/[a-z]/g, ''))
        .join(','),
    ),
    column('StorageClass', text('spec', 'storageClassName')),
    AGE,
    column('VolumeMode', (claim) => stringAt(claim, 'spec', 'volumeMode') || 'Filesystem', 1),
  ],
  'apps/deployments': [
    NAME,
    column(
      'Ready',
      (it) => `${Number(at(it, 'status', 'readyReplicas') ?? 0)}/${Number(at(it, 'spec', 'replicas') ?? 0)}`,
    ),
    column('Up-to-date', number('status', 'updatedReplicas'), 0, 'integer'),
    column('Available', number('status', 'availableReplicas'), 0, 'integer'),
    AGE,
    ...WORKLOAD,
  ],
  'apps/replicasets': [
    NAME,
    column('Desired', number('spec', 'replicas'), 0, 'integer'),
    column('Current', number('status', 'replicas'), 0, 'integer'),
    column('Ready', number('status', 'readyReplicas'), 0, 'integer'),
    AGE,
    ...WORKLOAD,
  ],
  'rbac.authorization.k8s.io/roles': [NAME, column('Created At', ({ metadata }) => metadata.creationTimestamp)],
  'rbac.authorization.k8s.io/rolebindings': [NAME, column('Role', roleOf), AGE],
  'rbac.authorization.k8s.io/clusterrolebindings': [NAME, column('Role', roleOf), AGE],
  'apiextensions.k8s.io/customresourcedefinitions': [
    NAME,
    column('Created At', ({ metadata }) => metadata.creationTimestamp),
  ],
  'coordination.k8s.io/leases': [NAME, column('Holder', text('spec', 'holderIdentity')), AGE],
};
