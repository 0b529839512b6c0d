/**
 * The list of the files that an app has generated: a text file in the same directory, with a digest of each.
 *
 * Pure: the format of the list. `output-directory.ts` reads and writes it. Its name begins with `_` and ends
 * in `.txt`, so that no tool applies it (docs/internals/decisions/0037).
 */

import { createHash } from 'node:crypto';

/** Digests by file: of its content, or, during a synth, of its old and its new content. */
export type GeneratedFiles = ReadonlyMap<string, readonly string[]>;

const HEADER = [
  '# Files that an app has generated in this directory, in the format of `sha256sum`. Keep this list with them: the next synth of the',
  '# same app removes files that it no longer generates, unless they have been changed. This is not a manifest.',
];

/** Returns the name of an app's list. */
export const listName = (app: string): string => `_generated-files.${app}.txt`;

/** Whether a file is the list of any app. */
export const isListName = (name: string): boolean => /^_generated-files\..+\.txt$/.test(name);

/** Returns an app's name for use in a file name: `acme.ci.src.main` for `@acme/ci/src/main.ts`. */
export const appName = (name: string): string =>
  name
    .replace(/^@/, '')
    .replace(/\.[cm]?[jt]sx?$/, '')
    .replaceAll(/[/\\]+/g, '.')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '') || 'app';

/** Returns the digest of a file's text. Line ends count as LF, because git may have changed them. */
export const textDigest = (text: string): string =>
  createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');

/** Parses a list. Other lines are ignored. */
export function parseList(text: string): GeneratedFiles {
  const files = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const [, digest, path] = /^([0-9a-f]{64}) {2}(\S.*)$/.exec(line) ?? [];
    if (digest === undefined || path === undefined) continue;
    files.set(path, [...(files.get(path) ?? []), digest]);
  }
  return files;
}

/** Returns the text of a list, sorted by file. */
export const formatList = (files: GeneratedFiles): string =>
  [
    ...HEADER,
    ...[...files]
      .filter(([path]) => !/[\r\n]/.test(path)) // a name with a line break cannot be listed; such a file is never removed
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([path, digests]) => digests.map((digest) => `${digest}  ${path}`)),
    '',
  ].join('\n');

/** Returns the union of two lists. */
export function union(one: GeneratedFiles, other: GeneratedFiles): GeneratedFiles {
  const files = new Map(one);
  for (const [path, digests] of other) files.set(path, [...new Set([...(files.get(path) ?? []), ...digests])]);
  return files;
}
