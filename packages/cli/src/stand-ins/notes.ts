/** Describes the stand-ins in use, for the output of `run` and `up`. Pure. */

import { imageReferenceText } from '../images/image-reference.js';
import { localRegistry } from './host-files.js';
import type { StandIns } from './stand-ins.js';

/** Returns a line for each image. */
export const imageNotes = ({ images }: StandIns): readonly string[] =>
  [...images].map(([name, { rootfs, overlay, archive, builder }]) => {
    const own = rootfs === 'host' ? "this machine's own files, read-only" : rootfs;
    const built = `the builtin builder: FROM scratch only, without RUN`;
    const what = builder ? built : archive ? `${imageReferenceText(archive.reference)}, ${archive.image.digest}` : own;
    return `image ${name} is ${what}${overlay === undefined ? '' : ` with ${overlay} laid over`}`;
  });

/** Returns a line about the node, if its labels or resources are configured. */
export const nodeNotes = ({ node }: StandIns): readonly string[] => {
  const properties = Object.entries({ ...node?.labels, ...node?.resources }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return properties.length === 0 ? [] : [`the node has ${properties.join(', ')}`];
};

/**
 * Returns a line for each PipelineResource, before any of them is applied. `registryPort`: the port of the local
 * registry.
 */
export const resourceNotes = ({ resources }: StandIns, registryPort: number | undefined): readonly string[] =>
  [...resources].map(([name, standIn]) =>
    standIn.kind === 'directory'
      ? `${name}: its repository or bucket is ${standIn.directory}, read at each request`
      : `${name}: its registry is the local one, ${localRegistry(registryPort ?? 0)}`,
  );

/** Explains how clients outside the cluster log in to the local registry. `directory`: a DOCKER_CONFIG directory. */
export const loginNote = (directory: string): string =>
  `the local registry requires credentials: DOCKER_CONFIG=${directory} docker pull …, skopeo --authfile ${directory}/config.json …`;
