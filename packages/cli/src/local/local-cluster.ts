/**
 * The embedded cluster with everything of Tekton in it: definitions, admission, controller, and this machine's stand-ins.
 *
 * `run` and `up` start the same one; only here do controller and cluster meet.
 */

import { startCluster, type Cluster, type ImageConfig, type ImageSource, type Runtime } from '@pipewright/cluster';
import {
  imageCommand,
  silent,
  startController,
  type Controller,
  type ImageCommand,
  type RetentionPolicy,
} from '@pipewright/controller';
import { crds } from '@pipewright/tekton';
import type { ImageStandIn, StandIns } from '../config/config.js';
import type { TextLog } from '../log/text-log.js';
import { tektonAdmission } from './admission.js';
import { makeBuilderImages } from './builder-image.js';
import { makeGsutilImage } from './gsutil-image.js';
import { DOCKER_CONFIG_FILE } from './host-files.js';
import { standsFor } from './image-name.js';

/** The images of the controller's own steps. This machine's own git, shell and Node answer for them. */
export const OWN_IMAGES = {
  git: 'pipewright.local/git',
  shell: 'pipewright.local/shell',
  lent: 'pipewright.local/busybox',
  nop: 'pipewright.local/nop',
  gsutil: 'pipewright.local/gsutil',
  node: 'pipewright.local/node',
} as const;

/** What a local cluster is started with. */
export interface LocalClusterOptions {
  readonly runtime: Runtime;
  readonly standIns: StandIns;
  /** Files laid into every container, by absolute path. Read when a container starts. */
  readonly hostFiles: Readonly<Record<string, string>>;
  /** Default: in memory. */
  readonly dataDir?: string | undefined;
  /** Default: nothing is logged. */
  readonly log?: TextLog;
  /** Which finished runs are kept. Default: all. */
  readonly retention?: RetentionPolicy;
}

/** A running local cluster. */
export interface LocalCluster {
  readonly cluster: Cluster;
  /** Stops the controller, then everything else. Nothing of it is left. */
  readonly close: () => Promise<void>;
}

/** Starts cluster and controller. */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { runtime, standIns } = options;
  const gsutil = hasDirectory(standIns) ? await makeGsutilImage() : undefined;
  const builders = await makeBuilderImages(standIns);
  const closeImages = async (): Promise<void> => {
    await builders.close();
    await gsutil?.close();
  };
  const cluster = await startCluster({
    runtime,
    images: (image) => {
      if (image === OWN_IMAGES.gsutil && gsutil) return { rootfs: 'host', overlays: [gsutil.overlay] };
      const found = withBuilder(sourceOf(image, standIns), builders.overlayOf(standInOf(image, standIns)?.builder));
      return runtime.usesFiles ? found : { rootfs: 'host', ...found, config: found?.config ?? ANY_PROGRAM };
    },
    imageHint:
      'name what does when the cluster is started: --image NAME=host, or a saved image: --image NAME=docker-archive:FILE',
    optionalSecrets: !runtime.usesFiles,
    hostFiles: options.hostFiles,
    ...(standIns.node && { node: standIns.node }),
    crds: crds({ preserveUnknownFields: true }), // the admission decides about them
    admission: [tektonAdmission],
    ...(options.log && { log: options.log.cluster, logPlace: options.log.place }),
    ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
  });
  let controller: Controller;
  try {
    controller = await startController({
      send: cluster.send,
      log: options.log ?? silent,
      images: OWN_IMAGES,
      ...(options.retention && { retention: options.retention }),
      ...(hasRegistry(standIns) && { dockerConfig: DOCKER_CONFIG_FILE }),
      optionalSecrets: !runtime.usesFiles,
      findCommand: (image) =>
        Promise.resolve(
          commandOf(image, standIns) ??
            (runtime.usesFiles
              ? { kind: 'unknown', reason: 'nothing on this machine says it' }
              : { kind: 'command', command: ANY_PROGRAM.Entrypoint }),
        ),
    });
  } catch (cause) {
    await cluster.close();
    await closeImages();
    throw cause;
  }
  return {
    cluster,
    close: async () => {
      await controller.stop();
      await cluster.close().finally(closeImages);
    },
  };
}

/** What an image of which nothing is known runs with a runtime that runs nothing. */
const ANY_PROGRAM = { Entrypoint: ['true'] } as const;

/** Whether some resource may be a bucket; which ones are, `up` learns when they are applied. */
const hasDirectory = ({ resources }: StandIns): boolean =>
  [...resources.values()].some((standIn) => 'directory' in standIn);

/** Whether the local registry stands in for some resource's. */
export const hasRegistry = ({ resources }: StandIns): boolean =>
  [...resources.values()].some((standIn) => 'registry' in standIn);

/** What is laid over for a builder lies below what `pipewright.yaml` lays over. */
const withBuilder = (source: ImageSource | undefined, overlay: string | undefined): ImageSource | undefined =>
  source && overlay !== undefined ? { ...source, overlays: [overlay, ...(source.overlays ?? [])] } : source;

/** The stand-in for an image; a name with a tag is looked for before one without. */
function standInOf(image: string, { images }: StandIns): ImageStandIn | undefined {
  const fitting = [...images].filter(([name]) => standsFor(name, image));
  return fitting.sort(([a], [b]) => b.length - a.length)[0]?.[1];
}

/** What an image is on this machine. */
export function sourceOf(image: string, standIns: StandIns): ImageSource | undefined {
  if (Object.values<string>(OWN_IMAGES).includes(image)) return { rootfs: 'host' };
  const found = standInOf(image, standIns);
  if (!found) return undefined;
  const { rootfs, overlay } = found;
  const config = configOf(found);
  return { rootfs, ...(overlay !== undefined && { overlays: [overlay] }), ...(config && { config }) };
}

/** What is written in pipewright.yaml counts before what the image says; another entrypoint drops the image's Cmd, as docker has it. */
function configOf({ config, entrypoint, cmd }: ImageStandIn): ImageConfig | undefined {
  if (!config && !entrypoint && !cmd) return undefined;
  const { Cmd, ...others } = config ?? {};
  return {
    ...others,
    ...(Cmd && !entrypoint && { Cmd }),
    ...(entrypoint && { Entrypoint: entrypoint }),
    ...(cmd && { Cmd: cmd }),
  };
}

/** What an image runs by itself here; undefined when nothing is known of it, as of this machine's own files. */
export function commandOf(image: string, standIns: StandIns): ImageCommand | undefined {
  const config = sourceOf(image, standIns)?.config;
  return config && imageCommand(config);
}
