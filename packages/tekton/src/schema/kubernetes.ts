/**
 * Schemas of the Kubernetes types that tasks contain: containers, volumes, pod templates, metadata.
 *
 * Two levels deep, as far as the CRDs describe them; deeper parts are in `kubernetes-parts.ts`. Names are those of core/v1.
 */

import {
  boolean,
  integer,
  kubernetesObject,
  list,
  map,
  passThrough,
  passThroughList,
  quantity,
  string,
  type ObjectSchema,
  type Schema,
} from './schema.js';
import {
  affinity,
  containerPort,
  containerSecurity,
  dnsConfig,
  fieldRef,
  keyToPath,
  lifecycle,
  localSecret,
  podSecurity,
  probe,
  resourceClaim,
  resourceFieldRef,
  toleration,
  VOLUME_SOURCES,
  volumeDevice,
} from './kubernetes-parts.js';

const keySelector = kubernetesObject('One key of an object of the same namespace.', {
  name: string('Name of the object.'),
  key: string('The key.'),
  optional: boolean('Whether the object or key may be missing.'),
});

const localReference = kubernetesObject('An object of the same namespace.', {
  name: string('Name of the object.'),
  optional: boolean('Whether the object may be missing.'),
});

const envVar = kubernetesObject(
  'An environment variable.',
  {
    name: string('Name of the variable.'),
    value: string('Its value. Numbers and booleans need quotes.'),
    valueFrom: kubernetesObject('Source of the value, instead of `value`.', {
      secretKeyRef: keySelector,
      configMapKeyRef: keySelector,
      fieldRef: passThrough('A field of the pod.', fieldRef),
      resourceFieldRef: passThrough('A resource of the container.', resourceFieldRef),
    }),
  },
  ['name'],
);

const volumeMount = kubernetesObject(
  'Mount of a volume in the container.',
  {
    name: string('Name of the volume.'),
    mountPath: string('Directory of the container.'),
    subPath: string('Directory of the volume. Default: its root.'),
    subPathExpr: string('Like subPath, with variables of the environment.'),
    readOnly: boolean('Default: false.'),
    mountPropagation: string('Whether later mounts are propagated.'),
    recursiveReadOnly: string('Whether mounts below are read-only too.'),
  },
  ['name', 'mountPath'],
);

const resources = kubernetesObject('CPU and memory.', {
  requests: map('Resources that the scheduler reserves.', quantity('A quantity, for example `500m` or `1Gi`.')),
  limits: map('Upper limits.', quantity('A quantity, for example `500m` or `1Gi`.')),
  claims: passThroughList('Dynamic resources.', resourceClaim),
});

/** Fields that steps, sidecars and step templates share. */
const containerFields: Readonly<Record<string, Schema>> = {
  name: string('Name; a DNS label.'),
  image: string('Image to run.'),
  command: list(
    'Program and first arguments, run without a shell. Default: the entrypoint of the image.',
    string('A word.'),
  ),
  args: list('Arguments after the command.', string('A word.')),
  workingDir: string('Directory the step starts in. Default: /workspace.'),
  env: list('Environment variables.', envVar),
  envFrom: list(
    'Objects whose keys become environment variables.',
    kubernetesObject('A Secret or ConfigMap.', {
      prefix: string('Prefix of each key.'),
      secretRef: localReference,
      configMapRef: localReference,
    }),
  ),
  volumeMounts: list('Volume mounts.', volumeMount),
  volumeDevices: passThroughList('Block devices.', volumeDevice),
  resources,
  imagePullPolicy: string('When the image is pulled.', ['Always', 'IfNotPresent', 'Never', '']),
  securityContext: passThrough('User, capabilities and other security settings.', containerSecurity),
  ports: passThroughList('Ports it listens on.', containerPort),
  livenessProbe: passThrough('When to restart it.', probe),
  readinessProbe: passThrough('Readiness probe; steps wait until sidecars are ready.', probe),
  startupProbe: passThrough('When it has started.', probe),
  lifecycle: passThrough('Hooks after its start and before its end.', lifecycle),
  terminationMessagePath: string('File whose content is copied to the status.'),
  terminationMessagePolicy: string('Source of that message.', ['File', 'FallbackToLogsOnError', '']),
  stdin: boolean('Whether standard input is open.'),
  stdinOnce: boolean('Whether standard input closes after the first session.'),
  tty: boolean('Whether it has a terminal.'),
};

/** A container without fields of Tekton. */
export const container: ObjectSchema = kubernetesObject('Fields of a container.', containerFields);

/** A container that may have a script. */
export const step: ObjectSchema = kubernetesObject('A container that runs when the step before it has succeeded.', {
  ...containerFields,
  script: string('Program text, run by the interpreter its first line names. In place of `command`.'),
});

/** A pod's volume. */
export const volume: ObjectSchema = kubernetesObject(
  'A volume of the pod: a name and one source.',
  {
    name: string('Name that volumeMounts use.'),
    configMap: kubernetesObject('Files from a ConfigMap.', {
      name: string('Name of the ConfigMap.'),
      items: passThroughList('Keys and the files they become. Default: all.', keyToPath),
      defaultMode: integer('Mode of the files.'),
      optional: boolean('Whether the ConfigMap may be missing.'),
    }),
    secret: kubernetesObject('Files from a Secret.', {
      secretName: string('Name of the Secret.'),
      items: passThroughList('Keys and the files they become. Default: all.', keyToPath),
      defaultMode: integer('Mode of the files.'),
      optional: boolean('Whether the Secret may be missing.'),
    }),
    persistentVolumeClaim: kubernetesObject('Storage that outlives the pod.', {
      claimName: string('Name of the PersistentVolumeClaim.'),
      readOnly: boolean('Default: false.'),
    }),
    ...Object.fromEntries(
      Object.entries(VOLUME_SOURCES).map(([source, of]) => [
        source,
        passThrough(`The volume source ${source} of Kubernetes.`, of),
      ]),
    ),
  },
  ['name'],
);

/** The fields of pods that a run may set. */
export const podTemplate: ObjectSchema = kubernetesObject('Fields of the pods that a run may set.', {
  nodeSelector: map('Labels a node must have.', string('A value.')),
  tolerations: passThroughList('Taints of nodes that are accepted.', toleration),
  affinity: passThrough('Affinity to nodes and pods.', affinity),
  securityContext: passThrough('User, group and other security settings for all containers.', podSecurity),
  volumes: list('Volumes in addition to those of the Task.', volume),
  runtimeClassName: string('How containers are run.'),
  automountServiceAccountToken: boolean('Whether steps get a token for the API server.'),
  dnsPolicy: string('How names are resolved.'),
  dnsConfig: passThrough('Name servers and search domains.', dnsConfig),
  enableServiceLinks: boolean('Whether services are environment variables.'),
  priorityClassName: string('Priority among pods.'),
  schedulerName: string('Scheduler to use.'),
  hostNetwork: boolean('Whether the pod shares the network of its node.'),
  imagePullSecrets: passThroughList('Secrets for pulling images.', localSecret),
});

/** `metadata` of an object. */
export const metadata: ObjectSchema = kubernetesObject('Name, labels and annotations.', {
  name: string('Name; a DNS label.'),
  generateName: string('Prefix of a name that the server generates.'),
  namespace: string('Namespace.'),
  labels: map('Labels.', string('A value.')),
  annotations: map('Annotations.', string('A value.')),
  ownerReferences: passThroughList('Owners; the object is deleted after its last owner.'),
  finalizers: passThroughList('Finalizers that delay its deletion.'),
  uid: string('Set by the server.'),
  resourceVersion: string('Set by the server.'),
  generation: integer('Set by the server.'),
  creationTimestamp: string('Set by the server.'),
  deletionTimestamp: string('Set by the server.'),
  deletionGracePeriodSeconds: integer('Set by the server.'),
  selfLink: string('Set by the server.'),
  clusterName: string('Set by the server.'),
  managedFields: passThroughList('Set by the server.'),
});
