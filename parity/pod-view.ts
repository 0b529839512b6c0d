/**
 * A pod as the steps in it see it, whoever made it.
 *
 * Tekton's pods have init containers and another entrypoint than ours (decision 4). A step cannot tell: it has its command,
 * its environment, its mounts. What serves the ordering of steps, or stands for credentials until they are files, is left out. Pure.
 */

import { parseImageName } from '@pipewright/tekton';
import { at, isObject, listAt, objectAt, textAt, trimmed, type Json, type JsonObject } from './json.js';
import { isInternal, stepName, type Names } from './names.js';
import { roleOf, unwrap } from './unwrap.js';

/** Mounts that serve the entrypoint, the API's token, or credentials on their way into HOME. */
const BEHIND_THE_SCENES =
  /^(?:\/tekton\/(?:tools|downward|scripts)|\/var\/run\/secrets\/kubernetes\.io\/serviceaccount|\/var\/build-secrets\/.*)$/;

/** Fields of a pod's spec that a user has a say in, and all pods of one run should share. */
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

/** The view of one pod. */
export function podView(pod: JsonObject, names: Names): JsonObject {
  const spec = objectAt(pod, 'spec');
  const containers = listAt(spec, 'containers').filter(isObject);
  const named = (role: 'step' | 'sidecar'): readonly (readonly [string, JsonObject])[] =>
    containers
      .filter((one) => roleOf(one) === role && !isInternal(textAt(one, 'name')))
      .map((one) => [textAt(one, 'name'), containerView(one, spec, names)] as const);
  return {
    labels: names.value(objectAt(pod, 'metadata', 'labels')),
    annotations: names.value(annotations(pod)),
    serviceAccount: textAt(spec, 'serviceAccountName'),
    containers: containers.map((one) => stepName(textAt(one, 'name'))),
    ...objectAt(names.value(picked(spec, POD_FIELDS))),
    tolerations: listAt(spec, 'tolerations').filter((one) => !GIVEN_TO_ALL.has(textAt(one, 'key'))),
    volumes: names.value(volumesView(spec)),
    step: Object.fromEntries(named('step')),
    sidecar: Object.fromEntries(named('sidecar')),
  };
}

/** Annotations but those that say that sidecars are ready, or that a tool left behind. */
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

function containerView(container: JsonObject, spec: JsonObject, names: Names): JsonObject {
  const view: JsonObject = {
    image: imageOf(textAt(container, 'image')),
    runs: unwrap(container, spec) as unknown as JsonObject, // texts and lists of texts are JSON
    env: trimmed(listAt(container, 'env')) ?? [],
    mounts: mountsView(container, spec),
    ...picked(container, CONTAINER_FIELDS),
  };
  return names.value(view) as JsonObject; // an object stays one
}

/** What is mounted where, by what it is and not by what it is called. */
function mountsView(container: JsonObject, spec: JsonObject): JsonObject {
  const volumes = new Map(listAt(spec, 'volumes').map((volume) => [textAt(volume, 'name'), source(volume)]));
  const seen = listAt(container, 'volumeMounts')
    .filter((mount) => !BEHIND_THE_SCENES.test(textAt(mount, 'mountPath')))
    .map((mount) => {
      const { mountPath, name, ...how } = mount as JsonObject; // a mount is an object
      return [String(mountPath), { ...how, volume: { [sharedName(String(name))]: volumes.get(String(name)) ?? null } }];
    });
  return Object.fromEntries(seen) as JsonObject;
}

/** A workspace's volume has a drawn name, an emptyDir's own name says which of several it is. */
const sharedName = (name: string): string =>
  name.replace(/^ws-[a-z0-9]{5}$/, 'ws-?').replace(/^(?:handover|.*-pvc)$/, 'handover');

function volumesView(spec: JsonObject): JsonObject {
  const kept = listAt(spec, 'volumes').filter((volume) => {
    const name = textAt(volume, 'name');
    const mounts = listAt(spec, 'containers').flatMap((one) => listAt(one, 'volumeMounts'));
    const places = mounts.filter((mount) => at(mount, 'name') === name).map((mount) => textAt(mount, 'mountPath'));
    return places.length === 0
      ? !/^secret-volume-|^(?:tools|downward|scripts|default-token-.*)$/.test(name)
      : !places.every((place) => BEHIND_THE_SCENES.test(place));
  });
  return Object.fromEntries(kept.map((volume) => [sharedName(textAt(volume, 'name')), source(volume)]));
}

/** What a volume holds, without its name and without the modes that every API server fills in. */
function source(volume: Json): Json {
  const { name: _, ...rest } = volume as JsonObject; // a volume is an object
  return JSON.parse(
    JSON.stringify(rest, (field, value: unknown) => (field === 'defaultMode' && value === 420 ? undefined : value)),
  ) as Json; // it was JSON before
}

/** The image, whichever it is, that takes the place of a sidecar's to stop it. */
export const STOPPED = 'STOPPED';

/** An image's full name. A digest says which build was there that day; the stand-in of a stopped sidecar is one for all. */
export function imageOf(image: string): string {
  const { registry, repository, tag } = parseImageName(image);
  const host = registry === 'index.docker.io' ? 'docker.io' : registry;
  if (/(?:^|\/)nop$/.test(repository) || repository === 'tianon/true') return STOPPED;
  return `${host}/${repository}${tag === undefined || tag === 'latest' ? '' : `:${tag}`}`;
}
