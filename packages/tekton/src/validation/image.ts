/**
 * Checks that image names match the grammar of the distribution project and have a fixed version.
 */

import { parseVariables } from '../variables/substitution.js';
import { childContext, type ValidationContext } from './context.js';

/** Returns why `image` is not a valid image name; undefined if it is valid. Variables match any text. */
export function invalidImageReason(image: string): string | undefined {
  const text = image.replace(/\$\([^()]*\)/g, 'x');
  if (text.length > 500) return 'it is too long';
  if (/\s/.test(text)) return 'it contains a space';
  if (text.includes('://')) return 'there is a scheme before it';
  const [name = '', digest, ...rest] = text.split('@');
  if (rest.length > 0) return "there is more than one '@' in it";
  if (digest !== undefined && !/^[a-z0-9+._-]+:([0-9a-f]{64,128}|x)$|^x$/.test(digest))
    return 'its digest is not sha256: and 64 hex digits';
  const slash = name.lastIndexOf('/');
  const colon = name.indexOf(':', slash + 1);
  const tag = colon === -1 ? undefined : name.slice(colon + 1);
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag))
    return tag === '' ? "its tag after ':' is empty" : `'${tag}' is not a valid tag`;
  const parts = (colon === -1 ? name : name.slice(0, colon)).split('/');
  const [host] = parts;
  const path = parts.length > 1 && host !== undefined && isHost(host) ? parts.slice(1) : parts;
  if (path.some((part) => part === '')) return 'a part of it is empty';
  if (path.some((part) => /[A-Z]/.test(part))) return 'it contains capital letters';
  return path.every((part) => /^[a-z0-9]+([._-]+[a-z0-9]+)*$/.test(part))
    ? undefined
    : 'it contains characters that are not valid in an image name';
}

const isHost = (part: string): boolean => /^[A-Za-z0-9.-]+(:[0-9]+)?$/.test(part) && /[.:]|^localhost$/.test(part);

/** Checks the image of a step, sidecar or condition check. */
export function checkImage(image: string, context: ValidationContext): void {
  const at = childContext(context, 'image');
  const reason = invalidImageReason(image);
  if (reason !== undefined) at.report.add('IMAGE_INVALID', at.path, { image, reason }, { value: image });
  else if (parseVariables(image).length === 0 && !isPinned(image))
    at.report.add('IMAGE_UNPINNED', at.path, { image }, { value: image });
}

function isPinned(image: string): boolean {
  if (image.includes('@')) return true;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag !== undefined && tag !== 'latest';
}
