/**
 * The references of a snapshot: those that the repository has, and those that mean its working copy.
 *
 * One git process reads them, and they are written as one file of packed references: a thousand tags take as long as none.
 */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, tryGit } from './git.js';

type Environment = Readonly<Record<string, string>>;

/** References, by their full names. */
export interface References {
  /** The object that each names: of an annotated tag, the tag. */
  readonly objects: ReadonlyMap<string, string>;
  /** The branch that is checked out, with or without a commit. Absent: HEAD is a commit. */
  readonly branch?: string;
}

/** Reads the references below `places`, in an environment under which git reads the repository. Throws if one names an object that is missing. */
export async function readReferences(env: Environment, places: readonly string[]): Promise<References> {
  // To know the types, git looks for the objects.
  const listed = await git(['for-each-ref', '--format=%(HEAD)%(objectname) %(objecttype) %(refname)', ...places], {
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
  branch ??= await tryGit(['symbolic-ref', '--quiet', 'HEAD'], { env }); // a branch without a commit is not listed
  return { objects, ...(branch !== undefined && { branch }) };
}

/**
 * Writes references into a bare repository that has none, and HEAD.
 *
 * @param renewed the references that are to name `commit` instead; HEAD is the first branch of them, or else the commit
 */
export async function writeReferences(
  gitDir: string,
  env: Environment,
  objects: ReadonlyMap<string, string>,
  renewed: { readonly commit: string; readonly names: readonly string[] },
): Promise<void> {
  const { commit, names } = renewed;
  const all = new Map([...objects, ...names.map((name) => [name, commit] as const)]);
  const refused = names.filter((name) => !objects.has(name) && collides(name, all));
  for (const name of refused) all.delete(name);
  const packed = [...all].map(([name, object]) => `${object} ${name}\n`).join('');
  if (packed !== '') await writeFile(join(gitDir, 'packed-refs'), packed);
  if (refused.length > 0)
    await git(['update-ref', '--stdin'], { env, input: refused.map((name) => `update ${name} ${commit}\n`).join('') });
  const first = names.find((name) => name.startsWith('refs/heads/'));
  await writeFile(join(gitDir, 'HEAD'), first === undefined ? `${commit}\n` : `ref: ${first}\n`);
}

/** Returns whether a name is a folder of another, or has another as a folder: git rejects it and explains why. */
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
