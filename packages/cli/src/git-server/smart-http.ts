/**
 * Implements Git's smart HTTP protocol for fetching, with the installed `git upload-pack` (protocol versions 0 to 2).
 *
 * Rejects pushes: the repository is a snapshot of a directory, and a push could not change the directory.
 */

import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { gitEnvironment, withoutUserSettings } from './git.js';

/** Handles a request for a path below a repository: `/info/refs` or `/git-upload-pack`. */
export async function handleGitRequest(
  gitDir: string,
  path: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const url = new URL(path, 'http://git');
  const service = url.searchParams.get('service');
  if (service === 'git-receive-pack' || url.pathname === '/git-receive-pack')
    return sendError(outgoing, 403, 'this repository is a snapshot of a directory; pushing is not supported');
  if (incoming.method === 'GET' && url.pathname === '/info/refs' && service === 'git-upload-pack')
    return advertise(gitDir, incoming, outgoing);
  if (incoming.method === 'POST' && url.pathname === '/git-upload-pack') {
    writeHead(outgoing, 'result');
    return uploadPack(gitDir, ['--stateless-rpc'], incoming, bodyOf(incoming), outgoing);
  }
  return sendError(outgoing, 404, 'only the smart HTTP protocol is supported; fetch with git 1.6.6 or later');
}

/** Responds with a message that git shows to the user as `remote: …`. */
export function sendError(outgoing: ServerResponse, status: number, message: string): void {
  outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}

async function advertise(gitDir: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  writeHead(outgoing, 'advertisement');
  if (!/(^|:)version=2(:|$)/.test(protocolOf(incoming))) outgoing.write('001e# service=git-upload-pack\n0000');
  await uploadPack(gitDir, ['--stateless-rpc', '--advertise-refs'], incoming, undefined, outgoing);
}

async function uploadPack(
  gitDir: string,
  options: readonly string[],
  incoming: IncomingMessage,
  input: Readable | undefined,
  outgoing: ServerResponse,
): Promise<void> {
  // Clients may fetch any commit by id, as pipelines do.
  const child = spawn('git', ['-c', 'uploadpack.allowAnySHA1InWant=true', 'upload-pack', ...options, gitDir], {
    cwd: gitDir,
    env: gitEnvironment({ ...withoutUserSettings(gitDir), GIT_PROTOCOL: protocolOf(incoming) }),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  const sending = input ? pipeline(input, child.stdin) : Promise.resolve(void child.stdin.end());
  sending.catch(() => undefined); // upload-pack may stop reading before the end of the input
  try {
    await Promise.all([pipeline(child.stdout, outgoing), ended]);
  } finally {
    child.kill();
  }
}

function writeHead(outgoing: ServerResponse, kind: 'advertisement' | 'result'): void {
  outgoing.writeHead(200, {
    'content-type': `application/x-git-upload-pack-${kind}`,
    'cache-control': 'no-cache, max-age=0, must-revalidate',
  });
}

/** Returns the protocol that the client requests, if its format is valid: it becomes an environment variable. */
function protocolOf(incoming: IncomingMessage): string {
  const protocol = incoming.headers['git-protocol'];
  return typeof protocol === 'string' && /^[a-z0-9=:.-]{1,64}$/.test(protocol) ? protocol : '';
}

/** Maximum size of a decompressed request: a clone of a repository with a million refs requests 50 MB of them. */
const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

function bodyOf(incoming: IncomingMessage): Readable {
  let size = 0;
  const limited = new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.byteLength;
      done(size > MAX_REQUEST_BYTES ? new Error(`a request has at most ${MAX_REQUEST_BYTES} bytes`) : null, chunk);
    },
  });
  const isCompressed = incoming.headers['content-encoding'] === 'gzip';
  const parts: [Readable, ...Transform[]] = isCompressed ? [incoming, createGunzip(), limited] : [incoming, limited];
  compose(parts).catch(() => undefined); // the reader of the body receives the same error
  return limited;
}

const compose = (parts: [Readable, ...Transform[]]): Promise<void> => pipeline(parts);
