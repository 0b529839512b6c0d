/**
 * The types of stand-ins for images, PipelineResources and the node of a cluster. Pure; used by all other files of this
 * folder.
 */

import type { ImageConfig } from '@pipewright/cluster';
import type { ImageReference } from '../images/image-reference.js';
import type { SavedImage } from '../images/saved-image.js';

/** The replacement of an image on this machine. Directories are absolute. */
export interface ImageStandIn {
  /** `host`: the machine's own root filesystem, read-only. */
  readonly rootfs: string;
  /** The image builder of this package, overlaid on `host` below `overlay`. */
  readonly builder?: Builder;
  /** The image to unpack into `rootfs` before the first step. */
  readonly archive?: StandInArchive;
  /** The configuration of an archived image. */
  readonly config?: ImageConfig;
  /** A directory overlaid on the root filesystem. */
  readonly overlay?: string;
  /** The program that the image runs if a step has no command. */
  readonly entrypoint?: readonly string[];
  /** Its arguments, or the whole command without an entrypoint; replaced by a step's own args. */
  readonly cmd?: readonly string[];
}

/** Image builders that this package has replacements for. */
export type Builder = 'kaniko' | 'buildah';

/** An image saved in a file or a directory. */
export interface StandInArchive {
  readonly reference: ImageReference;
  readonly image: SavedImage;
}

/** The replacement of a PipelineResource on this machine. */
export type ResourceStandIn =
  { readonly kind: 'directory'; readonly directory: string } | { readonly kind: 'registry' };

/** The stand-ins of a run. The keys of `images` are image names; one with a tag matches only that tag. */
export interface StandIns {
  readonly images: ReadonlyMap<string, ImageStandIn>;
  readonly resources: ReadonlyMap<string, ResourceStandIn>;
  /** The additional properties of the node. Absent: none. */
  readonly node?: NodeStandIn;
}

/** The properties of a node that manifests may select or request. */
export interface NodeStandIn {
  readonly labels: Readonly<Record<string, string>>;
  /** Quantities by name, as in `nvidia.com/gpu: '1'`. */
  readonly resources: Readonly<Record<string, string>>;
}

/** No stand-ins: every image would have to be pulled, which the embedded cluster does not support. */
export const NO_STAND_INS: StandIns = { images: new Map(), resources: new Map() };

/** Merges stand-ins; those in `above` take precedence. */
export const mergeStandIns = (base: StandIns, overrides: StandIns): StandIns => ({
  ...base,
  ...overrides,
  images: new Map([...base.images, ...overrides.images]),
  resources: new Map([...base.resources, ...overrides.resources]),
});
