/** What answers on this machine for images, PipelineResources and the node of a cluster. Pure; every other file here works on these types. */

import type { ImageConfig } from '@pipewright/cluster';
import type { ImageReference } from '../images/image-reference.js';
import type { SavedImage } from '../images/saved-image.js';

/** What an image is on this machine. Directories are absolute. */
export interface ImageStandIn {
  /** `host`: the machine's own root filesystem, read-only. */
  readonly rootfs: string;
  /** The image builder of this package that is laid over `host`, below `overlay`. */
  readonly builder?: Builder;
  /** The image that is unpacked into `rootfs` before the first step. */
  readonly archive?: StandInArchive;
  /** The configuration of an archived image. */
  readonly config?: ImageConfig;
  /** A directory laid over the root filesystem. */
  readonly overlay?: string;
  /** What the image runs when a step names no command. */
  readonly entrypoint?: readonly string[];
  /** Its arguments, or the whole command without an entrypoint; a step's own args take their place. */
  readonly cmd?: readonly string[];
}

/** Programs that build images, for which this package has stand-ins. */
export type Builder = 'kaniko' | 'buildah';

/** An image that is saved in a file or a directory. */
export interface StandInArchive {
  readonly reference: ImageReference;
  readonly image: SavedImage;
}

/** What a PipelineResource is on this machine. */
export type ResourceStandIn =
  { readonly kind: 'directory'; readonly directory: string } | { readonly kind: 'registry' };

/** The stand-ins of a run. Keys of `images` are image names without a tag, or with one to match it alone. */
export interface StandIns {
  readonly images: ReadonlyMap<string, ImageStandIn>;
  readonly resources: ReadonlyMap<string, ResourceStandIn>;
  /** What the node has beyond what every node has. Absent: nothing. */
  readonly node?: NodeStandIn;
}

/** What manifests may select of a node, or ask of one. */
export interface NodeStandIn {
  readonly labels: Readonly<Record<string, string>>;
  /** Amounts by name, as in `nvidia.com/gpu: '1'`. */
  readonly resources: Readonly<Record<string, string>>;
}

/** No stand-ins: every image must then be pullable, which the embedded cluster does not do. */
export const NO_STAND_INS: StandIns = { images: new Map(), resources: new Map() };

/** Lays stand-ins over others: the second wins where both name the same. */
export const mergeStandIns = (below: StandIns, above: StandIns): StandIns => ({
  ...below,
  ...above,
  images: new Map([...below.images, ...above.images]),
  resources: new Map([...below.resources, ...above.resources]),
});
