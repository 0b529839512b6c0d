/**
 * Reads the references of a repository, and writes those of its snapshot, including the ones that resolve to the
 * working copy.
 *
 * One git process reads them, and they are written to a single packed-refs file, so a thousand tags take no longer than
 * one.
 */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, tryGit } from './git.js';

type Environment = Readonly<Record<string, string>>;

/** References by full name. */
export interface References {
  /** The object id of each reference; for an annotated tag, the tag object. */
  readonly objects: ReadonlyMap<string, string>;
  /** The branch that is checked out, even if it has no commit. Absent: HEAD is detached. */
  readonly branch?: string;
}

/**
 * Reads the references below `places`, in the environment of the repository. Throws if one refers to a missing object.
 */
export async function readReferences(env: Environment, prefixes: readonly string[]): Promise<References> {
  // Fails for missing objects, because %(objecttype) makes git read them.
  const listed = await git(['for-each-ref', '--format=%(HEAD)%(objectname) %(objecttype) %(refname)', ...prefixes], {
    env,
  });
  const objects = new Map<string, string>();
  let branch: string | undefined;
  for (const line of listed.split('\n')) {
    const [, mark, object = '', name = ''] = /^([* ])(\w+) \w+ (.+)$/.exec(line) ?? [];
    if (mark === undefined) continue;
    objects.set(name, object);
    if (mark === '*') branch = name;
  }
  branch ??= await tryGit(['symbolic-ref', '--quiet', 'HEAD'], { env }); // an unborn branch is not listed
  return { objects, ...(branch !== undefined && { branch }) };
}

/**
 * Writes references and HEAD to a bare repository without references.
 *
 * @param updated the references to point to `commit` instead; HEAD is the first branch among them, or else the commit
 */
export async function writeReferences(
  gitDir: string,
  env: Environment,
  objects: ReadonlyMap<string, string>,
  updated: { readonly commit: string; readonly names: readonly string[] },
): Promise<void> {
  const { commit, names } = updated;
  const all = new Map([...objects, ...names.map((name) => [name, commit] as const)]);
  const colliding = names.filter((name) => !objects.has(name) && collides(name, all));
  for (const name of colliding) all.delete(name);
  const packed = [...all].map(([name, object]) => `${object} ${name}\n`).join('');
  if (packed !== '') await writeFile(join(gitDir, 'packed-refs'), packed);
  if (colliding.length > 0)
    await git(['update-ref', '--stdin'], {
      env,
      input: colliding.map((name) => `update ${name} ${commit}\n`).join(''),
    });
  const first = names.find((name) => name.startsWith('refs/heads/'));
  await writeFile(join(gitDir, 'HEAD'), first === undefined ? `${commit}\n` : `ref: ${first}\n`);
}

/** Returns whether a name is a path prefix of another, or has another as a prefix: git rejects it and explains why. */
function collides(name: string, all: ReadonlyMap<string, string>): boolean {
  const parts = name.split('/');
  if (parts.some((_, end) => end > 0 && all.has(parts.slice(0, end).join('/')))) return true;
  return [...all.keys()].some((other) => other.startsWith(`${name}/`));
}

const ALLOWED_PART = /^(?!\.)(?!.*\.lock$)(?!.*\.\.)(?!.*@\{)[^\0- \x7f~^:?*[\\]+$/;

/** Returns whether a full name is valid for a reference, by the rules of `git check-ref-format`. */
export const isReferenceName = (name: string): boolean => {
  const parts = name.split('/');
  return parts.length > 1 && !name.endsWith('.') && parts.every((part) => ALLOWED_PART.test(part));
};
