/**
 * The git resolver: reads a file of one commit with git's protocol, version 2.
 *
 * Fetches that commit alone. Ids of objects are computed from what the server sent, so a commit id in a reference is verified.
 */

import { SECRETS } from '@pipewright/kube';
import { ResolverError, type ResolvedManifest } from '../../resolvers/resolution.js';
import type { ResolverParams } from '../../resolvers/params.js';
import { protocolCommand, packetsOf } from './git-packets.js';
import { objectsOf, type GitObject } from './git-pack.js';
import { gitTransport, type GitTransport } from './git-transport.js';
import { fetchFailure } from '../bounded-body.js';
import type { FetchContext, SecretObject } from './fetch-context.js';

type GitParams = Extract<ResolverParams, { kind: 'git' }>;

/** Reads the file. @throws ResolverError */
export async function fetchFromGit(params: GitParams, context: FetchContext): Promise<ResolvedManifest> {
  const transport = gitTransport(params.url, context, await tokenOf(params, context));
  await checkServer(transport, params);
  const commit = await commitOf(transport, params);
  const objects = await fetchCommit(transport, commit);
  const found = objects.get(commit);
  const id = found?.type === 'tag' ? idAfter(found, 'object') : commit;
  const manifest = fileIn(objects, id, params.path);
  return {
    kind: 'resolved',
    manifest,
    refSource: { uri: `git+${params.urlText}`, digest: { sha1: id }, entryPoint: params.path },
  };
}

async function tokenOf({ token }: GitParams, { client, namespace, signal }: FetchContext): Promise<string | undefined> {
  if (!token) return undefined;
  const { secret, key } = token;
  const object = await client.get<SecretObject>(SECRETS, { namespace, name: secret }, { signal });
  if (!object) throw new ResolverError(`cannot get API token, secret ${secret} not found in namespace ${namespace}`);
  const value = object.data?.[key];
  if (value === undefined)
    throw new ResolverError(`cannot get API token, key ${key} not found in secret ${secret} in namespace ${namespace}`);
  return Buffer.from(value, 'base64').toString().trim();
}

async function checkServer(transport: GitTransport, { urlText }: GitParams): Promise<void> {
  let lines: readonly string[];
  try {
    lines = packetsOf(await transport.capabilities()).map((packet) => packet.toString().trim());
  } catch (error) {
    if (error instanceof ResolverError) throw new ResolverError(`error resolving repository: ${error.message}`);
    throw new ResolverError(
      `error resolving repository: git clone error: fatal: unable to access '${urlText}': ${fetchFailure(error)}`,
    );
  }
  if (!lines.includes('version 2'))
    throw new ResolverError(
      `the server of '${urlText}' does not support version 2 of git's protocol; use the http resolver with the URL of the raw file`,
    );
  if (lines.some((line) => line.startsWith('object-format=') && line !== 'object-format=sha1'))
    throw new ResolverError(`the repository '${urlText}' has SHA-256 object ids, which are not supported yet`);
}

/** Returns the commit of a revision: a commit id, or the name of a tag or branch. */
async function commitOf(transport: GitTransport, { revision }: GitParams): Promise<string> {
  if (/^[0-9a-f]{40}$/.test(revision)) return revision;
  const names = [revision, `refs/${revision}`, `refs/tags/${revision}`, `refs/heads/${revision}`];
  const response = await transport.request(
    protocolCommand('ls-refs', ['peel', ...names.map((name) => `ref-prefix ${name}`)]),
  );
  const refs = new Map(
    packetsOf(response).flatMap((packet) => {
      const [id = '', name = '', peeled = ''] = packet.toString().trim().split(' ');
      return /^[0-9a-f]{40}$/.test(id) ? [[name, peeled.startsWith('peeled:') ? peeled.slice(7) : id] as const] : [];
    }),
  );
  const id = names.flatMap((name) => refs.get(name) ?? [])[0];
  if (id === undefined)
    throw new ResolverError(`git fetch error: fatal: couldn't find remote ref ${revision}: exit status 128`);
  return id;
}

async function fetchCommit(transport: GitTransport, commit: string): Promise<ReadonlyMap<string, GitObject>> {
  const args = ['ofs-delta', 'no-progress', 'deepen 1', `want ${commit}`, 'done'];
  let packets: readonly Buffer[];
  try {
    packets = packetsOf(await transport.request(protocolCommand('fetch', args)));
  } catch (error) {
    if (!(error instanceof ResolverError)) throw error;
    throw new ResolverError(error.message.replace('git clone error', 'git fetch error'));
  }
  const start = packets.findIndex((packet) => packet.toString() === 'packfile\n');
  if (start < 0) throw new ResolverError(`git fetch error: fatal: the server has no commit ${commit}`);
  const bands = packets.slice(start + 1);
  const failure = bands.find((band) => band[0] === 3);
  if (failure) throw new ResolverError(`git fetch error: fatal: remote error: ${failure.toString('utf8', 1).trim()}`);
  return objectsOf(Buffer.concat(bands.filter((band) => band[0] === 1).map((band) => band.subarray(1))));
}

/** Returns the id after a word in the header of a commit or tag. */
const idAfter = ({ content }: GitObject, word: string): string =>
  new RegExp(`^${word} ([0-9a-f]{40})$`, 'm').exec(content.toString('latin1'))?.[1] ?? '';

function fileIn(objects: ReadonlyMap<string, GitObject>, commit: string, path: string): string {
  const top = objects.get(commit);
  if (top?.type !== 'commit') throw new ResolverError(`git fetch error: fatal: ${commit} is not a commit`);
  let current = objects.get(idAfter(top, 'tree'));
  for (const name of path.split('/').filter((part) => part !== '' && part !== '.')) {
    const id = current?.type === 'tree' ? entriesOf(current.content).get(name) : undefined;
    current = id === undefined ? undefined : objects.get(id);
  }
  if (!current) throw new ResolverError(`error opening file "${path}": file does not exist`);
  if (current.type === 'tree') throw new ResolverError(`error opening file "${path}": is a directory`);
  return current.content.toString();
}

/** Returns the ids of a tree's entries by name. Symbolic links are left out: their target may be outside of the repository. */
function entriesOf(tree: Buffer): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (let offset = 0; offset < tree.length;) {
    const end = tree.indexOf(0, offset);
    if (end < 0) break;
    const entry = tree.toString('utf8', offset, end);
    const space = entry.indexOf(' ');
    if (entry.slice(0, space) !== '120000')
      entries.set(entry.slice(space + 1), tree.toString('hex', end + 1, end + 21));
    offset = end + 21;
  }
  return entries;
}
