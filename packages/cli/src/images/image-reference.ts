/**
 * References to saved images, in the syntax of skopeo and podman: `docker-archive:FILE[:IMAGE]`,
 * `oci-archive:FILE[:TAG]`, `oci:DIRECTORY[:TAG]`.
 */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The format in which an image is saved. */
export type ImageTransport = 'docker-archive' | 'oci-archive' | 'oci';

/** A reference to a saved image. */
export interface ImageReference {
  readonly transport: ImageTransport;
  /** Absolute. */
  readonly path: string;
  /** Selects an image of the archive; if absent, the only one. */
  readonly tag?: string;
}

const FORM = /^(docker-archive|oci-archive|oci):(.+)$/s;

/** The reference forms, for help texts and hints. */
export const IMAGE_FORMS = 'docker-archive:FILE, oci-archive:FILE or oci:DIRECTORY';

/**
 * Parses a reference. A path may contain colons: the longest prefix that exists is the path.
 *
 * @param base the directory that relative paths refer to
 * @returns undefined if the text is not a reference to a saved image
 */
export function readImageReference(text: string, base: string): ImageReference | undefined {
  const [, transport, rest = ''] = FORM.exec(text) ?? [];
  if (transport === undefined) return undefined;
  const found = { transport: transport as ImageTransport }; // the pattern matches only these three
  for (let end = rest.length; end > 0; end = rest.lastIndexOf(':', end - 1)) {
    const path = resolve(base, rest.slice(0, end));
    if (!existsSync(path)) continue;
    return end === rest.length ? { ...found, path } : { ...found, path, tag: rest.slice(end + 1) };
  }
  const [path = '', ...tag] = rest.split(':');
  return { ...found, path: resolve(base, path), ...(tag.length > 0 && { tag: tag.join(':') }) };
}

/** Formats a reference, with an absolute path. */
export const imageReferenceText = ({ transport, path, tag }: ImageReference): string =>
  `${transport}:${path}${tag === undefined ? '' : `:${tag}`}`;
