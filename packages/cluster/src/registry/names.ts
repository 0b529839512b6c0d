/**
 * Names of repositories, tags and digests, as the distribution specification defines them.
 *
 * Separate because all paths on disk consist of these names: a valid name contains no `..`, no separator at its ends and no component
 * that begins with `_`, the prefix of the registry's own files.
 */

import { createHash } from 'node:crypto';

/** `library/nginx`: components of lower-case letters and digits, joined by `/`; 255 characters at most. */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[a-f0-9]{64}$/;

/** A content address, `sha256:` and 64 hexadecimal digits. */
export type Digest = `sha256:${string}`;

/** Whether a name is a valid repository name. */
export const isRepository = (name: string): boolean => name.length <= 255 && REPOSITORY.test(name);

/** Whether a text is a valid tag. */
export const isTag = (text: string): boolean => TAG.test(text);

/** Whether a text is a digest of the supported algorithm. */
export const isDigest = (text: string): text is Digest => DIGEST.test(text);

/** Returns the digest of bytes. */
export const digestOf = (bytes: Uint8Array): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
