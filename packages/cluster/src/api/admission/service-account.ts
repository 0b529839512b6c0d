/**
 * The ServiceAccount admission plugin: fills in a pod's ServiceAccount, its pull secrets and a volume with its token.
 *
 * Mirrors Kubernetes' plugin, including its messages.
 */

import type { Random } from '../../platform/random.js';
import { generatedName } from '../kinds/names.js';
import {
  valueAt,
  deepCopy,
  setDefault,
  isObject,
  arrayAt,
  objectsAt,
  stringAt,
  ensureObject,
  type JsonObject,
  type KubeObject,
} from '../../model/json.js';
import { forbidden } from '../status-error.js';
import { latestCoreObject, type ApiContext } from '../api-context.js';

const PODS = { group: '', plural: 'pods', kind: 'Pod' } as const;
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_SECONDS = 3607;

/** Completes the draft of a new pod. Throws a 403 if its ServiceAccount does not exist. */
export function admitPod(api: ApiContext, draft: KubeObject): void {
  const { namespace = '', name = '' } = draft.metadata;
  const spec = ensureObject(draft, 'spec');
  const accountName = stringAt(spec, 'serviceAccountName') || stringAt(spec, 'serviceAccount') || 'default';
  spec['serviceAccountName'] = accountName;
  spec['serviceAccount'] = accountName;
  const account = latestCoreObject(api, 'serviceaccounts', namespace, accountName);
  if (!account) {
    const reason = `error looking up service account ${namespace}/${accountName}: serviceaccount "${accountName}" not found`;
    throw forbidden(PODS, name, reason);
  }
  if (arrayAt(spec, 'imagePullSecrets').length === 0 && arrayAt(account, 'imagePullSecrets').length > 0) {
    spec['imagePullSecrets'] = deepCopy(arrayAt(account, 'imagePullSecrets'));
  }
  const automount =
    valueAt(spec, 'automountServiceAccountToken') ?? valueAt(account, 'automountServiceAccountToken') ?? true;
  if (automount === true) mountToken(spec, api.random);
}

function mountToken(spec: JsonObject, random: Random): void {
  const containers = [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')];
  const without = containers.filter(
    (container) => !objectsAt(container, 'volumeMounts').some((mount) => mount['mountPath'] === TOKEN_PATH),
  );
  if (without.length === 0) return;
  const volumes = objectsAt(spec, 'volumes');
  const known = volumes.find((volume) => stringAt(volume, 'name').startsWith('kube-api-access-'));
  const name = known ? stringAt(known, 'name') : generatedName('kube-api-access-', random);
  if (!known) spec['volumes'] = [...volumes, tokenVolume(name)];
  for (const container of without) {
    const mounts = container['volumeMounts'];
    container['volumeMounts'] = [
      ...(Array.isArray(mounts) ? mounts : []),
      { name, readOnly: true, mountPath: TOKEN_PATH },
    ];
  }
}

const tokenVolume = (name: string): JsonObject => ({
  name,
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
    defaultMode: 0o644,
  },
});

/** Fills in the defaults of a pod spec: of a pod, or of a pod template. */
export function fillPodSpec(spec: JsonObject): void {
  setDefault(spec, 'restartPolicy', 'Always');
  setDefault(spec, 'terminationGracePeriodSeconds', 30);
  setDefault(spec, 'dnsPolicy', 'ClusterFirst');
  setDefault(spec, 'securityContext', {});
  setDefault(spec, 'schedulerName', 'default-scheduler');
  for (const container of [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')])
    fillContainer(container);
  for (const volume of objectsAt(spec, 'volumes')) fillVolume(volume);
}

function fillContainer(container: JsonObject): void {
  setDefault(container, 'terminationMessagePath', '/dev/termination-log');
  setDefault(container, 'terminationMessagePolicy', 'File');
  setDefault(container, 'imagePullPolicy', pullPolicy(stringAt(container, 'image')));
  setDefault(container, 'resources', {});
  for (const port of objectsAt(container, 'ports')) setDefault(port, 'protocol', 'TCP');
  for (const env of objectsAt(container, 'env')) {
    const field = valueAt(env, 'valueFrom', 'fieldRef');
    if (isObject(field)) setDefault(field, 'apiVersion', 'v1');
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const found = container[probe];
    if (!isObject(found)) continue;
    setDefault(found, 'timeoutSeconds', 1);
    setDefault(found, 'periodSeconds', 10);
    setDefault(found, 'successThreshold', 1);
    setDefault(found, 'failureThreshold', 3);
  }
}

/** Returns `Always` for images without a tag or with `latest`, as Kubernetes does. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const last = image.slice(image.lastIndexOf('/') + 1);
  const tag = last.includes(':') ? last.slice(last.indexOf(':') + 1) : 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const WITH_MODE = ['secret', 'configMap', 'downwardAPI', 'projected'] as const;

function fillVolume(volume: JsonObject): void {
  for (const kind of WITH_MODE) {
    const source = volume[kind];
    if (isObject(source)) setDefault(source, 'defaultMode', 0o644);
  }
  const host = volume['hostPath'];
  if (isObject(host)) setDefault(host, 'type', '');
  for (const source of objectsAt(volume, 'projected', 'sources')) {
    const token = source['serviceAccountToken'];
    if (isObject(token)) setDefault(token, 'expirationSeconds', 3600);
  }
  if (Object.keys(volume).length === 1) volume['emptyDir'] = {};
}
