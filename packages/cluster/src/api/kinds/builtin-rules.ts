/**
 * Rules of built-in kinds: defaults, validation, selectable fields.
 *
 * A table of small pure functions. Validation covers what users of these kinds encounter; README.md lists the rest.
 */

import {
  valueAt,
  setDefault,
  isObject,
  arrayAt,
  objectAt,
  objectsAt,
  deepEqual,
  stringAt,
  ensureObject,
  type JsonObject,
  type KubeObject,
} from '../../model/json.js';
import { isBuiltInResource } from './builtin-rows.js';
import { definitionStatus, fillDefinition } from './crd.js';
import { checkDefinition } from './crd-validation.js';
import { forbiddenField, invalidValue, required, type Cause } from '../status-error.js';
import { checkPod, fillPod } from './pod-rules.js';
import { checkBinding, checkRole, fillBinding } from './rbac-rules.js';
import type { KindRules } from './resource-type.js';
import { WORKLOAD_RULES } from './workload-rules.js';

const text =
  (...path: string[]) =>
  (object: KubeObject): string =>
    stringAt(object, ...path);

/** Merges `stringData` of a Secret into `data`, and keeps its type. */
function fillSecret(draft: JsonObject): void {
  setDefault(draft, 'type', 'Opaque');
  const plain = draft['stringData'];
  if (isObject(plain)) {
    const data = ensureObject(draft, 'data');
    for (const [key, value] of Object.entries(plain)) data[key] = Buffer.from(String(value)).toString('base64');
  }
  delete draft['stringData'];
}

const NEEDED_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
]);

function checkSecret(secret: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const data = isObject(secret['data']) ? secret['data'] : {};
  const type = stringAt(secret, 'type');
  const causes: Cause[] = (NEEDED_KEYS.get(type) ?? [])
    .filter((key) => data[key] === undefined)
    .map((key) => required(`data[${key}]`));
  if (type === 'kubernetes.io/basic-auth' && data['username'] === undefined && data['password'] === undefined) {
    causes.push(required('data[username]'), required('data[password]'));
  }
  causes.push(...checkKeys(data, 'data'), ...checkDataSize(bytesIn(data, 'base64'), 'data'));
  const config = data['.dockerconfigjson'];
  if (
    type === 'kubernetes.io/dockerconfigjson' &&
    typeof config === 'string' &&
    !isJson(Buffer.from(config, 'base64').toString())
  ) {
    causes.push({
      reason: 'FieldValueInvalid',
      field: 'data[.dockerconfigjson]',
      message: 'Invalid value: "<secret contents redacted>": it is not JSON',
    });
  }
  if (old && type !== stringAt(old, 'type')) causes.push(invalidValue('type', type, 'field is immutable'));
  return [...causes, ...checkImmutable(secret, old)];
}

const MAX_DATA_BYTES = 1024 * 1024;

/** Checks that a Secret or ConfigMap holds at most one mebibyte of decoded data. */
function checkDataSize(bytes: number, field: string): Cause[] {
  if (bytes <= MAX_DATA_BYTES) return [];
  return [{ reason: 'FieldValueTooLong', field, message: `Too long: may not be more than ${MAX_DATA_BYTES} bytes` }];
}

const bytesIn = (data: JsonObject, encoding: 'utf8' | 'base64'): number =>
  Object.values(data).reduce((sum: number, value) => sum + Buffer.byteLength(String(value), encoding), 0);

function checkConfigMap(object: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const [data, binary] = [objectAt(object, 'data'), objectAt(object, 'binaryData')];
  return [
    ...checkKeys(data, 'data'),
    ...checkKeys(binary, 'binaryData'),
    ...checkDataSize(bytesIn(data, 'utf8') + bytesIn(binary, 'base64'), '[]'),
    ...checkImmutable(object, old),
  ];
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
  const reason =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or \
'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  return Object.keys(data)
    .filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key))
    .map((key) => invalidValue(`${path}[${key}]`, key, reason));
}

function checkImmutable(object: KubeObject, old: KubeObject | undefined): Cause[] {
  if (old?.['immutable'] !== true) return [];
  const reason = 'field is immutable when `immutable` is set';
  return ['data', 'binaryData', 'immutable']
    .filter((field) => !deepEqual(object[field], old[field]))
    .map((field) => forbiddenField(field, reason));
}

function fillNamespace(draft: JsonObject, old: KubeObject | undefined): void {
  const metadata = ensureObject(draft, 'metadata');
  if (typeof metadata['name'] === 'string')
    ensureObject(metadata, 'labels')['kubernetes.io/metadata.name'] = metadata['name'];
  if (old) {
    draft['spec'] = old['spec'];
    return;
  }
  draft['spec'] = { finalizers: ['kubernetes'] };
  draft['status'] = { phase: 'Active' };
}

function fillClaim(draft: JsonObject, old: KubeObject | undefined): void {
  const spec = ensureObject(draft, 'spec');
  setDefault(spec, 'volumeMode', 'Filesystem');
  if (old) return;
  setDefault(spec, 'storageClassName', 'pipewright');
  spec['volumeName'] = `pvc-${stringAt(draft, 'metadata', 'uid')}`;
  const capacity = valueAt(spec, 'resources', 'requests');
  draft['status'] = { phase: 'Bound', accessModes: spec['accessModes'] ?? [], capacity: capacity ?? {} };
}

function checkClaim(claim: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const causes: Cause[] = [];
  if (arrayAt(claim, 'spec', 'accessModes').length === 0)
    causes.push(required('spec.accessModes', 'at least 1 access mode is required'));
  if (valueAt(claim, 'spec', 'resources', 'requests', 'storage') === undefined)
    causes.push(required('spec.resources[storage]'));
  const frozen = (object: KubeObject): unknown => ({
    ...(isObject(object['spec']) ? object['spec'] : {}),
    resources: 0,
  });
  if (old && !deepEqual(frozen(claim), frozen(old))) {
    causes.push(
      forbiddenField(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    );
  }
  return causes;
}

function checkLease(lease: KubeObject): readonly Cause[] {
  const seconds = valueAt(lease, 'spec', 'leaseDurationSeconds');
  const causes: Cause[] = [];
  if (typeof seconds === 'number' && seconds <= 0)
    causes.push(invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
  return causes;
}

function fillService(draft: JsonObject): void {
  const spec = ensureObject(draft, 'spec');
  setDefault(spec, 'type', 'ClusterIP');
  setDefault(spec, 'sessionAffinity', 'None');
  if (spec['type'] !== 'ExternalName') setDefault(spec, 'clusterIP', 'None');
  for (const port of objectsAt(spec, 'ports')) {
    setDefault(port, 'protocol', 'TCP');
    setDefault(port, 'targetPort', port['port']);
  }
}

function fillNetworkPolicy(draft: JsonObject): void {
  const spec = ensureObject(draft, 'spec');
  setDefault(spec, 'policyTypes', ['Ingress', ...(arrayAt(spec, 'egress').length > 0 ? ['Egress'] : [])]);
}

function fillStorageClass(draft: JsonObject): void {
  setDefault(draft, 'reclaimPolicy', 'Delete');
  setDefault(draft, 'volumeBindingMode', 'Immediate');
}

function fillVolume(draft: JsonObject, old: KubeObject | undefined): void {
  const spec = ensureObject(draft, 'spec');
  setDefault(spec, 'persistentVolumeReclaimPolicy', 'Retain');
  setDefault(spec, 'volumeMode', 'Filesystem');
  if (!old) draft['status'] = { phase: 'Available' };
}

/** Fills in a limit range: the default limit is the maximum; the default request is the default limit or else the minimum. */
function fillLimitRange(draft: JsonObject): void {
  for (const item of objectsAt(draft, 'spec', 'limits')) {
    if (item['type'] !== 'Container') continue;
    const limits = { ...objectAt(item, 'max'), ...objectAt(item, 'default') };
    const requests = { ...objectAt(item, 'min'), ...limits, ...objectAt(item, 'defaultRequest') };
    if (Object.keys(limits).length > 0) item['default'] = limits;
    if (Object.keys(requests).length > 0) item['defaultRequest'] = requests;
  }
}

/** Rules by resource (`group/plural`). */
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
    check: checkConfigMap,
  },
  '/namespaces': { fill: fillNamespace, names: 'label', selectable: { 'status.phase': text('status', 'phase') } },
  '/persistentvolumeclaims': { fill: fillClaim, check: checkClaim },
  '/services': { fill: fillService, names: 'label' },
  '/limitranges': { fill: fillLimitRange },
  '/persistentvolumes': { fill: fillVolume },
  '/nodes': { selectable: { 'spec.unschedulable': (node) => String(valueAt(node, 'spec', 'unschedulable') ?? false) } },
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
  ...WORKLOAD_RULES,
  'networking.k8s.io/ingresses': { hasGeneration: true },
  'networking.k8s.io/ingressclasses': { hasGeneration: true },
  'discovery.k8s.io/endpointslices': { hasGeneration: true },
  'networking.k8s.io/networkpolicies': { hasGeneration: true, fill: fillNetworkPolicy },
  'storage.k8s.io/storageclasses': { fill: fillStorageClass },
  'scheduling.k8s.io/priorityclasses': {
    fill: (draft) => setDefault(draft, 'preemptionPolicy', 'PreemptLowerPriority'),
  },
  'policy/poddisruptionbudgets': { hasGeneration: true },
  'coordination.k8s.io/leases': { check: checkLease, versioned: true },
  'rbac.authorization.k8s.io/roles': { names: 'path', check: checkRole },
  'rbac.authorization.k8s.io/clusterroles': { names: 'path', check: checkRole },
  'rbac.authorization.k8s.io/rolebindings': { names: 'path', fill: fillBinding, check: checkBinding },
  'rbac.authorization.k8s.io/clusterrolebindings': { names: 'path', fill: fillBinding, check: checkBinding },
  'apiextensions.k8s.io/customresourcedefinitions': {
    hasGeneration: true,
    versioned: true,
    check: (definition, old) => checkDefinition(definition, old, isBuiltInResource),
    fill: (draft) => {
      fillDefinition(draft);
      draft['status'] = definitionStatus(draft, stringAt(draft, 'metadata', 'creationTimestamp'));
    },
  },
};
