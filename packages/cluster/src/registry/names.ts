/**
 * The names a registry may be asked about, as the distribution specification spells them.
 *
 * They stand apart because every path on disk is made of them: what passes here holds no `..`, no separator at an end and
 * no component that begins with `_`, which is where the registry keeps its own files.
 */

import { createHash } from 'node:crypto';

/** `library/nginx`: components of lower-case letters and digits, joined by `/`; 255 characters at most. */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[a-f0-9]{64}$/;

/** A content address, `sha256:` and 64 hexadecimal digits. */
export type Digest = `sha256:${string}`;

/** Whether `name` can be a repository. */
export const isRepository = (name: string): boolean => name.length <= 255 && REPOSITORY.test(name);

/** Whether `text` can be a tag. */
export const isTag = (text: string): boolean => TAG.test(text);

/** Whether `text` is a digest of the one algorithm this registry knows. */
export const isDigest = (text: string): text is Digest => DIGEST.test(text);

/** The content address of these bytes. */
export const digestOf = (bytes: Uint8Array): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
