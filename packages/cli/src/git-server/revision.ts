/**
 * What a revision means when a working copy stands in for a remote repository.
 *
 * A branch is the working copy, whichever branch is checked out: running what is in the editor is the point of standing in. A tag
 * or a commit id is what it always was. A name the repository does not know is a mistake, as it would be at the remote.
 */

import { git, tryGit, withoutUserSettings } from './git.js';
import { SourceError } from './source-error.js';

/** A directory's state, as a commit. */
export interface WorkingCopy {
  readonly directory: string;
  readonly gitDir: string;
  /** Environment variables under which git reads the repository itself. */
  readonly reading: Readonly<Record<string, string>>;
  readonly commit: string;
  /** The branch that is checked out, as a full ref. Absent: none is. */
  readonly branch?: string;
  /** Whether the repository has commits of its own. */
  readonly born: boolean;
}

/** Where a revision leads. `ref` is to be served as the working copy; absent: the revision is fixed. */
export interface Revision {
  readonly commit: string;
  readonly ref?: string;
}

/** `master` as a full ref; a name that begins with `refs/` is one. */
export const branchOf = (revision: string): string =>
  revision.startsWith('refs/') ? revision : `refs/heads/${revision}`;

/** @param asked absent: the working copy. Throws REVISION_UNKNOWN. */
export async function findRevision(now: WorkingCopy, asked: string | undefined): Promise<Revision> {
  if (asked === undefined || asked === 'HEAD') return { commit: now.commit };
  const at = { env: now.reading };
  const commitAt = (ref: string): Promise<string | undefined> =>
    tryGit(['--git-dir', now.gitDir, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], {
      env: withoutUserSettings(now.gitDir),
    });

  const tag = asked.startsWith('refs/tags/') ? asked : `refs/tags/${asked}`;
  const tagged = now.born ? await commitAt(tag) : undefined;
  if (tagged !== undefined) return { commit: tagged };

  const branch = branchOf(asked);
  const remote = now.born ? await tryGit(['for-each-ref', '--count=1', `refs/remotes/*/${asked}`], at) : '';
  const known = branch === now.branch || (await commitAt(branch)) !== undefined || Boolean(remote);
  if (known && branch.startsWith('refs/heads/')) return { commit: now.commit, ref: branch };

  const commit = /^[0-9a-f]{4,64}$/.test(asked) ? await commitAt(asked) : undefined;
  if (commit !== undefined) return { commit };
  throw unknown(now, asked, await names(now));
}

async function names({ gitDir }: WorkingCopy): Promise<readonly string[]> {
  const args = ['--git-dir', gitDir, 'for-each-ref', '--format=%(refname:short)', 'refs/heads', 'refs/tags'];
  const refs = await git(args, { env: withoutUserSettings(gitDir) });
  return refs.split('\n').filter(Boolean);
}

function unknown({ directory, commit }: WorkingCopy, asked: string, refs: readonly string[]): SourceError {
  const some = refs.slice(0, 8).join(', ') + (refs.length > 8 ? ', …' : '');
  return new SourceError(
    'REVISION_UNKNOWN',
    `${directory} has no branch, tag or commit ${JSON.stringify(asked)}`,
    refs.length > 0 ? `it has ${some}` : `its only commit is ${commit}; a branch name means its files as they are`,
  );
}
