/**
 * Prepares the start of a container, or returns kubelet's reason why it cannot start.
 */

import { join } from 'node:path';
import type { ContainerSpec, ContainerUser, Mount } from '../../runtime/runtime.js';
import { commandOf } from './command.js';
import type { PodHost } from './pod-host.js';
import { environmentOf, hostnameOf } from './environment.js';
import { isImageName, userOfImage, type ImageConfig } from './image.js';
import type { Container, Pod } from '../pod/pod.js';
import { hasToken } from '../volumes/pod-volumes.js';
import { writeFile } from '../volumes/volume-directories.js';
import type { ObjectReference } from '../volumes/volume-files.js';

/** The specification of the container, or the reason and message of its waiting state. */
export type StartPreparation =
  | {
      readonly kind: 'prepared';
      readonly spec: Omit<ContainerSpec, 'output'>;
      readonly terminationFile: string | undefined;
    }
  | {
      readonly kind: 'waiting';
      readonly reason: 'InvalidImageName' | 'ErrImagePull' | 'CreateContainerConfigError' | 'CreateContainerError';
      readonly message: string;
      readonly event: string;
      readonly missing?: ObjectReference;
    };

const waiting = (
  reason: (StartPreparation & { kind: 'waiting' })['reason'],
  message: string,
  missing?: ObjectReference,
): StartPreparation => ({
  kind: 'waiting',
  reason,
  message,
  event: reason === 'ErrImagePull' ? `Failed to pull image: ${message}` : `Error: ${message}`,
  ...(missing !== undefined && { missing }),
});

/** Resolves all references of a container and writes its files. */
export async function prepareStart(host: PodHost, container: Container, attempt: number): Promise<StartPreparation> {
  const { context, objects } = host;
  const pod = host.pod();
  const { image = '', name } = container;
  if (!isImageName(image)) {
    return waiting(
      'InvalidImageName',
      `Failed to apply default image tag ${JSON.stringify(image)}: couldn't parse image name ${JSON.stringify(image)}: invalid reference format`,
    );
  }
  const source = context.images(image);
  if (source === undefined) {
    return waiting(
      'ErrImagePull',
      `image ${JSON.stringify(image)} cannot be pulled: it has no stand-in on this machine; ${context.imageHint}`,
    );
  }
  const config = source.config ?? {};
  const { secret, configMap } = objects;
  const cluster = hasToken(pod) ? clusterVariables(await context.inCluster()) : {};
  const environment = environmentOf(container, {
    pod,
    node: context.node,
    image: config.Env ?? [],
    cluster,
    secret,
    configMap,
  });
  if (environment.kind === 'unresolved')
    return waiting('CreateContainerConfigError', environment.message, environment.missing);
  const { env } = environment;
  const command = commandOf(container, config, env);
  if (command.kind === 'unspecified') return waiting('CreateContainerError', command.message);
  const user = userOf(container, pod, config);
  if (runsAsNonRoot(container, pod) && (user?.uid ?? 0) === 0) {
    return waiting(
      'CreateContainerConfigError',
      `container has runAsNonRoot and image will run as root (pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${name})`,
    );
  }
  const files = filesOf(host, container, attempt, env);
  if (files.kind === 'failed') return waiting('CreateContainerConfigError', files.message);
  const spec = {
    ...identityAndRights(container, pod, attempt),
    directory: files.directory,
    scratch: join(context.runDirectory, '.runtime'),
    rootfs: source.rootfs,
    overlays: source.overlays ?? [],
    mounts: files.mounts,
    hostFiles: context.hostFiles,
    argv: command.argv,
    env,
    cwd: container.workingDir || config.WorkingDir || '/',
    ...(user !== undefined && { user }),
  };
  return { kind: 'prepared', spec, terminationFile: files.terminationFile };
}

function identityAndRights(container: Container, pod: Pod, attempt: number) {
  const { namespace, name, uid, labels = {} } = pod.metadata;
  const security = container.securityContext;
  return {
    identity: {
      namespace,
      pod: name,
      podUid: uid,
      labels,
      container: container.name,
      image: container.image ?? '',
      attempt,
    },
    hostname: hostnameOf(pod),
    privileged: security?.privileged === true,
    noNewPrivileges: security?.allowPrivilegeEscalation === false,
    readOnlyRoot: security?.readOnlyRootFilesystem === true,
  };
}

/** Returns the mounts and the termination message file; no mounts for runtimes without files. */
function filesOf(
  { context, files, pod }: PodHost,
  container: Container,
  attempt: number,
  env: Readonly<Record<string, string>>,
):
  | {
      readonly kind: 'prepared';
      readonly directory: string;
      readonly mounts: readonly Mount[];
      readonly terminationFile: string | undefined;
    }
  | { readonly kind: 'failed'; readonly message: string } {
  const directory = files.containerDirectory(container.name, attempt);
  if (!context.runtime.usesFiles) return { kind: 'prepared', directory, mounts: [], terminationFile: undefined };
  try {
    const mounts = files.mountsOf(container, pod(), env);
    const terminationFile = join(directory, 'termination-log');
    writeFile(terminationFile, Buffer.alloc(0), 0o666); // mode as in kubelet: a step of any user may write it
    const target = container.terminationMessagePath ?? '/dev/termination-log';
    const termination = { source: terminationFile, target, readOnly: false };
    return { kind: 'prepared', directory, mounts: [...mounts, termination], terminationFile };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

/** Returns the environment variables with the address of the API server, which client libraries read. */
export function clusterVariables({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): Record<string, string> {
  const url = `tcp://${host}:${port}`;
  const named = `KUBERNETES_PORT_${port}_TCP`;
  return {
    KUBERNETES_SERVICE_HOST: host,
    KUBERNETES_SERVICE_PORT: String(port),
    KUBERNETES_SERVICE_PORT_HTTPS: String(port),
    KUBERNETES_PORT: url,
    [named]: url,
    [`${named}_PROTO`]: 'tcp',
    [`${named}_PORT`]: String(port),
    [`${named}_ADDR`]: host,
  };
}

/** Returns the user of a container: from the container, the pod or the image, in this order. */
export function userOf(
  { securityContext: own }: Container,
  { spec }: Pod,
  config: ImageConfig,
): ContainerUser | undefined {
  const uid = own?.runAsUser ?? spec.securityContext?.runAsUser;
  const gid = own?.runAsGroup ?? spec.securityContext?.runAsGroup;
  const image = userOfImage(config.User);
  if (uid === undefined && gid === undefined) return image;
  return { uid: uid ?? image?.uid ?? 0, ...(gid !== undefined && { gid }) };
}

const runsAsNonRoot = ({ securityContext: own }: Container, { spec }: Pod): boolean =>
  own?.runAsNonRoot ?? spec.securityContext?.runAsNonRoot ?? false;
