/**
 * Columns of `kubectl get` for built-in kinds, as kube-apiserver has them.
 *
 * Separate because it is a table that nothing else depends on.
 */

import {
  accessModes,
  firstOf,
  commaSeparated,
  keyValues,
  number,
  orNone,
  selectorText,
  size,
  textCell,
} from './cells.js';
import { AGE, column, DEFAULT_COLUMNS, NAME, since, type Cell } from './columns.js';
import { valueAt, arrayAt, objectAt, objectsAt, stringAt, type JsonObject, type KubeObject } from '../../model/json.js';
import { POD_COLUMNS } from './pod-columns.js';
import type { Column } from '../kinds/resource-type.js';
import { WORKLOAD_COLUMNS } from './workload-columns.js';

const roleOf = (object: KubeObject): string =>
  `${stringAt(object, 'roleRef', 'kind')}/${stringAt(object, 'roleRef', 'name')}`;

const subjects = (kind: string): Cell => {
  const named = ({ namespace, name }: JsonObject): string =>
    kind === 'ServiceAccount' ? `${String(namespace ?? '')}/${String(name)}` : String(name);
  return (binding) => {
    const found = objectsAt(binding, 'subjects').filter((each) => each['kind'] === kind);
    return found.map(named).join(', ');
  };
};

const BINDING: readonly Column[] = [
  NAME,
  column('Role', roleOf),
  AGE,
  column('Users', subjects('User'), 1),
  column('Groups', subjects('Group'), 1),
  column('ServiceAccounts', subjects('ServiceAccount'), 1),
];

const lastSeen: Cell = (event, now) =>
  since(stringAt(event, 'lastTimestamp') || stringAt(event, 'eventTime') || event.metadata.creationTimestamp, now);

const source: Cell = (event) => {
  const component = stringAt(event, 'source', 'component') || stringAt(event, 'reportingComponent');
  const host = stringAt(event, 'source', 'host');
  return host === '' ? component : `${component}, ${host}`;
};

const nodeStatus: Cell = (node) => {
  const condition = objectsAt(node, 'status', 'conditions').find((it) => it['type'] === 'Ready');
  const status = condition === undefined ? 'Unknown' : condition['status'] === 'True' ? 'Ready' : 'NotReady';
  return valueAt(node, 'spec', 'unschedulable') === true ? `${status},SchedulingDisabled` : status;
};

const ROLE_LABEL = 'node-role.kubernetes.io/';

const nodeRoles: Cell = ({ metadata }) =>
  commaSeparated(
    Object.entries(metadata.labels ?? {})
      .flatMap(([key, value]) =>
        key.startsWith(ROLE_LABEL) ? [key.slice(ROLE_LABEL.length)] : key === 'kubernetes.io/role' ? [value] : [],
      )
      .filter((role) => role !== '')
      .sort(),
  );

const nodeAddress =
  (type: string): Cell =>
  (node) =>
    orNone(
      stringAt(
        objectsAt(node, 'status', 'addresses').find((it) => it['type'] === type),
        'address',
      ),
    );

const nodeInfo =
  (field: string): Cell =>
  (node) =>
    stringAt(node, 'status', 'nodeInfo', field) || '<unknown>';

const externalIp: Cell = (service) => {
  const externalIPs = arrayAt(service, 'spec', 'externalIPs').map(String);
  switch (stringAt(service, 'spec', 'type')) {
    case 'ExternalName':
      return stringAt(service, 'spec', 'externalName');
    case 'LoadBalancer': {
      const ingress = objectsAt(service, 'status', 'loadBalancer', 'ingress');
      const all = [...ingress.map((it) => stringAt(it, 'ip') || stringAt(it, 'hostname')), ...externalIPs];
      return all.length === 0 ? '<pending>' : all.join(',');
    }
    default:
      return commaSeparated(externalIPs);
  }
};

const servicePort = ({ port, nodePort, protocol }: JsonObject): string => {
  const node = typeof nodePort === 'number' && nodePort > 0 ? `:${nodePort}` : '';
  return `${String(port)}${node}/${String(protocol ?? 'TCP')}`;
};

const endpoints: Cell = (object) => {
  const all = objectsAt(object, 'subsets').flatMap((subset) => {
    const ips = objectsAt(subset, 'addresses').map((it) => stringAt(it, 'ip'));
    const ports = objectsAt(subset, 'ports');
    if (ports.length === 0) return ips;
    return ports.flatMap((port) => ips.map((ip) => `${ip}:${String(port['port'])}`));
  });
  return orNone(firstOf(all, 3));
};

const hosts: Cell = (ingress) => {
  const named = objectsAt(ingress, 'spec', 'rules').map((rule) => stringAt(rule, 'host'));
  return (
    firstOf(
      named.filter((host) => host !== ''),
      3,
    ) || '*'
  );
};

const loadBalancer: Cell = (object) =>
  objectsAt(object, 'status', 'loadBalancer', 'ingress')
    .map((it) => stringAt(it, 'ip') || stringAt(it, 'hostname'))
    .join(',');

const orNA =
  (...path: readonly string[]): Cell =>
  (object) =>
    String(valueAt(object, ...path) ?? 'N/A');

const resourcesOf = (quota: KubeObject, isLimit: boolean): string =>
  Object.entries(objectAt(quota, 'status', 'hard'))
    .filter(([name]) => name.startsWith('limits.') === isLimit)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, most]) => `${name}: ${String(valueAt(quota, 'status', 'used', name) ?? '0')}/${String(most)}`)
    .join(', ');

const phase: Cell = (object) =>
  object.metadata.deletionTimestamp === undefined ? stringAt(object, 'status', 'phase') : 'Terminating';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** Columns by resource (`group/plural`). */
export const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  ...WORKLOAD_COLUMNS,
  '/pods': POD_COLUMNS,
  '/events': [
    column('Last Seen', lastSeen),
    column('Type', textCell('type')),
    column('Reason', textCell('reason')),
    column(
      'Object',
      (event) =>
        `${stringAt(event, 'involvedObject', 'kind').toLowerCase()}/${stringAt(event, 'involvedObject', 'name')}`,
    ),
    column('Subobject', textCell('involvedObject', 'fieldPath'), 1),
    column('Source', source, 1),
    column('Message', (event) => stringAt(event, 'message').trim()),
    column(
      'First Seen',
      (event, now) => since(stringAt(event, 'firstTimestamp') || event.metadata.creationTimestamp, now),
      1,
    ),
    column('Count', (event) => Number(event['count'] ?? 1), 1, 'integer'),
    column('Name', ({ metadata }) => metadata.name, 1),
  ],
  '/secrets': [NAME, column('Type', textCell('type')), column('Data', size('data'), 0, 'integer'), AGE],
  '/configmaps': [
    NAME,
    column('Data', (it, now) => Number(size('data')(it, now)) + Number(size('binaryData')(it, now)), 0, 'integer'),
    AGE,
  ],
  '/serviceaccounts': [NAME, column('Secrets', (account) => arrayAt(account, 'secrets').length, 0, 'integer'), AGE],
  '/namespaces': [NAME, column('Status', textCell('status', 'phase')), AGE],
  '/endpoints': [NAME, column('Endpoints', endpoints), AGE],
  '/resourcequotas': [
    NAME,
    column('Request', (quota) => resourcesOf(quota, false)),
    column('Limit', (quota) => resourcesOf(quota, true)),
    AGE,
  ],
  '/nodes': [
    NAME,
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    AGE,
    column('Version', textCell('status', 'nodeInfo', 'kubeletVersion')),
    column('Internal-IP', nodeAddress('InternalIP'), 1),
    column('External-IP', nodeAddress('ExternalIP'), 1),
    column('OS-Image', nodeInfo('osImage'), 1),
    column('Kernel-Version', nodeInfo('kernelVersion'), 1),
    column('Container-Runtime', nodeInfo('containerRuntimeVersion'), 1),
  ],
  '/services': [
    NAME,
    column('Type', textCell('spec', 'type')),
    column('Cluster-IP', (service) => orNone(stringAt(service, 'spec', 'clusterIP'))),
    column('External-IP', externalIp),
    column('Port(s)', (service) => commaSeparated(objectsAt(service, 'spec', 'ports').map(servicePort))),
    AGE,
    column('Selector', (service) => keyValues(valueAt(service, 'spec', 'selector')), 1),
  ],
  '/persistentvolumes': [
    NAME,
    column('Capacity', textCell('spec', 'capacity', 'storage')),
    column('Access Modes', (volume) => accessModes(arrayAt(volume, 'spec', 'accessModes'))),
    column('Reclaim Policy', textCell('spec', 'persistentVolumeReclaimPolicy')),
    column('Status', phase),
    column('Claim', (volume) => {
      const claim = objectAt(volume, 'spec', 'claimRef');
      return Object.keys(claim).length === 0 ? '' : `${stringAt(claim, 'namespace')}/${stringAt(claim, 'name')}`;
    }),
    column('StorageClass', textCell('spec', 'storageClassName')),
    column('VolumeAttributesClass', (it) => stringAt(it, 'spec', 'volumeAttributesClassName') || '<unset>'),
    column('Reason', textCell('status', 'reason')),
    AGE,
    column('VolumeMode', (volume) => stringAt(volume, 'spec', 'volumeMode') || '<unset>', 1),
  ],
  '/persistentvolumeclaims': [
    NAME,
    column('Status', phase),
    column('Volume', textCell('spec', 'volumeName')),
    column('Capacity', textCell('status', 'capacity', 'storage')),
    column('Access Modes', (claim) => accessModes(arrayAt(claim, 'status', 'accessModes'))),
    column('StorageClass', textCell('spec', 'storageClassName')),
    column('VolumeAttributesClass', (it) => stringAt(it, 'spec', 'volumeAttributesClassName') || '<unset>'),
    AGE,
    column('VolumeMode', (claim) => stringAt(claim, 'spec', 'volumeMode') || '<unset>', 1),
  ],
  'networking.k8s.io/ingresses': [
    NAME,
    column('Class', (ingress) => orNone(stringAt(ingress, 'spec', 'ingressClassName'))),
    column('Hosts', hosts),
    column('Address', loadBalancer),
    column('Ports', (ingress) => (arrayAt(ingress, 'spec', 'tls').length === 0 ? '80' : '80, 443')),
    AGE,
  ],
  'networking.k8s.io/ingressclasses': [
    NAME,
    column('Controller', textCell('spec', 'controller')),
    column('Parameters', (it) => {
      const [group, kind, name] = ['apiGroup', 'kind', 'name'].map((field) =>
        stringAt(it, 'spec', 'parameters', field),
      );
      return kind === '' ? '<none>' : `${kind}${group === '' ? '' : `.${group}`}/${name}`;
    }),
    AGE,
  ],
  'networking.k8s.io/networkpolicies': [
    NAME,
    column('Pod-Selector', (policy) => selectorText(valueAt(policy, 'spec', 'podSelector'))),
    AGE,
  ],
  'discovery.k8s.io/endpointslices': [
    NAME,
    column('AddressType', textCell('addressType')),
    column(
      'Ports',
      (slice) =>
        firstOf(
          objectsAt(slice, 'ports').map((it) => String(it['port'])),
          3,
        ) || '<unset>',
    ),
    column('Endpoints', (slice) => {
      const all = objectsAt(slice, 'endpoints').flatMap((it) => arrayAt(it, 'addresses').map(String));
      return firstOf(all, 3) || '<unset>';
    }),
    AGE,
  ],
  'policy/poddisruptionbudgets': [
    NAME,
    column('Min Available', orNA('spec', 'minAvailable')),
    column('Max Unavailable', orNA('spec', 'maxUnavailable')),
    column('Allowed Disruptions', number('status', 'disruptionsAllowed'), 0, 'integer'),
    AGE,
  ],
  'storage.k8s.io/storageclasses': [
    column(
      'Name',
      ({ metadata }) => `${metadata.name}${metadata.annotations?.[DEFAULT_CLASS] === 'true' ? ' (default)' : ''}`,
    ),
    column('Provisioner', textCell('provisioner')),
    column('ReclaimPolicy', textCell('reclaimPolicy')),
    column('VolumeBindingMode', textCell('volumeBindingMode')),
    column('AllowVolumeExpansion', (it) => String(it['allowVolumeExpansion'] === true)),
    AGE,
  ],
  'scheduling.k8s.io/priorityclasses': [
    NAME,
    column('Value', number('value'), 0, 'integer'),
    column('Global-Default', (it) => String(it['globalDefault'] === true)),
    AGE,
    column('PreemptionPolicy', textCell('preemptionPolicy')),
  ],
  'rbac.authorization.k8s.io/roles': DEFAULT_COLUMNS,
  'rbac.authorization.k8s.io/clusterroles': DEFAULT_COLUMNS,
  'rbac.authorization.k8s.io/rolebindings': BINDING,
  'rbac.authorization.k8s.io/clusterrolebindings': BINDING,
  'apiextensions.k8s.io/customresourcedefinitions': DEFAULT_COLUMNS,
  'coordination.k8s.io/leases': [NAME, column('Holder', textCell('spec', 'holderIdentity')), AGE],
};
