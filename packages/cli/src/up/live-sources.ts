/**
 * Serves Git URLs that always provide the current state of a directory.
 *
 * `up` may run for days, so a snapshot taken at startup would become outdated. Each clone is redirected (over HTTP,
 * which git follows) to a separate server with a new snapshot.
 */

import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { equalInConstantTime, serveLoopback } from '@pipewright/cluster';
import { filterNotes } from '../git-server/filter-notes.js';
import { SourceError } from '../git-server/source-error.js';
import {
  URL_SUFFIX,
  parseRepositoryUrl,
  startGitServer,
  otherRepositoryMessage,
  type GitServer,
} from '../git-server/git-server.js';
import { sendError } from '../git-server/smart-http.js';
import type { SourceDirectory } from '../git-server/snapshot.js';

/** A running server. */
export interface LiveSources {
  /** Returns the URL of the repository for a resource. */
  readonly url: (name: string) => string;
  readonly close: () => Promise<void>;
}

/** Maximum number of concurrent clones; older snapshots are deleted. */
const MAX_SNAPSHOTS = 16;

/** Starts the server on 127.0.0.1. Calls `find` for every clone, and `note` once for each message about a clone. */
export async function serveLiveSources(
  find: (name: string) => SourceDirectory | undefined,
  note: (line: string) => void,
): Promise<LiveSources> {
  const reportedNotes = new Set<string>();
  const secret = randomBytes(16).toString('hex');
  const servers: GitServer[] = [];
  const handleRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const { givenSecret, name, extraPath, protocolPath } = parseRepositoryUrl(url.pathname);
    const source = equalInConstantTime(givenSecret, secret) ? find(name) : undefined;
    if (source && extraPath !== '') return sendError(response, 404, otherRepositoryMessage(name, extraPath));
    if (!source || protocolPath !== '/info/refs') return sendError(response, 404, 'no such repository');
    const snapshotServer = await startGitServer({ repositories: new Map([['source', source]]) });
    servers.push(snapshotServer);
    while (servers.length > MAX_SNAPSHOTS) await servers.shift()?.close();
    for (const line of filterNotes(name, snapshotServer.filtered('source'))) {
      if (!reportedNotes.has(line)) note(line);
      reportedNotes.add(line);
    }
    response.writeHead(302, { location: `${snapshotServer.url('source')}/info/refs${url.search}` }).end();
  };
  const server = await serveLoopback((request, response) =>
    handleRequest(request, response).catch((cause: unknown) =>
      sendError(response, 404, cause instanceof SourceError ? `${cause.message}; ${cause.hint}` : String(cause)),
    ),
  );
  return {
    url: (name) => `http://127.0.0.1:${String(server.port)}/${secret}/${encodeURIComponent(name)}${URL_SUFFIX}`,
    close: async () => {
      await server.close();
      await Promise.all(servers.map((picture) => picture.close()));
    },
  };
}
