/** Resolves images to root filesystems and configurations on this machine. Pure. */

import type { ImageConfig, ImageSource } from '@pipewright/cluster';
import { imageCommand, type ImageCommand } from '@pipewright/controller';
import { matchesImage } from '../images/image-name.js';
import type { ImageStandIn, StandIns } from './stand-ins.js';

/** The images of the controller's own steps, which are replaced by git, the shell and Node of this machine. */
export const OWN_IMAGES = {
  git: 'pipewright.local/git',
  shell: 'pipewright.local/shell',
  lent: 'pipewright.local/busybox',
  nop: 'pipewright.local/nop',
  gsutil: 'pipewright.local/gsutil',
  node: 'pipewright.local/node',
} as const;

/** Returns whether any resource may be a bucket. In `up`, this is only known once resources are applied. */
export const hasDirectory = ({ resources }: StandIns): boolean =>
  [...resources.values()].some((standIn) => standIn.kind === 'directory');

/** Returns whether any resource uses the local registry. */
export const hasRegistry = ({ resources }: StandIns): boolean =>
  [...resources.values()].some((standIn) => standIn.kind === 'registry');

/** Returns the stand-in for an image; a name with a tag takes precedence over one without. */
export function tryFindStandIn(image: string, { images }: StandIns): ImageStandIn | undefined {
  const matching = [...images].filter(([name]) => matchesImage(name, image));
  return matching.sort(([a], [b]) => b.length - a.length)[0]?.[1];
}

/** Returns the root filesystem and configuration of an image on this machine. */
export function tryFindImageSource(image: string, standIns: StandIns): ImageSource | undefined {
  if (Object.values<string>(OWN_IMAGES).includes(image)) return { rootfs: 'host' };
  const found = tryFindStandIn(image, standIns);
  if (!found) return undefined;
  const { rootfs, overlay } = found;
  const config = configOf(found);
  return { rootfs, ...(overlay !== undefined && { overlays: [overlay] }), ...(config && { config }) };
}

/**
 * Applies the overrides of pipewright.yaml to the configuration of an image. As in Docker, an entrypoint drops the
 * image's Cmd.
 */
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

/** Returns the default command of an image; undefined if it is not known, as for the files of this machine. */
export function tryFindCommand(image: string, standIns: StandIns): ImageCommand | undefined {
  const config = tryFindImageSource(image, standIns)?.config;
  return config && imageCommand(config);
}
