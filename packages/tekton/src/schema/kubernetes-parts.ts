/**
 * The parts of Kubernetes core/v1 below containers, volumes and pods: security contexts, probes, volume sources, affinity.
 *
 * Only the check of fields reads them; the definitions let these parts pass as they are, so that a cluster may know more fields than
 * this list. Field names are those of Kubernetes; `any` stands where the keys are the user's own.
 */

import { flag, integer, intOrString, kubernetesObject, list, map, quantity, text, type Schema } from './schema.js';

const word = text('');
const yes = flag('');
const count = integer('');
/** A number that may be below 0. */
const number = integer('', Number.MIN_SAFE_INTEGER);
const amount = quantity('');
const port = intOrString('');
const words = list('', word);
const any = map('', word);

const part = (fields: Readonly<Record<string, Schema>>): Schema => kubernetesObject('', fields);
const parts = (fields: Readonly<Record<string, Schema>>): Schema => list('', part(fields));

const typed = (...names: readonly string[]): Readonly<Record<string, Schema>> =>
  Object.fromEntries(names.map((name) => [name, word]));

const profile = part(typed('type', 'localhostProfile'));
const seLinuxOptions = part(typed('user', 'role', 'type', 'level'));
const windowsOptions = part({
  ...typed('gmsaCredentialSpec', 'gmsaCredentialSpecName', 'runAsUserName'),
  hostProcess: yes,
});
const identity = {
  runAsUser: count,
  runAsGroup: count,
  runAsNonRoot: yes,
  seLinuxOptions,
  seccompProfile: profile,
  appArmorProfile: profile,
  windowsOptions,
};

/** `securityContext` of a container. */
export const containerSecurity = part({
  ...identity,
  allowPrivilegeEscalation: yes,
  capabilities: part({ add: words, drop: words }),
  privileged: yes,
  procMount: word,
  readOnlyRootFilesystem: yes,
});

/** `securityContext` of a pod. */
export const podSecurity = part({
  ...identity,
  ...typed('fsGroupChangePolicy', 'seLinuxChangePolicy', 'supplementalGroupsPolicy'),
  fsGroup: count,
  supplementalGroups: list('', count),
  sysctls: parts(typed('name', 'value')),
});

const exec = part({ command: words });
const httpGet = part({ ...typed('path', 'host', 'scheme'), port, httpHeaders: parts(typed('name', 'value')) });
const tcpSocket = part({ host: word, port });

/** A liveness, readiness or startup probe. */
export const probe = part({
  exec,
  httpGet,
  tcpSocket,
  grpc: part({ port: count, service: word }),
  initialDelaySeconds: count,
  timeoutSeconds: count,
  periodSeconds: count,
  successThreshold: count,
  failureThreshold: count,
  terminationGracePeriodSeconds: count,
});

const hook = part({ exec, httpGet, tcpSocket, sleep: part({ seconds: count }) });

/** `lifecycle` of a container. */
export const lifecycle = part({ postStart: hook, preStop: hook, stopSignal: word });

/** A port of a container. */
export const containerPort = part({ ...typed('name', 'protocol', 'hostIP'), containerPort: count, hostPort: count });

/** A block device of a container. */
export const volumeDevice = part(typed('name', 'devicePath'));

/** A claim to a dynamic resource. */
export const resourceClaim = part(typed('name', 'request'));

/** A field of the pod, as a variable's value or a file. */
export const fieldRef = part(typed('apiVersion', 'fieldPath'));

/** A resource of a container, as a variable's value or a file. */
export const resourceFieldRef = part({ ...typed('containerName', 'resource'), divisor: amount });

/** A key and the file it becomes. */
export const keyToPath = part({ ...typed('key', 'path'), mode: count });

const secretRef = part({ name: word });
const readOnly = yes;
const labelSelector = part({
  matchLabels: any,
  matchExpressions: parts({ ...typed('key', 'operator'), values: words }),
});
const podFields = parts({ path: word, fieldRef, resourceFieldRef, mode: count });
const keys = { name: word, optional: yes, items: list('', keyToPath) };

const projection = {
  serviceAccountToken: part({ ...typed('path', 'audience'), expirationSeconds: count }),
  configMap: part(keys),
  secret: part(keys),
  downwardAPI: part({ items: podFields }),
  clusterTrustBundle: part({ ...typed('name', 'path', 'signerName'), optional: yes, labelSelector }),
  podCertificate: part({
    ...typed('signerName', 'keyType', 'credentialBundlePath', 'keyPath', 'certificateChainPath'),
    maxExpirationSeconds: count,
  }),
};

const claimMetadata = part({
  ...typed('name', 'generateName', 'namespace', 'creationTimestamp'),
  labels: any,
  annotations: any,
  finalizers: words,
});
const claimSpec = part({
  ...typed('storageClassName', 'volumeAttributesClassName', 'volumeMode', 'volumeName'),
  accessModes: words,
  resources: part({ requests: map('', amount), limits: map('', amount) }),
  selector: labelSelector,
  dataSource: part(typed('apiGroup', 'kind', 'name')),
  dataSourceRef: part(typed('apiGroup', 'kind', 'name', 'namespace')),
});

/** An existing claim. */
export const claimSource = part({ claimName: word, readOnly });
/** A directory that goes with the pod. */
export const emptyDirSource = part({ medium: word, sizeLimit: amount });
/** Files from a ConfigMap. */
export const configMapSource = part({ ...keys, defaultMode: count });
/** Files from a Secret. */
export const secretSource = part({ secretName: word, optional: yes, items: list('', keyToPath), defaultMode: count });

/** The sources of volumes that the definitions know by name alone. */
export const VOLUME_SOURCES = {
  awsElasticBlockStore: part({ ...typed('volumeID', 'fsType'), partition: count, readOnly }),
  azureDisk: part({ ...typed('diskName', 'diskURI', 'cachingMode', 'fsType', 'kind'), readOnly }),
  azureFile: part({ ...typed('secretName', 'shareName'), readOnly }),
  cephfs: part({ ...typed('path', 'user', 'secretFile'), monitors: words, secretRef, readOnly }),
  cinder: part({ ...typed('volumeID', 'fsType'), secretRef, readOnly }),
  csi: part({ ...typed('driver', 'fsType'), readOnly, volumeAttributes: any, nodePublishSecretRef: secretRef }),
  downwardAPI: part({ items: podFields, defaultMode: count }),
  emptyDir: emptyDirSource,
  ephemeral: part({ volumeClaimTemplate: part({ metadata: claimMetadata, spec: claimSpec }) }),
  fc: part({ fsType: word, lun: count, targetWWNs: words, wwids: words, readOnly }),
  flexVolume: part({ ...typed('driver', 'fsType'), secretRef, readOnly, options: any }),
  flocker: part(typed('datasetName', 'datasetUUID')),
  gcePersistentDisk: part({ ...typed('pdName', 'fsType'), partition: count, readOnly }),
  gitRepo: part(typed('repository', 'revision', 'directory')),
  glusterfs: part({ ...typed('endpoints', 'path'), readOnly }),
  hostPath: part(typed('path', 'type')),
  image: part(typed('reference', 'pullPolicy')),
  iscsi: part({
    ...typed('targetPortal', 'iqn', 'iscsiInterface', 'fsType', 'initiatorName'),
    portals: words,
    lun: count,
    chapAuthDiscovery: yes,
    chapAuthSession: yes,
    secretRef,
    readOnly,
  }),
  nfs: part({ ...typed('server', 'path'), readOnly }),
  photonPersistentDisk: part(typed('pdID', 'fsType')),
  portworxVolume: part({ ...typed('volumeID', 'fsType'), readOnly }),
  projected: part({ sources: parts(projection), defaultMode: count }),
  quobyte: part({ ...typed('registry', 'volume', 'user', 'group', 'tenant'), readOnly }),
  rbd: part({ ...typed('image', 'fsType', 'pool', 'user', 'keyring'), monitors: words, secretRef, readOnly }),
  scaleIO: part({
    ...typed('gateway', 'system', 'protectionDomain', 'storagePool', 'storageMode', 'volumeName', 'fsType'),
    sslEnabled: yes,
    secretRef,
    readOnly,
  }),
  storageos: part({ ...typed('volumeName', 'volumeNamespace', 'fsType'), secretRef, readOnly }),
  vsphereVolume: part(typed('volumePath', 'fsType', 'storagePolicyName', 'storagePolicyID')),
} as const;

/** A taint that is accepted. */
export const toleration = part({ ...typed('key', 'operator', 'value', 'effect'), tolerationSeconds: number });

const requirements = parts({ ...typed('key', 'operator'), values: words });
const nodeTerm = part({ matchExpressions: requirements, matchFields: requirements });
const podTerm = part({
  topologyKey: word,
  labelSelector,
  namespaceSelector: labelSelector,
  namespaces: words,
  matchLabelKeys: words,
  mismatchLabelKeys: words,
});
const podAffinity = part({
  requiredDuringSchedulingIgnoredDuringExecution: list('', podTerm),
  preferredDuringSchedulingIgnoredDuringExecution: parts({ weight: count, podAffinityTerm: podTerm }),
});

/** Which nodes and neighbours a pod wants. */
export const affinity = part({
  nodeAffinity: part({
    requiredDuringSchedulingIgnoredDuringExecution: part({ nodeSelectorTerms: list('', nodeTerm) }),
    preferredDuringSchedulingIgnoredDuringExecution: parts({ weight: count, preference: nodeTerm }),
  }),
  podAffinity,
  podAntiAffinity: podAffinity,
});

/** Name servers and search domains. */
export const dnsConfig = part({ nameservers: words, searches: words, options: parts(typed('name', 'value')) });

/** A Secret of the same namespace. */
export const localSecret = secretRef;
