/**
 * Writes the tree of a working copy, uncommitted and untracked files included, as its bytes lie on the disk: no filter is run.
 *
 * It begins with a copy of the index, which knows the hashes of files that have not changed. git would look into submodules with
 * a process of its own that reads their settings, so `git add` excludes them and only their commit is recorded.
 */

import { copyFile, open, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { git, gitBytes } from './git.js';
import { isFile } from './repository.js';

/** Files that git would store in another form, if filters were run. */
export interface FilteredFiles {
  /** As `.gitattributes` names it. */
  readonly filter: string;
  readonly paths: readonly string[];
  /** Those that hold no content, but a pointer of Git LFS to it. */
  readonly pointers: readonly string[];
}

/** A tree, and what git would have stored in another form. */
export interface WorkingTree {
  readonly tree: string;
  readonly filtered: readonly FilteredFiles[];
}

/** What to write a tree of. */
export interface TreeRequest {
  readonly directory: string;
  /** The index to begin with; there need not be one. Absent: an empty one. */
  readonly index?: string;
  /** Whether files outside the directory give attributes to its files. */
  readonly hasMoreAttributes: boolean;
  /** The bare repository that the objects go to. */
  readonly gitDir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Settings under which `git add` would leave files in the user's `.git`. */
const READ_ONLY_OPTIONS = [
  '-c',
  'core.splitIndex=false',
  '-c',
  'core.untrackedCache=false',
  '-c',
  'core.fsmonitor=false',
];

/** Names of files are bytes; as Latin-1 they survive being strings. */
const BYTES = 'latin1';

/** Writes the tree. */
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
 * Copies an index with its time. git reads a file again whose time is not before that of the index, since it may have been changed
 * after it was added; a copy with a later time would take such a change for what was added, when its length is the same.
 */
async function copyIndex(from: string, to: string): Promise<void> {
  const seconds = Math.floor((await stat(from)).mtimeMs / 1000); // down: an earlier time only makes git read more files
  await copyFile(from, to);
  await utimes(to, seconds, seconds);
}

/** What stands in the index, but for files that are not checked out. */
async function entries(run: Run): Promise<readonly Entry[]> {
  const listed = (await run(['ls-files', '-z', '-t', '--stage'])).toString(BYTES).split('\0');
  return listed.flatMap((line) => {
    const [, tag, mode = '', object = '', path = ''] = /^(.) (\d+) (\w+) \d\t([^]+)$/.exec(line) ?? [];
    return tag === undefined || tag === 'S' ? [] : [{ mode, object, path }];
  });
}

/**
 * Files with a filter are stored anew: the index may hold what the filter had made of them.
 *
 * Forgetting what the index knows of a file's times makes git read it again.
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
  const forgotten = filteredEntries.map(({ mode, object, path }) => `${mode} ${object} 0\t${path}`);
  await run([...UPDATE, '--index-info'], forgotten);
  await run([...UPDATE, '--add', '--stdin'], [...filters.keys()]);
  return Promise.all(
    [...new Set(filters.values())].map(async (filter) => {
      const paths = [...filters].filter(([, other]) => other === filter).map(([path]) => path);
      return { filter, paths: paths.map(readable), pointers: (await pointersAmong(directory, paths)).map(readable) };
    }),
  );
}

/** The filter of each file that has one. */
async function filtersOf(files: readonly Entry[], run: Run): Promise<ReadonlyMap<string, string>> {
  const asked = await run(
    ['check-attr', '-z', '--stdin', 'filter'],
    files.map(({ path }) => path),
  );
  const fields = asked.toString(BYTES).split('\0'); // path, "filter", value; and again
  const found = new Map<string, string>();
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = '', , value = ''] = fields.slice(at, at + 3);
    if (!['unspecified', 'unset', 'set'].includes(value)) found.set(path, readable(value));
  }
  return found;
}

const POINTER = 'version https://git-lfs.github.com/spec/';

async function pointersAmong(directory: string, paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const place = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, BYTES)]);
    const file = await open(place).catch(() => undefined);
    const start = await file?.read({ buffer: Buffer.alloc(POINTER.length) }).catch(() => undefined);
    await file?.close();
    if (start?.buffer.toString(BYTES) === POINTER) found.push(path);
  }
  return found;
}

const readable = (path: string): string => Buffer.from(path, BYTES).toString('utf8');
