/** Lines that say what stands in for what on this machine, as `run` and `up` print them. Pure. */

import { imageReferenceText } from '../images/image-reference.js';
import { localRegistry } from './host-files.js';
import type { StandIns } from './stand-ins.js';

/** A line for each image. */
export const imageNotes = ({ images }: StandIns): readonly string[] =>
  [...images].map(([name, { rootfs, overlay, archive, builder }]) => {
    const own = rootfs === 'host' ? "this machine's own files, read-only" : rootfs;
    const built = `a builder that comes with pipewright: FROM scratch only, and it runs nothing`;
    const what = builder ? built : archive ? `${imageReferenceText(archive.reference)}, ${archive.image.digest}` : own;
    return `image ${name} is ${what}${overlay === undefined ? '' : ` with ${overlay} laid over`}`;
  });

/** A line about the node, when it stands for another. */
export const nodeNotes = ({ node }: StandIns): readonly string[] => {
  const said = Object.entries({ ...node?.labels, ...node?.resources }).map(([name, value]) => `${name}: ${value}`);
  return said.length === 0 ? [] : [`the node has ${said.join(', ')}`];
};

/** A line for each PipelineResource, before any of them is known. `registryPort`: where the local registry listens. */
export const resourceNotes = ({ resources }: StandIns, registryPort: number | undefined): readonly string[] =>
  [...resources].map(([name, standIn]) =>
    standIn.kind === 'directory'
      ? `${name}: its repository or bucket is ${standIn.directory}, read at each request`
      : `${name}: its registry is the local one, ${localRegistry(registryPort ?? 0)}`,
  );

/** How clients outside the cluster log in to the local registry. `directory`: a DOCKER_CONFIG directory. */
export const loginNote = (directory: string): string =>
  `the local registry requires credentials: DOCKER_CONFIG=${directory} docker pull …, skopeo --authfile ${directory}/config.json …`;
