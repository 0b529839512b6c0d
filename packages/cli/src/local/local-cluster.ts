/**
 * The embedded cluster with Tekton: CRDs, admission, controller, and the stand-ins of this machine.
 *
 * `run` and `up` start the same one; only this module connects the controller with the cluster.
 */

import { startCluster, type Cluster, type ClusterOptions, type ImageSource, type Runtime } from '@pipewright/cluster';
import { silent, startController, type RunningController, type RetentionPolicy } from '@pipewright/controller';
import { crds } from '@pipewright/tekton';
import type { TextLog } from '../log/text-log.js';
import { newTektonAdmission } from './admission.js';
import { makeBuilderImages } from '../stand-ins/builder-image.js';
import { makeGsutilImage } from '../stand-ins/gsutil-image.js';
import { DOCKER_CONFIG_FILE } from '../stand-ins/host-files.js';
import {
  OWN_IMAGES,
  tryFindImageSource,
  tryFindStandIn,
  hasDirectory,
  hasRegistry,
  tryFindCommand,
} from '../stand-ins/image-source.js';
import type { StandIns } from '../stand-ins/stand-ins.js';

/** Options of a local cluster. */
export interface LocalClusterOptions {
  readonly runtime: Runtime;
  readonly standIns: StandIns;
  /** Files to add to every container, by absolute path. Read when a container starts. */
  readonly hostFiles: Readonly<Record<string, string>>;
  /** Directories that are the volumes of PersistentVolumeClaims. @default - none */
  readonly claimDirectory?: ClusterOptions['claimDirectory'];
  /** @default - in memory */
  readonly dataDir?: string | undefined;
  /** @default - nothing is logged */
  readonly log?: TextLog;
  /** Which finished runs to keep. @default - all */
  readonly retention?: RetentionPolicy;
}

/** A running local cluster. */
export interface LocalCluster {
  readonly cluster: Cluster;
  /** Stops the controller, then everything else, and removes all temporary files. */
  readonly close: () => Promise<void>;
}

/** Starts the cluster and the controller. */
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
      const found = withBuilder(
        tryFindImageSource(image, standIns),
        builders.overlayOf(tryFindStandIn(image, standIns)?.builder),
      );
      return runtime.usesFiles ? found : { rootfs: 'host', ...found, config: found?.config ?? ANY_PROGRAM };
    },
    imageHint:
      'define a stand-in when you start the cluster: --image NAME=host, or a saved image: --image NAME=docker-archive:FILE',
    optionalSecrets: !runtime.usesFiles,
    hostFiles: options.hostFiles,
    ...(options.claimDirectory && { claimDirectory: options.claimDirectory }),
    ...(standIns.node && { node: standIns.node }),
    crds: crds({ preserveUnknownFields: true }), // unknown fields are handled by the admission
    admission: [newTektonAdmission()],
    ...(options.log && { log: options.log.cluster, logPlace: options.log.place }),
    ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
  });
  let controller: RunningController;
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
          tryFindCommand(image, standIns) ??
            (runtime.usesFiles
              ? { kind: 'unknown', reason: 'no image of this machine defines it' }
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

/** The entrypoint of unknown images with a runtime that executes nothing. */
const ANY_PROGRAM = { Entrypoint: ['true'] } as const;

/** Adds the overlay of a builder below the overlay from `pipewright.yaml`. */
const withBuilder = (source: ImageSource | undefined, overlay: string | undefined): ImageSource | undefined =>
  source && overlay !== undefined ? { ...source, overlays: [overlay, ...(source.overlays ?? [])] } : source;
