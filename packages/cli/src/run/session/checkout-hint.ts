/**
 * Suggests the option that makes a run use the files of the current checkout. The command never does so by default: the
 * run would use different files than a run on a cluster.
 */

import { relative } from 'node:path';
import type { PipelineResourceModel } from '@pipewright/tekton';
import { tryGit } from '../../git-server/git.js';
import { repositoryKey } from '../../git-server/remote-address.js';
import { commandLine } from '../../terminal/shell-words.js';
import { gitUrls } from '../../stand-ins/local-resources.js';

/** A working tree, and the URLs of its remotes. */
export interface Checkout {
  /** Relative to the working directory. */
  readonly directory: string;
  readonly remotes: readonly string[];
}

/** Returns the checkout that contains a directory; undefined outside a checkout, or without git. */
export async function checkoutAt(directory: string): Promise<Checkout | undefined> {
  try {
    const top = await tryGit(['-C', directory, 'rev-parse', '--show-toplevel']);
    if (top === undefined) return undefined;
    const urls = await tryGit(['-C', directory, 'config', '--get-regexp', '^remote\\..*\\.url$']);
    const remotes = (urls ?? '').split('\n').map((line) => line.slice(line.indexOf(' ') + 1));
    return { directory: relative(directory, top) || '.', remotes: remotes.filter(Boolean) };
  } catch {
    return undefined; // hints are optional, so errors are ignored
  }
}

/** Returns a hint for each git resource of the runs that is a remote of the checkout and has no stand-in. Pure. */
export function checkoutHints(
  { directory, remotes }: Checkout,
  boundResources: ReadonlySet<string>,
  resources: readonly PipelineResourceModel[],
  unansweredUrls: readonly string[],
): readonly string[] {
  const keys = new Set(remotes.flatMap((remote) => repositoryKey(remote) ?? []));
  const hints = resources.flatMap((resource) => {
    const { name } = resource;
    const [url] = gitUrls([resource]);
    const key = url === undefined ? undefined : repositoryKey(url);
    if (
      url === undefined ||
      key === undefined ||
      !boundResources.has(name) ||
      !unansweredUrls.includes(url) ||
      !keys.has(key)
    )
      return [];
    const option = commandLine(['--source', `${name}=${directory}`]);
    return [`${name}: ${url} is a remote of this checkout; to use its files, including uncommitted changes: ${option}`];
  });
  return [...new Set(hints)];
}
