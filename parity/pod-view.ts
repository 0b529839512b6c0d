/**
 * A pod from the perspective of its steps, independent of the controller that created it.
 *
 * Tekton's pods have init containers and another entrypoint than ours (decision 4). A step sees no difference: it has the same command,
 * environment and mounts. Volumes and containers for the order of steps and for credentials are excluded. Pure.
 */

import { parseImageName } from '@pipewright/tekton';
import { at, isObject, listAt, objectAt, textAt, trimmed, type Json, type JsonObject } from './json.js';
import { isInternal, stepName, type Names } from './names.js';
import { roleOf, unwrap } from './unwrap.js';

/** Mounts for the entrypoint, the API token, or credentials before they are written to HOME. */
const BEHIND_THE_SCENES =
  /^(?:\/tekton\/(?:tools|downward|scripts)|\/var\/run\/secrets\/kubernetes\.io\/serviceaccount|\/var\/build-secrets\/.*)$/;

/** Fields of a pod's spec that users can influence, and that are equal in all pods of a run. */
const POD_FIELDS = [
  'restartPolicy',
  'nodeSelector',
  'affinity',
  'securityContext',
  'runtimeClassName',
  'automountServiceAccountToken',
  'dnsPolicy',
  'dnsConfig',
  'enableServiceLinks',
  'priorityClassName',
  'schedulerName',
  'hostNetwork',
  'imagePullSecrets',
  'hostAliases',
  'activeDeadlineSeconds',
] as const;

const CONTAINER_FIELDS = [
  'workingDir',
  'envFrom',
  'resources',
  'securityContext',
  'imagePullPolicy',
  'ports',
  'lifecycle',
  'readinessProbe',
  'livenessProbe',
  'startupProbe',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'tty',
  'stdin',
  'stdinOnce',
  'volumeDevices',
] as const;

/** Tolerations that Kubernetes adds to every pod. */
const GIVEN_TO_ALL = new Set(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']);

/** What of a pod is hidden from its steps. */
export interface HiddenParts {
  /** Paths of mounts for the entrypoint, the API token, or credentials before they are written to HOME. */
  readonly mounts: RegExp;
  /** Names of volumes that no container mounts. */
  readonly volumes: RegExp;
}

const HIDDEN: HiddenParts = { mounts: BEHIND_THE_SCENES, volumes: /^secret-volume-|^(?:tools|downward|scripts)$/ };

/** Returns the view of a pod. */
export function podView(pod: JsonObject, names: Names, hidden: HiddenParts = HIDDEN): JsonObject {
  const spec = objectAt(pod, 'spec');
  const containers = listAt(spec, 'containers').filter(isObject);
  const named = (role: 'step' | 'sidecar'): readonly (readonly [string, JsonObject])[] =>
    containers
      .filter((one) => roleOf(one) === role && !isInternal(textAt(one, 'name')))
      .map((one) => [textAt(one, 'name'), containerView(one, spec, names, hidden)] as const);
  return {
    labels: names.value(objectAt(pod, 'metadata', 'labels')),
    annotations: names.value(annotations(pod)),
    serviceAccount: textAt(spec, 'serviceAccountName'),
    containers: containers.map((one) => stepName(textAt(one, 'name'))),
    ...objectAt(names.value(picked(spec, POD_FIELDS))),
    tolerations: listAt(spec, 'tolerations').filter((one) => !GIVEN_TO_ALL.has(textAt(one, 'key'))),
    volumes: names.value(volumesView(spec, hidden)),
    step: Object.fromEntries(named('step')),
    sidecar: Object.fromEntries(named('sidecar')),
  };
}

/** Returns the annotations without those for ready sidecars and those of tools. */
export function annotations(object: unknown): JsonObject {
  const { 'tekton.dev/ready': _, ...rest } = objectAt(object, 'metadata', 'annotations');
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('pipewright.')));
}

const picked = (from: JsonObject, fields: readonly string[]): JsonObject =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const value = trimmed(from[field]);
      return value === undefined ? [] : [[field, value]];
    }),
  );

function containerView(container: JsonObject, spec: JsonObject, names: Names, hidden: HiddenParts): JsonObject {
  const view: JsonObject = {
    image: imageOf(textAt(container, 'image')),
    runs: unwrap(container, spec) as unknown as JsonObject, // texts and lists of texts are JSON
    env: trimmed(listAt(container, 'env')) ?? [],
    mounts: mountsView(container, spec, hidden),
    ...picked(container, CONTAINER_FIELDS),
  };
  return names.value(view) as JsonObject; // an object stays one
}

/** Returns the mounts by volume source, not by volume name. */
function mountsView(container: JsonObject, spec: JsonObject, hidden: HiddenParts): JsonObject {
  const volumes = new Map(listAt(spec, 'volumes').map((volume) => [textAt(volume, 'name'), source(volume)]));
  const seen = listAt(container, 'volumeMounts')
    .filter((mount) => !hidden.mounts.test(textAt(mount, 'mountPath')))
    .map((mount) => {
      const { mountPath, name, ...how } = mount as JsonObject; // a mount is an object
      return [String(mountPath), { ...how, volume: { [sharedName(String(name))]: volumes.get(String(name)) ?? null } }];
    });
  return Object.fromEntries(seen) as JsonObject;
}

/** Returns the mount paths that share a volume: a workspace's volume has a random name, so an emptyDir is identified by its mounts. */
const sharedName = (name: string): string =>
  name.replace(/^ws-[a-z0-9]{5}$/, 'ws-?').replace(/^(?:handover|.*-pvc)$/, 'handover');

function volumesView(spec: JsonObject, hidden: HiddenParts): JsonObject {
  const kept = listAt(spec, 'volumes').filter((volume) => {
    const name = textAt(volume, 'name');
    const mounts = listAt(spec, 'containers').flatMap((one) => listAt(one, 'volumeMounts'));
    const places = mounts.filter((mount) => at(mount, 'name') === name).map((mount) => textAt(mount, 'mountPath'));
    return places.length === 0
      ? !hidden.volumes.test(name) && !/^default-token-.*$/.test(name)
      : !places.every((place) => hidden.mounts.test(place));
  });
  return Object.fromEntries(kept.map((volume) => [sharedName(textAt(volume, 'name')), source(volume)]));
}

/** Returns a volume without its name and without the modes that every API server sets. */
function source(volume: Json): Json {
  const { name: _, ...rest } = volume as JsonObject; // a volume is an object
  return JSON.parse(
    JSON.stringify(rest, (field, value: unknown) => (field === 'defaultMode' && value === 420 ? undefined : value)),
  ) as Json; // still JSON
}

/** The image that replaces a sidecar's image to stop it. */
export const STOPPED = 'STOPPED';

/** Returns an image's full name without its digest, which depends on the date of the recording; all images that stop sidecars are equal. */
export function imageOf(image: string): string {
  const { registry, repository, tag } = parseImageName(image);
  const host = registry === 'index.docker.io' ? 'docker.io' : registry;
  if (/(?:^|\/)nop$/.test(repository) || repository === 'tianon/true') return STOPPED;
  return `${host}/${repository}${tag === undefined || tag === 'latest' ? '' : `:${tag}`}`;
}
