/**
 * The shapes of Kubernetes that tasks contain: containers, volumes, the parts of a pod a run may set, metadata.
 *
 * Two levels deep, which is as far as definitions say what there may be; what lies deeper is in `schema-kubernetes-parts.ts`. Field
 * names are those of Kubernetes core/v1.
 */

import {
  flag,
  integer,
  kubernetesObject,
  list,
  map,
  open,
  openList,
  quantity,
  text,
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
  name: text('Name of the object.'),
  key: text('The key.'),
  optional: flag('Whether the object or key may be missing.'),
});

const localReference = kubernetesObject('An object of the same namespace.', {
  name: text('Name of the object.'),
  optional: flag('Whether the object may be missing.'),
});

const envVar = kubernetesObject(
  'An environment variable.',
  {
    name: text('Name of the variable.'),
    value: text('Its value. Numbers and booleans need quotes.'),
    valueFrom: kubernetesObject('Where the value comes from, in place of `value`.', {
      secretKeyRef: keySelector,
      configMapKeyRef: keySelector,
      fieldRef: open('A field of the pod.', fieldRef),
      resourceFieldRef: open('A resource of the container.', resourceFieldRef),
    }),
  },
  ['name'],
);

const volumeMount = kubernetesObject(
  'Where a volume appears in the container.',
  {
    name: text('Name of the volume.'),
    mountPath: text('Directory of the container.'),
    subPath: text('Directory of the volume. Default: its root.'),
    subPathExpr: text('Like subPath, with variables of the environment.'),
    readOnly: flag('Default: false.'),
    mountPropagation: text('Whether mounts made later are seen.'),
    recursiveReadOnly: text('Whether mounts below are read-only too.'),
  },
  ['name', 'mountPath'],
);

const resources = kubernetesObject('CPU and memory.', {
  requests: map('What the scheduler sets aside.', quantity('A quantity, for example `500m` or `1Gi`.')),
  limits: map('What may not be exceeded.', quantity('A quantity, for example `500m` or `1Gi`.')),
  claims: openList('Dynamic resources.', resourceClaim),
});

/** Fields that steps, sidecars and step templates share. */
const containerFields: Readonly<Record<string, Schema>> = {
  name: text('Name; a DNS label.'),
  image: text('Image to run.'),
  command: list(
    'Program and first arguments, run without a shell. Default: the entrypoint of the image.',
    text('A word.'),
  ),
  args: list('Arguments after the command.', text('A word.')),
  workingDir: text('Directory the step starts in. Default: /workspace.'),
  env: list('Environment variables.', envVar),
  envFrom: list(
    'Objects whose keys become environment variables.',
    kubernetesObject('A Secret or ConfigMap.', {
      prefix: text('Put before each key.'),
      secretRef: localReference,
      configMapRef: localReference,
    }),
  ),
  volumeMounts: list('Volumes and where they appear.', volumeMount),
  volumeDevices: openList('Block devices.', volumeDevice),
  resources,
  imagePullPolicy: text('When the image is pulled.', ['Always', 'IfNotPresent', 'Never', '']),
  securityContext: open('User, capabilities and the like.', containerSecurity),
  ports: openList('Ports it listens on.', containerPort),
  livenessProbe: open('When to restart it.', probe),
  readinessProbe: open('When it is ready; the steps wait for sidecars to be.', probe),
  startupProbe: open('When it has started.', probe),
  lifecycle: open('Hooks after its start and before its end.', lifecycle),
  terminationMessagePath: text('File whose content shows in the status.'),
  terminationMessagePolicy: text('Where that message comes from.', ['File', 'FallbackToLogsOnError', '']),
  stdin: flag('Whether standard input is open.'),
  stdinOnce: flag('Whether standard input closes after the first session.'),
  tty: flag('Whether it has a terminal.'),
};

/** A container with nothing of Tekton's. */
export const container: ObjectSchema = kubernetesObject('Fields of a container.', containerFields);

/** A container that may carry a script. */
export const step: ObjectSchema = kubernetesObject('A container that runs when the step before it has succeeded.', {
  ...containerFields,
  script: text('Program text, run by the interpreter its first line names. In place of `command`.'),
});

/** A pod's volume. */
export const volume: ObjectSchema = kubernetesObject(
  'A volume of the pod: a name and one source.',
  {
    name: text('Name that volumeMounts use.'),
    configMap: kubernetesObject('Files from a ConfigMap.', {
      name: text('Name of the ConfigMap.'),
      items: openList('Keys and the files they become. Default: all.', keyToPath),
      defaultMode: integer('Mode of the files.'),
      optional: flag('Whether the ConfigMap may be missing.'),
    }),
    secret: kubernetesObject('Files from a Secret.', {
      secretName: text('Name of the Secret.'),
      items: openList('Keys and the files they become. Default: all.', keyToPath),
      defaultMode: integer('Mode of the files.'),
      optional: flag('Whether the Secret may be missing.'),
    }),
    persistentVolumeClaim: kubernetesObject('Storage that outlives the pod.', {
      claimName: text('Name of the PersistentVolumeClaim.'),
      readOnly: flag('Default: false.'),
    }),
    ...Object.fromEntries(
      Object.entries(VOLUME_SOURCES).map(([source, of]) => [
        source,
        open(`The volume source ${source} of Kubernetes.`, of),
      ]),
    ),
  },
  ['name'],
);

/** What a run may set of its pods. */
export const podTemplate: ObjectSchema = kubernetesObject('Parts of the pods that a run may set.', {
  nodeSelector: map('Labels a node must have.', text('A value.')),
  tolerations: openList('Taints of nodes that are accepted.', toleration),
  affinity: open('Which nodes and neighbours are wanted.', affinity),
  securityContext: open('User, group and the like, for all containers.', podSecurity),
  volumes: list('Volumes beside those of the Task.', volume),
  runtimeClassName: text('How containers are run.'),
  automountServiceAccountToken: flag('Whether steps can speak to the API server.'),
  dnsPolicy: text('How names are resolved.'),
  dnsConfig: open('Name servers and search domains.', dnsConfig),
  enableServiceLinks: flag('Whether services are environment variables.'),
  priorityClassName: text('Priority among pods.'),
  schedulerName: text('Scheduler to use.'),
  hostNetwork: flag('Whether the pod shares the network of its node.'),
  imagePullSecrets: openList('Secrets for pulling images.', localSecret),
});

/** `metadata` of an object. */
export const metadata: ObjectSchema = kubernetesObject('Name, labels and annotations.', {
  name: text('Name; a DNS label.'),
  generateName: text('Beginning of a name that the server completes.'),
  namespace: text('Namespace.'),
  labels: map('Labels.', text('A value.')),
  annotations: map('Annotations.', text('A value.')),
  ownerReferences: openList('Owners; the object goes when they go.'),
  finalizers: openList('Who must agree to its deletion.'),
  uid: text('Set by the server.'),
  resourceVersion: text('Set by the server.'),
  generation: integer('Set by the server.'),
  creationTimestamp: text('Set by the server.'),
  deletionTimestamp: text('Set by the server.'),
  deletionGracePeriodSeconds: integer('Set by the server.'),
  selfLink: text('Set by the server.'),
  clusterName: text('Set by the server.'),
  managedFields: openList('Set by the server.'),
});
