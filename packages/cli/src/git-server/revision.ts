/**
 * Resolves revisions if a working copy replaces a remote repository.
 *
 * A branch resolves to the working copy, regardless of which branch is checked out, so that a run uses the files being
 * edited. A tag or a commit id resolves as usual. A pull request reference also resolves to the working copy, unless
 * the repository has it. An unknown name is an error, as with a remote.
 */

import { tryGit, withoutUserSettings } from './git.js';
import type { References } from './references.js';
import { SourceError } from './source-error.js';

/** The state of a directory, as a commit. */
export interface WorkingCopy {
  readonly directory: string;
  readonly gitDir: string;
  /** Environment variables with which git reads the original repository. */
  readonly reading: Readonly<Record<string, string>>;
  readonly commit: string;
  /** The references of the original repository. */
  readonly references: References;
  /** Whether the original repository has commits. */
  readonly hasCommits: boolean;
}

/** A resolved revision. `ref` is the reference to serve as the working copy; absent: the revision is fixed. */
export interface Revision {
  readonly commit: string;
  readonly ref?: string;
}

/** Returns the full name of a branch; a name that begins with `refs/` is already one. */
export const branchOf = (revision: string): string =>
  revision.startsWith('refs/') ? revision : `refs/heads/${revision}`;

/** Returns the references that git tries for a name on a remote, in order. */
const candidateReferences = (revision: string): readonly string[] =>
  revision.startsWith('refs/') ? [revision] : ['refs/', 'refs/tags/', 'refs/heads/'].map((place) => place + revision);

/**
 * References of proposed changes: pull requests (GitHub, Gitea, Bitbucket), merge requests (GitLab), changes (Gerrit).
 */
const CHANGE_REFERENCE =
  /^refs\/(?:pull\/\d+\/(?:head|merge)|pull-requests\/\d+\/(?:from|merge)|merge-requests\/\d+\/(?:head|merge)|changes\/\d+\/\d+\/\d+)$/;

/** The prefixes of such references. */
export const CHANGE_PREFIXES = ['refs/pull', 'refs/pull-requests', 'refs/merge-requests', 'refs/changes'] as const;

/** Resolves a revision; undefined and `HEAD` resolve to the working copy. Throws REVISION_UNKNOWN. */
export async function findRevision(workingCopy: WorkingCopy, revision: string | undefined): Promise<Revision> {
  if (revision === undefined || revision === 'HEAD') return { commit: workingCopy.commit };
  const { objects, branch: checkedOut } = workingCopy.references;
  const tryFindCommit = (name: string): Promise<string | undefined> =>
    tryGit(
      ['--git-dir', workingCopy.gitDir, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`],
      {
        env: withoutUserSettings(workingCopy.gitDir),
      },
    );
  const tryFindReference = async (ref: string): Promise<string | undefined> => {
    const object = workingCopy.hasCommits ? objects.get(ref) : undefined;
    return object === undefined ? undefined : tryFindCommit(object);
  };

  const isKnown = async (branch: string): Promise<boolean> => {
    if (branch === checkedOut || objects.has(branch)) return true;
    const remote = `refs/remotes/*/${branch.slice('refs/heads/'.length)}`;
    return (
      workingCopy.hasCommits &&
      Boolean(await tryGit(['for-each-ref', '--count=1', remote], { env: workingCopy.reading }))
    );
  };

  for (const ref of candidateReferences(revision)) {
    const isChange = CHANGE_REFERENCE.test(ref);
    const fixed = isChange || ref.startsWith('refs/tags/') ? await tryFindReference(ref) : undefined;
    if (fixed !== undefined) return { commit: fixed };
    if (isChange || (ref.startsWith('refs/heads/') && (await isKnown(ref)))) return { commit: workingCopy.commit, ref };
  }

  const commit = /^[0-9a-f]{4,64}$/.test(revision) ? await tryFindCommit(revision) : undefined;
  if (commit !== undefined) return { commit };
  throw unknownRevision(workingCopy, revision);
}

function unknownRevision({ directory, commit, references }: WorkingCopy, revision: string): SourceError {
  const names = [...references.objects.keys()].flatMap((ref) => /^refs\/(?:heads|tags)\/(.+)$/.exec(ref)?.[1] ?? []);
  const some = names.slice(0, 8).join(', ') + (names.length > 8 ? ', …' : '');
  return new SourceError(
    'REVISION_UNKNOWN',
    `${directory} has no branch, tag or commit ${JSON.stringify(revision)}`,
    names.length > 0 ? `it has ${some}` : `its only commit is ${commit}; use a branch name for the current files`,
  );
}
