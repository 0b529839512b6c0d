/**
 * Uploads that are under way: bytes are hashed as they arrive, so nothing is read twice and a wrong digest costs nothing.
 *
 * A session belongs to one repository and lives in memory: after a restart its client is told to begin again.
 */

import { createHash, randomUUID, type Hash } from 'node:crypto';
import type { Files } from './files.js';
import type { Digest } from './names.js';
import { Refusal } from './refusal.js';

/** How long a session is kept after its last byte. */
const KEPT_MS = 60 * 60 * 1000;

interface Session {
  readonly repository: string;
  readonly hash: Hash;
  size: number;
  busy: boolean;
  touched: number;
}

/** The sessions of one registry. */
export class Uploads {
  readonly #files: Files;
  readonly #sessions = new Map<string, Session>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** Opens a session, and lets go of those that nobody went on with for an hour. */
  async begin(repository: string): Promise<string> {
    for (const [id, session] of this.#sessions)
      if (!session.busy && Date.now() - session.touched > KEPT_MS) await this.abandon(session.repository, id);
    const id = randomUUID();
    await this.#files.put(pathOf(id), new Uint8Array());
    this.#sessions.set(id, { repository, hash: createHash('sha256'), size: 0, busy: false, touched: Date.now() });
    return id;
  }

  /** Bytes received so far. */
  size(repository: string, id: string): number {
    return this.#session(repository, id).size;
  }

  /**
   * Appends a body. What arrived before a connection broke is kept, and `size` says how much that is.
   *
   * @param first where the client says this chunk begins; anything but the current size is refused
   */
  async append(
    repository: string,
    id: string,
    body: AsyncIterable<Uint8Array> | null,
    first?: number,
  ): Promise<number> {
    const session = this.#session(repository, id);
    if (session.busy || (first !== undefined && first !== session.size))
      throw new Refusal('RANGE_INVALID', `the upload goes on at byte ${session.size}`, undefined, {
        range: rangeOf(session.size),
      });
    session.busy = true;
    try {
      for await (const chunk of body ?? []) {
        await this.#files.append(pathOf(id), chunk);
        session.hash.update(chunk);
        session.size += chunk.byteLength;
      }
      return session.size;
    } finally {
      session.busy = false;
      session.touched = Date.now();
    }
  }

  /** Ends a session whose bytes must have this digest. @returns where they lie */
  async finish(repository: string, id: string, digest: Digest): Promise<string> {
    const session = this.#session(repository, id);
    const actual = `sha256:${session.hash.digest('hex')}`;
    if (actual !== digest) {
      await this.abandon(repository, id);
      throw new Refusal('DIGEST_INVALID', `what was sent has the digest ${actual}, not ${digest}`, { digest, actual });
    }
    this.#sessions.delete(id);
    return pathOf(id);
  }

  async abandon(repository: string, id: string): Promise<void> {
    this.#session(repository, id);
    this.#sessions.delete(id);
    await this.#files.remove(pathOf(id));
  }

  #session(repository: string, id: string): Session {
    const session = this.#sessions.get(id);
    if (session?.repository !== repository)
      throw new Refusal('BLOB_UPLOAD_UNKNOWN', `${repository} has no upload ${id}; begin with POST`, { id });
    return session;
  }
}

const pathOf = (id: string): string => `uploads/${id}`;

/** How the specification writes progress: `0-` and the last byte received. */
export const rangeOf = (size: number): string => `0-${Math.max(0, size - 1)}`;
