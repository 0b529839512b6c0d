/**
 * Reads the files that a command line specifies.
 *
 * Reads files in sorted order, so that the same folder gives the same run on every machine. Opens only regular files,
 * because a FIFO or a device in a folder would block the command.
 */

import { closeSync, openSync, readSync } from 'node:fs';
import type { Finding } from '../diagnostics/finding.js';
import { findFiles, type SearchOptions } from './file-search.js';
import { decode, type SourceText } from '../yaml/text.js';

/** Maximum file size: reading YAML takes about a second per megabyte on a slow machine. */
export const MAX_BYTES = 4 * 1024 * 1024;

/** The texts that were read. A file that could not be read becomes a finding, and the others are read nevertheless. */
export interface Sources {
  readonly texts: readonly SourceText[];
  /** The texts that were found in a folder and not specified by the user, and might not be manifests. */
  readonly found: ReadonlySet<SourceText>;
  readonly findings: readonly Finding[];
}

/**
 * Reads files, folders (all *.yaml, *.yml and *.json below) and `-` for standard input.
 *
 * @param stdin returns the bytes of standard input; called at most once, and only for `-`
 */
export function readSources(
  paths: readonly string[],
  stdin: () => Uint8Array = () => readStart(0),
  options: SearchOptions = {},
): Sources {
  const texts: SourceText[] = [];
  const found = new Set<SourceText>();
  const findings: Finding[] = [];
  const add = (file: string, named: boolean, read: () => Uint8Array): void => {
    const result = readOne(file, read);
    if (!('text' in result)) return void findings.push(result);
    texts.push(result);
    if (!named) found.add(result);
  };
  for (const path of new Set(paths)) {
    if (path === '-') {
      add('<stdin>', true, stdin);
      continue;
    }
    const below = findFiles(path, options, (file, cause) => unreadable(file, reasonOf(cause)));
    findings.push(...below.findings);
    for (const file of below.files) add(file, file === path, () => readFile(file));
  }
  return { texts, found, findings };
}

/** Reads a file until it exceeds the limit, because it may be infinite. */
function readStart(file: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let size = 0; size <= MAX_BYTES;) {
    const chunk = Buffer.alloc(64 * 1024);
    const read = readSync(file, chunk);
    if (read === 0) break;
    chunks.push(chunk.subarray(0, read));
    size += read;
  }
  return Buffer.concat(chunks);
}

function readFile(file: string): Uint8Array {
  const opened = openSync(file, 'r');
  try {
    return readStart(opened);
  } finally {
    closeSync(opened);
  }
}

function readOne(file: string, read: () => Uint8Array): SourceText | Finding {
  try {
    const bytes = read();
    return bytes.length > MAX_BYTES ? tooLarge(file) : decode(file, bytes);
  } catch (cause) {
    return unreadable(file, reasonOf(cause));
  }
}

const tooLarge = (file: string): Finding => ({
  severity: 'error',
  code: 'FILE_TOO_LARGE',
  place: { file, line: 1, column: 1 },
  message: `the file is larger than ${String(MAX_BYTES)} bytes, the limit for manifests`,
  hint: 'split it; Kubernetes rejects objects larger than 1.5 MB',
});

const unreadable = (file: string, reason: string): Finding => ({
  severity: 'error',
  code: 'FILE_UNREADABLE',
  place: { file, line: 1, column: 1 },
  message: `cannot be read: ${reason}`,
  hint: 'name a file or a folder with *.yaml, *.yml or *.json files, or - for standard input',
});

function reasonOf(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'no such file or folder',
    EACCES: 'permission denied',
    ELOOP: 'it is a cyclic link',
    ENAMETOOLONG: 'its name is too long',
  };
  return known[code] ?? (cause instanceof Error ? cause.message : String(cause));
}
