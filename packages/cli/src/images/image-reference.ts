/** Names of saved images, written as skopeo and podman do: `docker-archive:FILE[:IMAGE]`, `oci-archive:FILE[:TAG]`, `oci:DIRECTORY[:TAG]`. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** How an image is saved. */
export type ImageTransport = 'docker-archive' | 'oci-archive' | 'oci';

/** A saved image. */
export interface ImageReference {
  readonly transport: ImageTransport;
  /** Absolute. */
  readonly path: string;
  /** Which image of the archive; absent: the only one. */
  readonly tag?: string;
}

const FORM = /^(docker-archive|oci-archive|oci):(.+)$/s;

/** The forms, for help and hints. */
export const IMAGE_FORMS = 'docker-archive:FILE, oci-archive:FILE or oci:DIRECTORY';

/**
 * Reads one. A path may have colons in it: the longest beginning that exists is the path.
 *
 * @param base what a relative path is relative to
 * @returns undefined for text that names no saved image
 */
export function readImageReference(text: string, base: string): ImageReference | undefined {
  const [, transport, rest = ''] = FORM.exec(text) ?? [];
  if (transport === undefined) return undefined;
  const found = { transport: transport as ImageTransport }; // the pattern has these three
  for (let end = rest.length; end > 0; end = rest.lastIndexOf(':', end - 1)) {
    const path = resolve(base, rest.slice(0, end));
    if (!existsSync(path)) continue;
    return end === rest.length ? { ...found, path } : { ...found, path, tag: rest.slice(end + 1) };
  }
  const [path = '', ...tag] = rest.split(':');
  return { ...found, path: resolve(base, path), ...(tag.length > 0 && { tag: tag.join(':') }) };
}

/** As it is written, with an absolute path. */
export const imageReferenceText = ({ transport, path, tag }: ImageReference): string =>
  `${transport}:${path}${tag === undefined ? '' : `:${tag}`}`;
