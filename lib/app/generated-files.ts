/**
 * The list of the files that an app has generated: a text beside them, with a digest of each.
 *
 * Pure: what the list says and what follows from it. `output-directory.ts` reads and writes it. Its name begins with `_` and ends
 * in `.txt`, so that no tool applies it (docs/internals/decisions/0037).
 */

import { createHash } from 'node:crypto';

/** Digests by file: of what stands there, or, while a synth is under way, of what stood and what will stand there. */
export type GeneratedFiles = ReadonlyMap<string, readonly string[]>;

const HEADER = [
  '# Files that an app has generated here, as `sha256sum` writes them. Keep this list beside them: the next synth of the same app',
  '# removes those that it no longer generates, unless somebody has changed them. It is not a manifest.',
];

/** The name of an app's list. */
export const listName = (app: string): string => `_generated-files.${app}.txt`;

/** Whether a file is the list of any app. */
export const isListName = (name: string): boolean => /^_generated-files\..+\.txt$/.test(name);

/** An app's name as a part of a file's name: `@acme/ci/src/main.ts` becomes `acme.ci.src.main`. */
export const appName = (name: string): string =>
  name
    .replace(/^@/, '')
    .replace(/\.[cm]?[jt]sx?$/, '')
    .replaceAll(/[/\\]+/g, '.')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '') || 'app';

/** The digest of a file's text. Line ends count as LF, because git may have changed them. */
export const digestOf = (text: string): string =>
  createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');

/** Reads a list. Lines that say nothing are passed over. */
export function parseList(text: string): GeneratedFiles {
  const files = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const [, digest, path] = /^([0-9a-f]{64}) {2}(\S.*)$/.exec(line) ?? [];
    if (digest === undefined || path === undefined) continue;
    files.set(path, [...(files.get(path) ?? []), digest]);
  }
  return files;
}

/** Writes a list, in the order of the files. */
export const formatList = (files: GeneratedFiles): string =>
  [
    ...HEADER,
    ...[...files]
      .filter(([path]) => !/[\r\n]/.test(path)) // a name that no line can hold; such a file is never removed
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([path, digests]) => digests.map((digest) => `${digest}  ${path}`)),
    '',
  ].join('\n');

/** What both lists say. */
export function union(one: GeneratedFiles, other: GeneratedFiles): GeneratedFiles {
  const files = new Map(one);
  for (const [path, digests] of other) files.set(path, [...new Set([...(files.get(path) ?? []), ...digests])]);
  return files;
}
