/**
 * Serves directories of this machine as Git repositories, so that a pipeline's git step clones the working copy by real Git
 * transport and a real commit id comes out.
 *
 * It listens on 127.0.0.1 alone, and its addresses hold a random part, so that other users of the machine can't read along.
 */

import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { equalInConstantTime, openTemporaryDirectory, serveLoopback } from '@pipewright/cluster';
import { handleGitRequest, sendError } from './smart-http.js';
import { snapshot, type Snapshot, type SourceDirectory } from './snapshot.js';
import type { FilteredFiles } from './working-tree.js';

/** A running server. */
export interface GitServer {
  /** Where `git clone` finds the repository. */
  url(name: string): string;
  /** The commits that the repository's revisions lead to, in their order, each once. */
  commits(name: string): readonly string[];
  /** Whether the files differ from what is committed; always so for a plain folder. */
  isDirty(name: string): boolean;
  /** Files that a commit of git would hold in another form. */
  filtered(name: string): readonly FilteredFiles[];
  /** Stops listening and removes the snapshots. */
  close(): Promise<void>;
}

/**
 * Takes the snapshots, then serves them: later changes in the directories are not seen.
 *
 * @param options.repositories by the name in their URL. Throws a `SourceError` if one cannot be served
 */
export async function startGitServer(options: {
  readonly repositories: ReadonlyMap<string, SourceDirectory>;
}): Promise<GitServer> {
  const work = await openTemporaryDirectory('git');
  try {
    const snapshots = new Map<string, Snapshot>();
    for (const [name, source] of options.repositories)
      snapshots.set(name, await snapshot(source, join(work.path, `${snapshots.size}.git`)));
    const secret = randomBytes(16).toString('hex');
    const server = await serveLoopback((incoming, outgoing) => answer(snapshots, secret, incoming, outgoing));
    const of = (name: string): Snapshot => {
      const found = snapshots.get(name);
      if (!found) throw new Error(`no repository ${name} is served`);
      return found;
    };
    return {
      url: (name) => `http://127.0.0.1:${server.port}/${secret}/${encodeURIComponent(name)}${URL_SUFFIX}`,
      commits: (name) => of(name).commits,
      isDirty: (name) => of(name).isDirty,
      filtered: (name) => of(name).filtered,
      close: async () => {
        await server.close();
        await work.remove();
      },
    };
  } catch (cause) {
    await work.remove();
    throw cause;
  }
}

async function answer(
  snapshots: ReadonlyMap<string, Snapshot>,
  secret: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { givenSecret, name, extraPath, protocolPath } = parseRepositoryUrl(incoming.url ?? '/');
  const found = equalInConstantTime(givenSecret, secret) ? snapshots.get(name) : undefined;
  if (!found) return sendError(outgoing, 404, `no repository is served at ${incoming.url ?? '/'}`);
  if (extraPath !== '') return sendError(outgoing, 404, otherRepositoryMessage(name, extraPath));
  await handleGitRequest(found.gitDir, protocolPath, incoming, outgoing);
}

/** Ends every address: git replaces the beginnings of addresses, so what was behind the beginning comes behind this. */
export const URL_SUFFIX = '/git';

/** What an address of a server of ours asks for. */
export interface RepositoryRequest {
  readonly givenSecret: string;
  readonly name: string;
  /** What lies behind the repository's own address, except `.git`: then another repository is meant. */
  readonly extraPath: string;
  /** The path of Git's protocol, with its slash; empty if the URL has none. */
  readonly protocolPath: string;
}

/** Takes an address of {@link GitServer.url} apart. */
export function parseRepositoryUrl(url: string): RepositoryRequest {
  const [, given = '', name = '', path = '', query = ''] = /^\/([^/]*)\/([^/?]+)\/git([^?]*)(\?.*)?$/.exec(url) ?? [];
  const [asked = ''] = /\/(?:info\/refs|git-(?:upload|receive)-pack|HEAD|objects\/.*)$/.exec(path) ?? [];
  const beyond = path.slice(0, path.length - asked.length);
  return {
    givenSecret: given,
    name: unescaped(name),
    extraPath: beyond === '.git' ? '' : beyond,
    protocolPath: `${asked}${query}`,
  };
}

/** The error for a URL that extends the URL of a served repository: git rewrites URL prefixes, so it names another repository. */
export const otherRepositoryMessage = (name: string, beyond: string): string =>
  `this address begins like that of ${name}, for which a directory stands in, and goes on with '${beyond}': it is another repository, and nothing stands in for it. A PipelineResource with its whole address is left to the network`;

function unescaped(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
