/**
 * What is special about built-in kinds: defaults, what may not be written, what may be selected by.
 *
 * A table of small pure functions. Only what users of these kinds come across is judged; README.md says what is not.
 */

import {
  at,
  fill,
  isObject,
  listAt,
  objectsAt,
  same,
  stringAt,
  within,
  type JsonObject,
  type KubeObject,
} from './json.js';
import { checkDefinition, definitionStatus, fillDefinition } from './crd.js';
import { duplicate, forbiddenField, invalidValue, notSupported, required, type Cause } from './refusal.js';
import { labelFault } from './names.js';
import { fillPodSpec } from './pod-admission.js';
import type { KindRules } from './resource.js';

const text =
  (...path: string[]) =>
  (object: KubeObject): string =>
    stringAt(object, ...path);

/** Secrets: `stringData` is a way to write `data`, and the type never changes. */
function fillSecret(draft: JsonObject): void {
  fill(draft, 'type', 'Opaque');
  const plain = draft['stringData'];
  if (isObject(plain)) {
    const data = within(draft, 'data');
    for (const [key, value] of Object.entries(plain)) data[key] = Buffer.from(String(value)).toString('base64');
  }
  delete draft['stringData'];
}

const NEEDED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

function checkSecret(secret: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const data = isObject(secret['data']) ? secret['data'] : {};
  const type = stringAt(secret, 'type');
  const wrong: Cause[] = (NEEDED_KEYS[type] ?? [])
    .filter((key) => data[key] === undefined)
    .map((key) => required(`data[${key}]`));
  if (type === 'kubernetes.io/basic-auth' && data['username'] === undefined && data['password'] === undefined) {
    wrong.push(required('data[username]'), required('data[password]'));
  }
  wrong.push(...checkKeys(data, 'data'));
  const config = data['.dockerconfigjson'];
  if (
    type === 'kubernetes.io/dockerconfigjson' &&
    typeof config === 'string' &&
    !isJson(Buffer.from(config, 'base64').toString())
  ) {
    wrong.push({
      reason: 'FieldValueInvalid',
      field: 'data[.dockerconfigjson]',
      message: 'Invalid value: "<secret contents redacted>": it is not JSON',
    });
  }
  if (old && type !== stringAt(old, 'type')) wrong.push(invalidValue('type', type, 'field is immutable'));
  return [...wrong, ...checkImmutable(secret, old)];
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

function checkKeys(data: JsonObject, path: string): Cause[] {
  const why =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or \
'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  return Object.keys(data)
    .filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key))
    .map((key) => invalidValue(`${path}[${key}]`, key, why));
}

function checkImmutable(object: KubeObject, old: KubeObject | undefined): Cause[] {
  if (old?.['immutable'] !== true) return [];
  const why = 'field is immutable when `immutable` is set';
  return ['data', 'binaryData', 'immutable']
    .filter((field) => !same(object[field], old[field]))
    .map((field) => forbiddenField(field, why));
}

function fillPod(draft: JsonObject, old: KubeObject | undefined): void {
  fillPodSpec(within(draft, 'spec'));
  if (old) return;
  const classes = { phase: 'Pending', qosClass: qosClass(draft) };
  draft['status'] = classes;
}

function qosClass(pod: JsonObject): string {
  const resources = objectsAt(pod, 'spec', 'containers').map(({ resources: it }) => (isObject(it) ? it : {}));
  if (resources.every((it) => Object.keys(it).length === 0)) return 'BestEffort';
  const guaranteed = resources.every(
    ({ limits, requests }) =>
      isObject(limits) &&
      limits['cpu'] !== undefined &&
      limits['memory'] !== undefined &&
      (requests === undefined || same(requests, limits)),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function checkPod(pod: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const spec = isObject(pod['spec']) ? pod['spec'] : {};
  return old ? checkPodChange(spec, old) : checkPodSpec(spec, 'spec');
}

/** What is wrong with a pod's spec, at any path. */
function checkPodSpec(spec: JsonObject, path: string): Cause[] {
  const containers = objectsAt(spec, 'containers');
  const wrong: Cause[] = containers.length === 0 ? [required(`${path}.containers`)] : [];
  const volumes = new Set(objectsAt(spec, 'volumes').map((volume) => stringAt(volume, 'name')));
  const names = new Set<string>();
  for (const list of ['initContainers', 'containers']) {
    for (const [index, container] of objectsAt(spec, list).entries()) {
      wrong.push(...checkContainer(container, `${path}.${list}[${index}]`, names, volumes));
    }
  }
  for (const [index, volume] of objectsAt(spec, 'volumes').entries()) {
    const fault = labelFault(stringAt(volume, 'name'));
    if (fault !== undefined) wrong.push(invalidValue(`${path}.volumes[${index}].name`, volume['name'], fault));
  }
  const restart = spec['restartPolicy'];
  const policies = ['Always', 'OnFailure', 'Never'];
  if (!policies.includes(String(restart))) wrong.push(notSupported(`${path}.restartPolicy`, restart, policies));
  return wrong;
}

function checkContainer(
  container: JsonObject,
  path: string,
  names: Set<string>,
  volumes: ReadonlySet<string>,
): Cause[] {
  const wrong: Cause[] = [];
  const name = stringAt(container, 'name');
  const fault = name === '' ? undefined : labelFault(name);
  if (name === '') wrong.push(required(`${path}.name`));
  else if (fault !== undefined) wrong.push(invalidValue(`${path}.name`, name, fault));
  else if (names.has(name)) wrong.push(duplicate(`${path}.name`, name));
  names.add(name);
  if (stringAt(container, 'image') === '') wrong.push(required(`${path}.image`));
  for (const [index, env] of objectsAt(container, 'env').entries()) {
    if (stringAt(env, 'name') === '') wrong.push(required(`${path}.env[${index}].name`));
  }
  const paths = new Set<string>();
  for (const [index, mount] of objectsAt(container, 'volumeMounts').entries()) {
    const here = `${path}.volumeMounts[${index}]`;
    const [volume, mountPath] = [stringAt(mount, 'name'), stringAt(mount, 'mountPath')];
    if (!volumes.has(volume))
      wrong.push({
        reason: 'FieldValueNotFound',
        field: `${here}.name`,
        message: `Not found: ${JSON.stringify(volume)}`,
      });
    if (mountPath === '') wrong.push(required(`${here}.mountPath`));
    else if (paths.has(mountPath)) wrong.push(invalidValue(`${here}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
  }
  return wrong;
}

const POD_MAY_CHANGE = [
  'activeDeadlineSeconds',
  'tolerations',
  'nodeName',
  'terminationGracePeriodSeconds',
  'ephemeralContainers',
];

/** Of a pod that exists, images may change and little else; the node claims it by its name once. */
function checkPodChange(spec: JsonObject, old: KubeObject): Cause[] {
  const before = isObject(old['spec']) ? old['spec'] : {};
  const claimed = stringAt(before, 'nodeName');
  const frozen = (each: JsonObject): JsonObject => {
    const rest: JsonObject = { ...each };
    for (const field of POD_MAY_CHANGE) delete rest[field];
    for (const list of ['containers', 'initContainers']) {
      if (Array.isArray(rest[list]))
        rest[list] = objectsAt(rest, list).map((container) => ({ ...container, image: '' }));
    }
    return rest;
  };
  if (same(frozen(spec), frozen(before)) && (claimed === '' || claimed === spec['nodeName'])) return [];
  const why =
    'pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, \
`spec.activeDeadlineSeconds` or `spec.tolerations` (only additions to existing tolerations)';
  return [forbiddenField('spec', why)];
}

function fillDeployment(draft: JsonObject): void {
  const spec = within(draft, 'spec');
  fill(spec, 'replicas', 1);
  fill(spec, 'strategy', { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } });
  fill(spec, 'revisionHistoryLimit', 10);
  fill(spec, 'progressDeadlineSeconds', 600);
  fillTemplate(spec);
  fill(draft, 'status', {});
}

function fillTemplate(spec: JsonObject): void {
  const template = within(spec, 'template');
  const metadata = within(template, 'metadata');
  fill(metadata, 'creationTimestamp', null);
  fillPodSpec(within(template, 'spec'));
}

function checkTemplate(object: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const selector = at(object, 'spec', 'selector');
  const template = at(object, 'spec', 'template', 'spec');
  const wrong = checkPodSpec(isObject(template) ? template : {}, 'spec.template.spec');
  const labels = at(object, 'spec', 'selector', 'matchLabels');
  const has = at(object, 'spec', 'template', 'metadata', 'labels');
  if (!isObject(selector)) wrong.unshift(required('spec.selector'));
  else if (isObject(labels) && !Object.entries(labels).every(([key, value]) => at(has, key) === value)) {
    wrong.push(
      invalidValue('spec.template.metadata.labels', has ?? null, '`selector` does not match template `labels`'),
    );
  }
  if (old && !same(selector, at(old, 'spec', 'selector')))
    wrong.push(invalidValue('spec.selector', selector, 'field is immutable'));
  return wrong;
}

function fillNamespace(draft: JsonObject, old: KubeObject | undefined): void {
  const metadata = within(draft, 'metadata');
  if (typeof metadata['name'] === 'string')
    within(metadata, 'labels')['kubernetes.io/metadata.name'] = metadata['name'];
  if (old) {
    draft['spec'] = old['spec'];
    return;
  }
  draft['spec'] = { finalizers: ['kubernetes'] };
  draft['status'] = { phase: 'Active' };
}

function fillClaim(draft: JsonObject, old: KubeObject | undefined): void {
  const spec = within(draft, 'spec');
  fill(spec, 'volumeMode', 'Filesystem');
  if (old) return;
  fill(spec, 'storageClassName', 'pipewright');
  spec['volumeName'] = `pvc-${stringAt(draft, 'metadata', 'uid')}`;
  const capacity = at(spec, 'resources', 'requests');
  draft['status'] = { phase: 'Bound', accessModes: spec['accessModes'] ?? [], capacity: capacity ?? {} };
}

function checkClaim(claim: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const wrong: Cause[] = [];
  if (listAt(claim, 'spec', 'accessModes').length === 0)
    wrong.push(required('spec.accessModes', 'at least 1 access mode is required'));
  if (at(claim, 'spec', 'resources', 'requests', 'storage') === undefined)
    wrong.push(required('spec.resources[storage]'));
  const frozen = (object: KubeObject): unknown => ({
    ...(isObject(object['spec']) ? object['spec'] : {}),
    resources: 0,
  });
  if (old && !same(frozen(claim), frozen(old))) {
    wrong.push(
      forbiddenField(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    );
  }
  return wrong;
}

const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;

function checkLease(lease: KubeObject): readonly Cause[] {
  const seconds = at(lease, 'spec', 'leaseDurationSeconds');
  const wrong: Cause[] = [];
  if (typeof seconds === 'number' && seconds <= 0)
    wrong.push(invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
  return wrong;
}

/** Fields that must be written with six fractional digits, by place. Anything else is a 400, as upstream's decoder has it. */
export const MICRO_TIMES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'coordination.k8s.io/leases': [
    ['spec', 'acquireTime'],
    ['spec', 'renewTime'],
  ],
  '/events': [['eventTime'], ['series', 'lastObservedTime']],
};

/** The first field of an object that should be a time in microseconds and is not. */
export function badMicroTime(place: string, draft: JsonObject): unknown {
  return (MICRO_TIMES[place] ?? [])
    .map((path) => at(draft, ...path))
    .find((value) => value !== undefined && value !== null && !(typeof value === 'string' && MICRO_TIME.test(value)));
}

function checkBinding(binding: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const kind = stringAt(binding, 'roleRef', 'kind');
  const wrong: Cause[] = ['Role', 'ClusterRole'].includes(kind)
    ? []
    : [notSupported('roleRef.kind', kind, ['Role', 'ClusterRole'])];
  if (stringAt(binding, 'roleRef', 'name') === '') wrong.push(required('roleRef.name'));
  for (const [index, subject] of objectsAt(binding, 'subjects').entries()) {
    if (stringAt(subject, 'name') === '') wrong.push(required(`subjects[${index}].name`));
    if (
      subject['kind'] === 'ServiceAccount' &&
      binding.kind === 'ClusterRoleBinding' &&
      stringAt(subject, 'namespace') === ''
    ) {
      wrong.push(required(`subjects[${index}].namespace`));
    }
  }
  if (old && !same(binding['roleRef'], old['roleRef']))
    wrong.push(invalidValue('roleRef', binding['roleRef'], 'cannot change roleRef'));
  return wrong;
}

function fillBinding(draft: JsonObject): void {
  fill(within(draft, 'roleRef'), 'apiGroup', 'rbac.authorization.k8s.io');
  for (const subject of objectsAt(draft, 'subjects')) {
    if (subject['kind'] !== 'ServiceAccount') fill(subject, 'apiGroup', 'rbac.authorization.k8s.io');
    else if (typeof draft['metadata'] === 'object') fill(subject, 'namespace', at(draft, 'metadata', 'namespace'));
  }
}

function fillService(draft: JsonObject): void {
  const spec = within(draft, 'spec');
  fill(spec, 'type', 'ClusterIP');
  fill(spec, 'sessionAffinity', 'None');
  fill(spec, 'clusterIP', 'None');
  for (const port of objectsAt(spec, 'ports')) {
    fill(port, 'protocol', 'TCP');
    fill(port, 'targetPort', port['port']);
  }
}

const WORKLOAD: KindRules = {
  counted: true,
  fill: (draft) => fillTemplate(within(draft, 'spec')),
  check: checkTemplate,
};

/** Rules by place (`group/plural`). */
export const RULES: Readonly<Record<string, KindRules>> = {
  '/pods': {
    fill: fillPod,
    check: checkPod,
    selectable: {
      'spec.nodeName': text('spec', 'nodeName'),
      'spec.restartPolicy': text('spec', 'restartPolicy'),
      'spec.schedulerName': text('spec', 'schedulerName'),
      'spec.serviceAccountName': text('spec', 'serviceAccountName'),
      'status.phase': text('status', 'phase'),
      'status.podIP': text('status', 'podIP'),
      'status.nominatedNodeName': text('status', 'nominatedNodeName'),
    },
  },
  '/secrets': { fill: fillSecret, check: checkSecret, selectable: { type: text('type') } },
  '/configmaps': {
    check: (object, old) => [
      ...checkKeys(isObject(object['data']) ? object['data'] : {}, 'data'),
      ...checkImmutable(object, old),
    ],
  },
  '/namespaces': { fill: fillNamespace, names: 'label', selectable: { 'status.phase': text('status', 'phase') } },
  '/persistentvolumeclaims': { fill: fillClaim, check: checkClaim },
  '/services': { fill: fillService, names: 'label' },
  '/nodes': { selectable: { 'spec.unschedulable': (node) => String(at(node, 'spec', 'unschedulable') ?? false) } },
  '/events': {
    selectable: {
      ...Object.fromEntries(
        ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map((field) => [
          `involvedObject.${field}`,
          text('involvedObject', field),
        ]),
      ),
      reason: text('reason'),
      type: text('type'),
      source: text('source', 'component'),
      reportingComponent: text('reportingComponent'),
    },
  },
  'apps/deployments': { counted: true, fill: fillDeployment, check: checkTemplate },
  'apps/replicasets': {
    ...WORKLOAD,
    fill: (draft) => (fill(within(draft, 'spec'), 'replicas', 1), fillTemplate(within(draft, 'spec'))),
  },
  'apps/statefulsets': {
    ...WORKLOAD,
    fill: (draft) => (fill(within(draft, 'spec'), 'replicas', 1), fillTemplate(within(draft, 'spec'))),
  },
  'apps/daemonsets': WORKLOAD,
  'batch/jobs': { counted: true, fill: (draft) => fillTemplate(within(draft, 'spec')) },
  'batch/cronjobs': { counted: true },
  'networking.k8s.io/ingresses': { counted: true },
  'networking.k8s.io/networkpolicies': { counted: true },
  'policy/poddisruptionbudgets': { counted: true },
  'coordination.k8s.io/leases': { check: checkLease },
  'rbac.authorization.k8s.io/roles': { names: 'path' },
  'rbac.authorization.k8s.io/clusterroles': { names: 'path' },
  'rbac.authorization.k8s.io/rolebindings': { names: 'path', fill: fillBinding, check: checkBinding },
  'rbac.authorization.k8s.io/clusterrolebindings': { names: 'path', fill: fillBinding, check: checkBinding },
  'apiextensions.k8s.io/customresourcedefinitions': {
    counted: true,
    check: checkDefinition,
    fill: (draft) => {
      fillDefinition(draft);
      draft['status'] = definitionStatus(draft, stringAt(draft, 'metadata', 'creationTimestamp'));
    },
  },
};
