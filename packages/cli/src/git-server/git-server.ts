/**
 * Serves local directories as Git repositories, so that a pipeline's git step clones the working copy with the real Git
 * protocol and gets a real commit id.
 *
 * Listens only on 127.0.0.1, and its URLs contain a random part, so that other users of the machine cannot read the
 * repositories.
 */

import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { equalInConstantTime, openTemporaryDirectory, serveLoopback } from '@pipewright/cluster';
import { handleGitRequest, sendError } from './smart-http.js';
import { snapshot, type Snapshot, type SourceDirectory } from './snapshot.js';
import type { FilteredFiles } from './working-tree.js';

/** A running Git server. */
export interface GitServer {
  /** Returns the URL from which `git clone` fetches the repository. */
  url(name: string): string;
  /** Returns the commits that the repository's revisions resolve to, in order, without duplicates. */
  commits(name: string): readonly string[];
  /** Returns whether the files differ from the last commit; always true for a plain folder. */
  isDirty(name: string): boolean;
  /** Returns the files that a commit of git would store in another form. */
  filtered(name: string): readonly FilteredFiles[];
  /** Stops listening and removes the snapshots. */
  close(): Promise<void>;
}

/**
 * Takes the snapshots, then serves them. Does not detect later changes in the directories.
 *
 * @param options.repositories keyed by the name in their URL. Throws a `SourceError` if one cannot be served
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
    const server = await serveLoopback((incoming, outgoing) => handleRequest(snapshots, secret, incoming, outgoing));
    const snapshotOf = (name: string): Snapshot => {
      const found = snapshots.get(name);
      if (!found) throw new Error(`the repository ${name} is not served`);
      return found;
    };
    return {
      url: (name) => `http://127.0.0.1:${server.port}/${secret}/${encodeURIComponent(name)}${URL_SUFFIX}`,
      commits: (name) => snapshotOf(name).commits,
      isDirty: (name) => snapshotOf(name).isDirty,
      filtered: (name) => snapshotOf(name).filtered,
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

async function handleRequest(
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

/** The last segment of every URL. git rewrites URL prefixes, so the rest of a longer original URL is appended to it. */
export const URL_SUFFIX = '/git';

/** A parsed repository URL. */
export interface RepositoryRequest {
  readonly givenSecret: string;
  readonly name: string;
  /**
   * The path between the repository's URL and the protocol path, except `.git`. If not empty, the URL refers to another
   * repository.
   */
  readonly extraPath: string;
  /** The path of Git's protocol, with a leading slash; empty if the URL has none. */
  readonly protocolPath: string;
}

/** Parses a URL in the format of {@link GitServer.url}. */
export function parseRepositoryUrl(url: string): RepositoryRequest {
  const [, given = '', name = '', path = '', query = ''] = /^\/([^/]*)\/([^/?]+)\/git([^?]*)(\?.*)?$/.exec(url) ?? [];
  const [protocolPath = ''] = /\/(?:info\/refs|git-(?:upload|receive)-pack|HEAD|objects\/.*)$/.exec(path) ?? [];
  const extraPath = path.slice(0, path.length - protocolPath.length);
  return {
    givenSecret: given,
    name: unescaped(name),
    extraPath: extraPath === '.git' ? '' : extraPath,
    protocolPath: `${protocolPath}${query}`,
  };
}

/**
 * Returns the error for a URL that extends the URL of a served repository: git rewrites URL prefixes, so it refers to
 * another repository.
 */
export const otherRepositoryMessage = (name: string, extraPath: string): string =>
  `the URL extends that of ${name}, which is served from a directory, by '${extraPath}', so it refers to another repository, which has no stand-in. To fetch it from the network, declare a PipelineResource with its complete URL`;

function unescaped(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
