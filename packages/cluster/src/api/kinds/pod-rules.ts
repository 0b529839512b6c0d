/**
 * Rules of pods: defaults, validation, and which fields of an existing pod may change.
 *
 * Pure. Rules that depend on other objects are in `service-account.ts`.
 */

import {
  setDefault,
  isObject,
  objectAt,
  objectsAt,
  deepEqual,
  stringAt,
  ensureObject,
  type JsonObject,
  type KubeObject,
} from '../../model/json.js';
import { dnsLabelError } from './names.js';
import { nanosOf } from '@pipewright/apimachinery';
import { fillPodSpec } from '../admission/service-account.js';
import { duplicate, forbiddenField, invalidValue, notSupported, required, type Cause } from '../status-error.js';

/** Fills in the defaults of a pod; a new pod is Pending. */
export function fillPod(draft: JsonObject, old: KubeObject | undefined): void {
  fillPodSpec(ensureObject(draft, 'spec'));
  setDefault(ensureObject(draft, 'spec'), 'enableServiceLinks', true);
  if (old) return;
  for (const list of ['initContainers', 'containers'])
    for (const container of objectsAt(draft, 'spec', list)) requestItsLimits(container);
  const classes = { phase: 'Pending', qosClass: qosClass(draft) };
  draft['status'] = classes;
}

/** Sets the requests of a container to its limits where it has no requests. */
function requestItsLimits(container: JsonObject): void {
  const limits = objectAt(container, 'resources', 'limits');
  if (Object.keys(limits).length === 0) return;
  const requests = ensureObject(ensureObject(container, 'resources'), 'requests');
  for (const [name, most] of Object.entries(limits)) setDefault(requests, name, most);
}

function qosClass(pod: JsonObject): string {
  const resources = objectsAt(pod, 'spec', 'containers').map(({ resources: it }) => (isObject(it) ? it : {}));
  if (resources.every((it) => Object.keys(it).length === 0)) return 'BestEffort';
  const guaranteed = resources.every(
    ({ limits, requests }) =>
      isObject(limits) &&
      limits['cpu'] !== undefined &&
      limits['memory'] !== undefined &&
      (requests === undefined || deepEqual(requests, limits)),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** Returns everything wrong with a pod, or with a change of a pod. */
export function checkPod(pod: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const spec = isObject(pod['spec']) ? pod['spec'] : {};
  return old ? checkPodChange(spec, old) : checkPodSpec(spec, 'spec');
}

/** Returns everything wrong with a pod spec at a path. */
export function checkPodSpec(spec: JsonObject, path: string): Cause[] {
  const containers = objectsAt(spec, 'containers');
  const causes: Cause[] = containers.length === 0 ? [required(`${path}.containers`)] : [];
  const volumes = new Set<string>();
  for (const [index, volume] of objectsAt(spec, 'volumes').entries()) {
    const name = stringAt(volume, 'name');
    const error = dnsLabelError(name);
    if (error !== undefined) causes.push(invalidValue(`${path}.volumes[${index}].name`, volume['name'], error));
    else if (volumes.has(name)) causes.push(duplicate(`${path}.volumes[${index}].name`, name));
    volumes.add(name);
  }
  const names = new Set<string>();
  for (const list of ['initContainers', 'containers']) {
    for (const [index, container] of objectsAt(spec, list).entries()) {
      causes.push(...checkContainer(container, `${path}.${list}[${index}]`, names, volumes));
    }
  }
  const restart = spec['restartPolicy'];
  const policies = ['Always', 'OnFailure', 'Never'];
  if (!policies.includes(String(restart))) causes.push(notSupported(`${path}.restartPolicy`, restart, policies));
  return causes;
}

function checkContainer(
  container: JsonObject,
  path: string,
  names: Set<string>,
  volumes: ReadonlySet<string>,
): Cause[] {
  const causes: Cause[] = [];
  const name = stringAt(container, 'name');
  const error = name === '' ? undefined : dnsLabelError(name);
  if (name === '') causes.push(required(`${path}.name`));
  else if (error !== undefined) causes.push(invalidValue(`${path}.name`, name, error));
  else if (names.has(name)) causes.push(duplicate(`${path}.name`, name));
  names.add(name);
  if (stringAt(container, 'image') === '') causes.push(required(`${path}.image`));
  for (const [index, env] of objectsAt(container, 'env').entries()) {
    if (stringAt(env, 'name') === '') causes.push(required(`${path}.env[${index}].name`));
  }
  causes.push(...checkRequests(objectAt(container, 'resources'), `${path}.resources.requests`));
  const paths = new Set<string>();
  for (const [index, mount] of objectsAt(container, 'volumeMounts').entries()) {
    const here = `${path}.volumeMounts[${index}]`;
    const [volume, mountPath] = [stringAt(mount, 'name'), stringAt(mount, 'mountPath')];
    if (!volumes.has(volume))
      causes.push({
        reason: 'FieldValueNotFound',
        field: `${here}.name`,
        message: `Not found: ${JSON.stringify(volume)}`,
      });
    if (mountPath === '') causes.push(required(`${here}.mountPath`));
    else if (paths.has(mountPath)) causes.push(invalidValue(`${here}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
  }
  return causes;
}

/** Checks that no request exceeds its limit. */
function checkRequests(resources: JsonObject, path: string): Cause[] {
  const limits = objectAt(resources, 'limits');
  return Object.entries(objectAt(resources, 'requests')).flatMap(([name, requested]) => {
    const most = limits[name];
    if (most === undefined || nanosOf(String(requested)) <= nanosOf(String(most))) return [];
    return [invalidValue(path, String(requested), `must be less than or equal to ${name} limit`)];
  });
}

const POD_MAY_CHANGE = [
  'activeDeadlineSeconds',
  'tolerations',
  'nodeName',
  'terminationGracePeriodSeconds',
  'ephemeralContainers',
];

/** Checks a change of an existing pod: images may change, and the node name may be set once. */
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
  if (deepEqual(frozen(spec), frozen(before)) && (claimed === '' || claimed === spec['nodeName'])) return [];
  const reason =
    'pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, \
`spec.activeDeadlineSeconds` or `spec.tolerations` (only additions to existing tolerations)';
  return [forbiddenField('spec', reason)];
}
