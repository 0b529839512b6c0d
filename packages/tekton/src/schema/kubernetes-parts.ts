/**
 * Schemas of the deeper parts of Kubernetes core/v1: security contexts, probes, volume sources, affinity.
 *
 * Only the conformance check reads them; CRDs pass these parts through, so that a cluster may know more fields.
 */

import { boolean, integer, intOrString, kubernetesObject, list, map, quantity, string, type Schema } from './schema.js';

const anyString = string('');
const anyBoolean = boolean('');
const nonNegativeInteger = integer('');
/** A number that may be below 0. */
const anyInteger = integer('', Number.MIN_SAFE_INTEGER);
const anyQuantity = quantity('');
const port = intOrString('');
const strings = list('', anyString);
const stringMap = map('', anyString);

const part = (fields: Readonly<Record<string, Schema>>): Schema => kubernetesObject('', fields);
const parts = (fields: Readonly<Record<string, Schema>>): Schema => list('', part(fields));

const stringFields = (...names: readonly string[]): Readonly<Record<string, Schema>> =>
  Object.fromEntries(names.map((name) => [name, anyString]));

const profile = part(stringFields('type', 'localhostProfile'));
const seLinuxOptions = part(stringFields('user', 'role', 'type', 'level'));
const windowsOptions = part({
  ...stringFields('gmsaCredentialSpec', 'gmsaCredentialSpecName', 'runAsUserName'),
  hostProcess: anyBoolean,
});
const sharedSecurityFields = {
  runAsUser: nonNegativeInteger,
  runAsGroup: nonNegativeInteger,
  runAsNonRoot: anyBoolean,
  seLinuxOptions,
  seccompProfile: profile,
  appArmorProfile: profile,
  windowsOptions,
};

/** `securityContext` of a container. */
export const containerSecurity = part({
  ...sharedSecurityFields,
  allowPrivilegeEscalation: anyBoolean,
  capabilities: part({ add: strings, drop: strings }),
  privileged: anyBoolean,
  procMount: anyString,
  readOnlyRootFilesystem: anyBoolean,
});

/** `securityContext` of a pod. */
export const podSecurity = part({
  ...sharedSecurityFields,
  ...stringFields('fsGroupChangePolicy', 'seLinuxChangePolicy', 'supplementalGroupsPolicy'),
  fsGroup: nonNegativeInteger,
  supplementalGroups: list('', nonNegativeInteger),
  sysctls: parts(stringFields('name', 'value')),
});

const exec = part({ command: strings });
const httpGet = part({
  ...stringFields('path', 'host', 'scheme'),
  port,
  httpHeaders: parts(stringFields('name', 'value')),
});
const tcpSocket = part({ host: anyString, port });

/** A liveness, readiness or startup probe. */
export const probe = part({
  exec,
  httpGet,
  tcpSocket,
  grpc: part({ port: nonNegativeInteger, service: anyString }),
  initialDelaySeconds: nonNegativeInteger,
  timeoutSeconds: nonNegativeInteger,
  periodSeconds: nonNegativeInteger,
  successThreshold: nonNegativeInteger,
  failureThreshold: nonNegativeInteger,
  terminationGracePeriodSeconds: nonNegativeInteger,
});

const hook = part({ exec, httpGet, tcpSocket, sleep: part({ seconds: nonNegativeInteger }) });

/** `lifecycle` of a container. */
export const lifecycle = part({ postStart: hook, preStop: hook, stopSignal: anyString });

/** A port of a container. */
export const containerPort = part({
  ...stringFields('name', 'protocol', 'hostIP'),
  containerPort: nonNegativeInteger,
  hostPort: nonNegativeInteger,
});

/** A block device of a container. */
export const volumeDevice = part(stringFields('name', 'devicePath'));

/** A claim to a dynamic resource. */
export const resourceClaim = part(stringFields('name', 'request'));

/** A field of the pod, as a variable's value or a file. */
export const fieldRef = part(stringFields('apiVersion', 'fieldPath'));

/** A resource of a container, as a variable's value or a file. */
export const resourceFieldRef = part({ ...stringFields('containerName', 'resource'), divisor: anyQuantity });

/** A key and its file. */
export const keyToPath = part({ ...stringFields('key', 'path'), mode: nonNegativeInteger });

const secretRef = part({ name: anyString });
const readOnly = anyBoolean;
const labelSelector = part({
  matchLabels: stringMap,
  matchExpressions: parts({ ...stringFields('key', 'operator'), values: strings }),
});
const podFields = parts({ path: anyString, fieldRef, resourceFieldRef, mode: nonNegativeInteger });
const keys = { name: anyString, optional: anyBoolean, items: list('', keyToPath) };

const projection = {
  serviceAccountToken: part({ ...stringFields('path', 'audience'), expirationSeconds: nonNegativeInteger }),
  configMap: part(keys),
  secret: part(keys),
  downwardAPI: part({ items: podFields }),
  clusterTrustBundle: part({ ...stringFields('name', 'path', 'signerName'), optional: anyBoolean, labelSelector }),
  podCertificate: part({
    ...stringFields('signerName', 'keyType', 'credentialBundlePath', 'keyPath', 'certificateChainPath'),
    maxExpirationSeconds: nonNegativeInteger,
  }),
};

const claimMetadata = part({
  ...stringFields('name', 'generateName', 'namespace', 'creationTimestamp'),
  labels: stringMap,
  annotations: stringMap,
  finalizers: strings,
});
const claimSpec = part({
  ...stringFields('storageClassName', 'volumeAttributesClassName', 'volumeMode', 'volumeName'),
  accessModes: strings,
  resources: part({ requests: map('', anyQuantity), limits: map('', anyQuantity) }),
  selector: labelSelector,
  dataSource: part(stringFields('apiGroup', 'kind', 'name')),
  dataSourceRef: part(stringFields('apiGroup', 'kind', 'name', 'namespace')),
});

/** An existing claim. */
export const claimSource = part({ claimName: anyString, readOnly });
/** A directory that is deleted with the pod. */
export const emptyDirSource = part({ medium: anyString, sizeLimit: anyQuantity });
/** Files from a ConfigMap. */
export const configMapSource = part({ ...keys, defaultMode: nonNegativeInteger });
/** Files from a Secret. */
export const secretSource = part({
  secretName: anyString,
  optional: anyBoolean,
  items: list('', keyToPath),
  defaultMode: nonNegativeInteger,
});

/** Volume sources of which the CRDs only contain the name. */
export const VOLUME_SOURCES = {
  awsElasticBlockStore: part({ ...stringFields('volumeID', 'fsType'), partition: nonNegativeInteger, readOnly }),
  azureDisk: part({ ...stringFields('diskName', 'diskURI', 'cachingMode', 'fsType', 'kind'), readOnly }),
  azureFile: part({ ...stringFields('secretName', 'shareName'), readOnly }),
  cephfs: part({ ...stringFields('path', 'user', 'secretFile'), monitors: strings, secretRef, readOnly }),
  cinder: part({ ...stringFields('volumeID', 'fsType'), secretRef, readOnly }),
  csi: part({
    ...stringFields('driver', 'fsType'),
    readOnly,
    volumeAttributes: stringMap,
    nodePublishSecretRef: secretRef,
  }),
  downwardAPI: part({ items: podFields, defaultMode: nonNegativeInteger }),
  emptyDir: emptyDirSource,
  ephemeral: part({ volumeClaimTemplate: part({ metadata: claimMetadata, spec: claimSpec }) }),
  fc: part({ fsType: anyString, lun: nonNegativeInteger, targetWWNs: strings, wwids: strings, readOnly }),
  flexVolume: part({ ...stringFields('driver', 'fsType'), secretRef, readOnly, options: stringMap }),
  flocker: part(stringFields('datasetName', 'datasetUUID')),
  gcePersistentDisk: part({ ...stringFields('pdName', 'fsType'), partition: nonNegativeInteger, readOnly }),
  gitRepo: part(stringFields('repository', 'revision', 'directory')),
  glusterfs: part({ ...stringFields('endpoints', 'path'), readOnly }),
  hostPath: part(stringFields('path', 'type')),
  image: part(stringFields('reference', 'pullPolicy')),
  iscsi: part({
    ...stringFields('targetPortal', 'iqn', 'iscsiInterface', 'fsType', 'initiatorName'),
    portals: strings,
    lun: nonNegativeInteger,
    chapAuthDiscovery: anyBoolean,
    chapAuthSession: anyBoolean,
    secretRef,
    readOnly,
  }),
  nfs: part({ ...stringFields('server', 'path'), readOnly }),
  photonPersistentDisk: part(stringFields('pdID', 'fsType')),
  portworxVolume: part({ ...stringFields('volumeID', 'fsType'), readOnly }),
  projected: part({ sources: parts(projection), defaultMode: nonNegativeInteger }),
  quobyte: part({ ...stringFields('registry', 'volume', 'user', 'group', 'tenant'), readOnly }),
  rbd: part({ ...stringFields('image', 'fsType', 'pool', 'user', 'keyring'), monitors: strings, secretRef, readOnly }),
  scaleIO: part({
    ...stringFields('gateway', 'system', 'protectionDomain', 'storagePool', 'storageMode', 'volumeName', 'fsType'),
    sslEnabled: anyBoolean,
    secretRef,
    readOnly,
  }),
  storageos: part({ ...stringFields('volumeName', 'volumeNamespace', 'fsType'), secretRef, readOnly }),
  vsphereVolume: part(stringFields('volumePath', 'fsType', 'storagePolicyName', 'storagePolicyID')),
} as const;

/** A taint that is accepted. */
export const toleration = part({
  ...stringFields('key', 'operator', 'value', 'effect'),
  tolerationSeconds: anyInteger,
});

const requirements = parts({ ...stringFields('key', 'operator'), values: strings });
const nodeTerm = part({ matchExpressions: requirements, matchFields: requirements });
const podTerm = part({
  topologyKey: anyString,
  labelSelector,
  namespaceSelector: labelSelector,
  namespaces: strings,
  matchLabelKeys: strings,
  mismatchLabelKeys: strings,
});
const podAffinity = part({
  requiredDuringSchedulingIgnoredDuringExecution: list('', podTerm),
  preferredDuringSchedulingIgnoredDuringExecution: parts({ weight: nonNegativeInteger, podAffinityTerm: podTerm }),
});

/** Affinity to nodes and pods. */
export const affinity = part({
  nodeAffinity: part({
    requiredDuringSchedulingIgnoredDuringExecution: part({ nodeSelectorTerms: list('', nodeTerm) }),
    preferredDuringSchedulingIgnoredDuringExecution: parts({ weight: nonNegativeInteger, preference: nodeTerm }),
  }),
  podAffinity,
  podAntiAffinity: podAffinity,
});

/** Name servers and search domains. */
export const dnsConfig = part({
  nameservers: strings,
  searches: strings,
  options: parts(stringFields('name', 'value')),
});

/** A Secret of the same namespace. */
export const localSecret = secretRef;

/** How pods are spread over failure domains. */
export const topologySpreadConstraint = part({
  ...stringFields('topologyKey', 'whenUnsatisfiable', 'nodeAffinityPolicy', 'nodeTaintsPolicy'),
  maxSkew: nonNegativeInteger,
  minDomains: nonNegativeInteger,
  labelSelector,
  matchLabelKeys: strings,
});

/** Names of an address in /etc/hosts. */
export const hostAlias = part({ ip: anyString, hostnames: strings });

/** A claim to create, with or without its apiVersion, kind and status. */
export const claimTemplate = part({
  ...stringFields('apiVersion', 'kind'),
  metadata: claimMetadata,
  spec: claimSpec,
  status: map('', anyString),
});
