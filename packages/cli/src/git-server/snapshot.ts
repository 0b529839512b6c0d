/**
 * Copies the current state of a directory, including uncommitted and untracked files, to a separate Git repository.
 *
 * Writes nothing to the directory or its `.git`, and runs no program that either specifies: new objects, the index and
 * the refs go to a bare repository, which uses the existing objects as alternates. Ignored files are left out, as they
 * would be on a push.
 */

import { copyFile, mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, GitFailure, NEUTRAL_DIRECTORY, tryGit, withoutUserSettings } from './git.js';
import { alternates, exists, tryFindRepository, openRepository, type Repository } from './repository.js';
import { isReferenceName, readReferences, writeReferences, type References } from './references.js';
import { branchOf, CHANGE_PREFIXES, findRevision, type Revision, type WorkingCopy } from './revision.js';
import { SourceError } from './source-error.js';
import { writeTree, type FilteredFiles, type WorkingTree } from './working-tree.js';

/** A directory to serve. */
export interface SourceDirectory {
  readonly directory: string;
  /** The branches, tags and commits to serve. @default the branch that is checked out */
  readonly revisions?: readonly string[];
  /** Skips unknown revisions instead of throwing; git then reports them to the client. @default false */
  readonly skipUnknown?: boolean;
}

/** A bare repository with the state of the directory. */
export interface Snapshot {
  readonly gitDir: string;
  /** The commits that `revisions` resolve to, in order, without duplicates. */
  readonly commits: readonly string[];
  /** Whether files differ from the last commit; always true for a plain folder. */
  readonly isDirty: boolean;
  /** The files of `commits` that git would have stored in another form. */
  readonly filtered: readonly FilteredFiles[];
}

const AUTHOR_NAME = 'Pipewright';
const AUTHOR_EMAIL = 'pipewright@localhost';
/** The commit date of a plain folder, which has no history: the same content must yield the same commit everywhere. */
const FIXED_DATE = '946684800 +0000';

/** Settings that override those of the user and the system, which must not affect the hashes of a plain folder. */
const CONTENT_ONLY_SETTINGS = {
  GIT_ATTR_NOSYSTEM: '1',
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_KEY_0: 'core.autocrlf',
  GIT_CONFIG_VALUE_0: 'false',
  GIT_CONFIG_KEY_1: 'core.fileMode',
  GIT_CONFIG_VALUE_1: 'true',
};

/**
 * Takes a snapshot. The top directory of a repository keeps its history and refs; any other folder, inside a repository
 * or not, becomes one commit that depends only on its content.
 *
 * @param gitDir path of the bare repository; must not exist. Throws {@link SourceError}.
 */
export async function snapshot(source: SourceDirectory, gitDir: string): Promise<Snapshot> {
  const directory = await requireDirectory(source.directory);
  await readRevisions(source, requireRevisionName);
  try {
    const found = await tryFindRepository(directory);
    if (found === undefined) return await snapshotOfFolder(source, directory, gitDir);
    return await snapshotOfRepository(
      source,
      directory,
      await openRepository(directory, found, `${gitDir}.reading`),
      gitDir,
    );
  } catch (cause) {
    if (!(cause instanceof GitFailure)) throw cause;
    throw new SourceError(
      'SOURCE_UNREADABLE',
      `git cannot read ${directory}: ${cause.message}`,
      'run `git status` there; files must be readable by the user who runs this',
      { cause },
    );
  }
}

async function requireDirectory(directory: string): Promise<string> {
  const path = await realpath(directory).catch(() => undefined);
  if (path === undefined)
    throw new SourceError('SOURCE_MISSING', `the directory ${directory} does not exist`, 'use a directory that exists');
  if (!(await stat(path)).isDirectory())
    throw new SourceError('SOURCE_NOT_A_DIRECTORY', `${directory} is a file`, 'use the directory that contains it');
  return path;
}

function requireRevisionName(revision: string): void {
  if (!revision.startsWith('-') && isReferenceName(branchOf(revision))) return;
  throw new SourceError(
    'REVISION_INVALID',
    `${JSON.stringify(revision)} is not a valid Git revision`,
    'use a branch, a tag or a commit id; a name contains no spaces and no `..`, and does not begin with a dash',
  );
}

async function snapshotOfRepository(
  source: SourceDirectory,
  directory: string,
  repository: Repository,
  gitDir: string,
): Promise<Snapshot> {
  const { env } = repository;
  const [head, references] = await Promise.all([
    headOf(repository),
    readReferences(env, ['refs/heads', 'refs/tags', ...CHANGE_PREFIXES]),
    initWithAlternates(repository, gitDir),
  ]);
  const workingTree = repository.isBare ? undefined : await writeTreeOf(directory, repository, gitDir);
  const isDirty = workingTree !== undefined && workingTree.tree !== head?.tree;
  const commit = isDirty
    ? await commitTree(gitDir, workingTree.tree, head?.date ?? FIXED_DATE, head?.commit)
    : head?.commit;
  if (commit === undefined)
    throw new SourceError('SOURCE_UNREADABLE', `${directory} is an empty repository`, 'commit something first');

  const workingCopy: WorkingCopy = {
    directory,
    gitDir,
    reading: env,
    commit,
    hasCommits: head !== undefined,
    references,
  };
  const resolved = await readRevisions(source, (revision) => findRevision(workingCopy, revision));
  const revisions = resolved.length > 0 ? resolved : [await findRevision(workingCopy, undefined)];
  await publish(gitDir, commit, references, revisions);
  const commits = distinctCommits(revisions);
  return { gitDir, isDirty, commits, filtered: commits.includes(commit) ? (workingTree?.filtered ?? []) : [] };
}

/** Creates a bare repository without references that uses the objects of another as alternates. */
async function initWithAlternates(repository: Repository, gitDir: string): Promise<void> {
  await mkdir(join(gitDir, 'objects', 'info'), { recursive: true });
  await mkdir(join(gitDir, 'refs'));
  await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/master\n');
  const extension = repository.format === 'sha1' ? '' : `[extensions]\n\tobjectFormat = ${repository.format}\n`;
  await writeFile(join(gitDir, 'config'), `[core]\n\trepositoryFormatVersion = 1\n\tbare = true\n${extension}`);
  await writeFile(join(gitDir, 'objects', 'info', 'alternates'), alternates(repository.objects));
  if (await exists(repository.shallow)) await copyFile(repository.shallow, join(gitDir, 'shallow'));
}

/** Returns the environment variables for running git on a snapshot. */
const snapshotEnvironment = (gitDir: string): Readonly<Record<string, string>> => ({
  ...withoutUserSettings(gitDir),
  GIT_DIR: gitDir,
});

/** Creates a bare repository. git records properties of the file system in it, such as case sensitivity. */
const initBareRepository = (gitDir: string): Promise<string> =>
  git(
    ['-c', 'init.defaultRefFormat=files', 'init', '--quiet', '--bare', '--template=', '--object-format=sha1', gitDir],
    {
      env: withoutUserSettings(NEUTRAL_DIRECTORY),
    },
  );

interface Head {
  readonly commit: string;
  readonly tree: string;
  readonly date: string;
}

/** Returns the commit that is checked out; undefined in a repository without commits. */
async function headOf({ env }: Repository): Promise<Head | undefined> {
  const args = ['log', '-1', '--no-show-signature', '--no-color', '--format=%H %T %ct', 'HEAD'];
  const [commit = '', tree = '', seconds = ''] = (await tryGit(args, { env }))?.split(' ') ?? [];
  return commit === '' ? undefined : { commit, tree, date: `${seconds} +0000` };
}

function writeTreeOf(directory: string, repository: Repository, gitDir: string): Promise<WorkingTree> {
  const env = {
    ...repository.env,
    GIT_OBJECT_DIRECTORY: join(gitDir, 'objects'),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: repository.objects,
  };
  const { index, hasMoreAttributes } = repository;
  return writeTree({ directory, index, hasMoreAttributes, gitDir, env });
}

async function snapshotOfFolder(source: SourceDirectory, directory: string, gitDir: string): Promise<Snapshot> {
  await initBareRepository(gitDir);
  const { tree, filtered } = await writeTree({
    directory,
    hasMoreAttributes: false,
    gitDir,
    env: { ...snapshotEnvironment(gitDir), ...CONTENT_ONLY_SETTINGS },
  });
  const commit = await commitTree(gitDir, tree, FIXED_DATE);
  const references = { objects: new Map<string, string>() };
  const workingCopy: WorkingCopy = {
    directory,
    gitDir,
    reading: snapshotEnvironment(gitDir),
    commit,
    hasCommits: false,
    references,
  };
  const revisions = await readRevisions(source, async (revision) => {
    if (COMMIT.test(revision)) return findRevision(workingCopy, revision);
    requireRevisionName(revision);
    return { commit, ref: branchOf(revision) };
  });
  await publish(gitDir, commit, references, revisions.length > 0 ? revisions : [{ ref: branchOf('master') }]);
  return { gitDir, isDirty: true, commits: [commit], filtered };
}

const COMMIT = /^[0-9a-f]{40}$/;

/** Applies a function to each revision, one after the other, so that the first invalid one is reported. */
async function readRevisions<T>(
  source: SourceDirectory,
  find: (revision: string) => T | Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = [];
  for (const revision of source.revisions ?? []) {
    try {
      results.push(await find(revision));
    } catch (cause) {
      if (source.skipUnknown !== true || !(cause instanceof SourceError)) throw cause;
    }
  }
  return results;
}

const distinctCommits = (revisions: readonly Revision[]): readonly string[] => [
  ...new Set(revisions.map(({ commit }) => commit)),
];

function commitTree(gitDir: string, tree: string, date: string, parent?: string): Promise<string> {
  const person = (role: string): Record<string, string> => ({
    [`GIT_${role}_NAME`]: AUTHOR_NAME,
    [`GIT_${role}_EMAIL`]: AUTHOR_EMAIL,
    [`GIT_${role}_DATE`]: date,
  });
  const args = ['commit-tree', tree].concat(parent === undefined ? [] : ['-p', parent]);
  const env = { ...snapshotEnvironment(gitDir), ...person('AUTHOR'), ...person('COMMITTER') };
  return git(args, { env, input: 'The working copy as it is\n' });
}

/** Writes the references; those that resolve to the working copy point to its commit. */
function publish(
  gitDir: string,
  commit: string,
  { objects, branch }: References,
  revisions: readonly Pick<Revision, 'ref'>[],
): Promise<void> {
  const refs = [branch, ...revisions.map(({ ref }) => ref)].filter((ref) => ref !== undefined);
  return writeReferences(gitDir, snapshotEnvironment(gitDir), objects, { commit, names: [...new Set(refs)] });
}
