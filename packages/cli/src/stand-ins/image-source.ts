/** Finds what answers for an image on this machine, and what that runs. Pure. */

import type { ImageConfig, ImageSource } from '@pipewright/cluster';
import { imageCommand, type ImageCommand } from '@pipewright/controller';
import { standsFor } from '../images/image-name.js';
import type { ImageStandIn, StandIns } from './stand-ins.js';

/** The images of the controller's own steps. This machine's own git, shell and Node answer for them. */
export const OWN_IMAGES = {
  git: 'pipewright.local/git',
  shell: 'pipewright.local/shell',
  lent: 'pipewright.local/busybox',
  nop: 'pipewright.local/nop',
  gsutil: 'pipewright.local/gsutil',
  node: 'pipewright.local/node',
} as const;

/** Whether some resource may be a bucket; which ones are, `up` learns when they are applied. */
export const hasDirectory = ({ resources }: StandIns): boolean =>
  [...resources.values()].some((standIn) => standIn.kind === 'directory');

/** Whether the local registry stands in for some resource's. */
export const hasRegistry = ({ resources }: StandIns): boolean =>
  [...resources.values()].some((standIn) => standIn.kind === 'registry');

/** The stand-in for an image; a name with a tag is looked for before one without. */
export function tryFindStandIn(image: string, { images }: StandIns): ImageStandIn | undefined {
  const fitting = [...images].filter(([name]) => standsFor(name, image));
  return fitting.sort(([a], [b]) => b.length - a.length)[0]?.[1];
}

/** What an image is on this machine. */
export function tryFindImageSource(image: string, standIns: StandIns): ImageSource | undefined {
  if (Object.values<string>(OWN_IMAGES).includes(image)) return { rootfs: 'host' };
  const found = tryFindStandIn(image, standIns);
  if (!found) return undefined;
  const { rootfs, overlay } = found;
  const config = configOf(found);
  return { rootfs, ...(overlay !== undefined && { overlays: [overlay] }), ...(config && { config }) };
}

/** pipewright.yaml overrides the configuration of the image; an entrypoint drops the Cmd of the image, as in Docker. */
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
export function tryFindCommand(image: string, standIns: StandIns): ImageCommand | undefined {
  const config = tryFindImageSource(image, standIns)?.config;
  return config && imageCommand(config);
}
