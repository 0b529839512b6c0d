/**
 * Writes the tree of a working copy, including uncommitted and untracked files, with the bytes on disk: no filter is
 * run.
 *
 * Starts with a copy of the index, which has the hashes of unchanged files. `git add` excludes submodules, because git
 * would inspect them with a separate process that reads their configuration; only their commit is recorded.
 */

import { copyFile, open, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { git, gitBytes } from './git.js';
import { isFile } from './repository.js';

/** Files that git would store in another form if it ran filters. */
export interface FilteredFiles {
  /** The filter's name in `.gitattributes`. */
  readonly filter: string;
  readonly paths: readonly string[];
  /** Those whose content is only a Git LFS pointer. */
  readonly pointers: readonly string[];
}

/** A tree, and the files that git would have stored in another form. */
export interface WorkingTree {
  readonly tree: string;
  readonly filtered: readonly FilteredFiles[];
}

/** The directory to write a tree of, and its repository. */
export interface TreeRequest {
  readonly directory: string;
  /** The index to start with; the file need not exist. Absent: an empty index. */
  readonly index?: string;
  /** Whether attribute files outside the directory apply to its files. */
  readonly hasMoreAttributes: boolean;
  /** The bare repository to write the objects to. */
  readonly gitDir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Settings that prevent `git add` from writing files to the user's `.git`. */
const READ_ONLY_OPTIONS = [
  '-c',
  'core.splitIndex=false',
  '-c',
  'core.untrackedCache=false',
  '-c',
  'core.fsmonitor=false',
];

/** The encoding of file names in strings: Latin-1 preserves their bytes. */
const BYTES = 'latin1';

/** Writes the tree of a working copy. */
export async function writeTree(request: TreeRequest): Promise<WorkingTree> {
  const { directory, index: known, gitDir, env: more } = request;
  const index = join(gitDir, 'snapshot-index');
  const hasIndex = known !== undefined && (await isFile(known));
  if (hasIndex) await copyIndex(known, index);
  const env = { ...more, GIT_WORK_TREE: directory, GIT_INDEX_FILE: index };
  const run = (args: readonly string[], lines: readonly string[] = []): Promise<Buffer> =>
    gitBytes([...READ_ONLY_OPTIONS, ...args], {
      env,
      input: Buffer.from(lines.map((line) => `${line}\0`).join(''), BYTES),
    });

  const indexed = hasIndex ? await entries(run) : [];
  const submodules = indexed.filter(({ mode }) => mode === '160000').map(({ path }) => path);
  if (submodules.length === 0) await run(['add', '--all']);
  else {
    const others = ['.', ...submodules.map((path) => `:(exclude,top,literal)${path}`)];
    await run(['add', '--all', '--pathspec-from-file=-', '--pathspec-file-nul'], others);
    await run([...UPDATE, '--add', '--remove', '--replace', '--stdin'], submodules);
  }
  const filtered = await storeUnfiltered(request, run);
  return { tree: await git([...READ_ONLY_OPTIONS, 'write-tree'], { env }), filtered };
}

type Run = (args: readonly string[], lines?: readonly string[]) => Promise<Buffer>;

const UPDATE = ['update-index', '-z', '--ignore-skip-worktree-entries'];

interface Entry {
  readonly mode: string;
  readonly object: string;
  readonly path: string;
}

/**
 * Copies an index with its mtime. git rereads a file whose mtime is not before that of the index, since it may have
 * changed after it was added. With a later mtime on the copy, git would miss such a change if the file size is the
 * same.
 */
async function copyIndex(from: string, to: string): Promise<void> {
  // Round down: an earlier time only makes git read more files.
  const seconds = Math.floor((await stat(from)).mtimeMs / 1000);
  await copyFile(from, to);
  await utimes(to, seconds, seconds);
}

/** Returns the entries of the index, except those of files that are not checked out. */
async function entries(run: Run): Promise<readonly Entry[]> {
  const listed = (await run(['ls-files', '-z', '-t', '--stage'])).toString(BYTES).split('\0');
  return listed.flatMap((line) => {
    const [, tag, mode = '', object = '', path = ''] = /^(.) (\d+) (\w+) \d\t([^]+)$/.exec(line) ?? [];
    return tag === undefined || tag === 'S' ? [] : [{ mode, object, path }];
  });
}

/**
 * Stores files with a filter again, because the index may contain the filter's output.
 *
 * The entries are replaced without their stat data, so that git reads the files again.
 */
async function storeUnfiltered(
  { directory, hasMoreAttributes }: TreeRequest,
  run: Run,
): Promise<readonly FilteredFiles[]> {
  const files = (await entries(run)).filter(({ mode }) => mode.startsWith('100'));
  if (!hasMoreAttributes && !files.some(({ path }) => /(?:^|\/)\.gitattributes$/.test(path))) return [];
  const filters = await filtersOf(files, run);
  const filteredEntries = files.filter(({ path }) => filters.has(path));
  if (filteredEntries.length === 0) return [];
  const removedStat = filteredEntries.map(({ mode, object, path }) => `${mode} ${object} 0\t${path}`);
  await run([...UPDATE, '--index-info'], removedStat);
  await run([...UPDATE, '--add', '--stdin'], [...filters.keys()]);
  return Promise.all(
    [...new Set(filters.values())].map(async (filter) => {
      const paths = [...filters].filter(([, other]) => other === filter).map(([path]) => path);
      return { filter, paths: paths.map(readable), pointers: (await pointersAmong(directory, paths)).map(readable) };
    }),
  );
}

/** Returns the filter of each file that has one. */
async function filtersOf(files: readonly Entry[], run: Run): Promise<ReadonlyMap<string, string>> {
  const attributes = await run(
    ['check-attr', '-z', '--stdin', 'filter'],
    files.map(({ path }) => path),
  );
  const fields = attributes.toString(BYTES).split('\0'); // repeated: path, "filter", value
  const filters = new Map<string, string>();
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = '', , value = ''] = fields.slice(at, at + 3);
    if (!['unspecified', 'unset', 'set'].includes(value)) filters.set(path, readable(value));
  }
  return filters;
}

const POINTER = 'version https://git-lfs.github.com/spec/';

async function pointersAmong(directory: string, paths: readonly string[]): Promise<readonly string[]> {
  const pointers: string[] = [];
  for (const path of paths) {
    const file = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, BYTES)]);
    const handle = await open(file).catch(() => undefined);
    const start = await handle?.read({ buffer: Buffer.alloc(POINTER.length) }).catch(() => undefined);
    await handle?.close();
    if (start?.buffer.toString(BYTES) === POINTER) pointers.push(path);
  }
  return pointers;
}

const readable = (path: string): string => Buffer.from(path, BYTES).toString('utf8');
