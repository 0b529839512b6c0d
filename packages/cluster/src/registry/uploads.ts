/**
 * Uploads in progress; content is hashed while it arrives, so it is not read again.
 *
 * A session belongs to one repository and exists in memory: after a restart the client starts again. Unfinished uploads are limited in
 * number, size and age, and are removed when the registry closes.
 */

import { createHash, type Hash } from 'node:crypto';
import type { Clock } from '@pipewright/apimachinery';
import type { Random } from '../platform/random.js';
import type { FileStore } from './files.js';
import type { Digest } from './names.js';
import { RegistryError } from './registry-error.js';

/** Limits of unfinished uploads. */
export interface UploadLimits {
  readonly sessions: number;
  /** The most bytes of one upload. */
  readonly bytes: number;
  /** The most bytes of all unfinished uploads. */
  readonly totalBytes: number;
  /** How long an idle session is kept, in milliseconds. */
  readonly idleMs: number;
  /** The longest lifetime of a session, in milliseconds. */
  readonly ageMs: number;
}

interface Session {
  readonly repository: string;
  readonly hash: Hash;
  readonly startedAt: number;
  size: number;
  isWriting: boolean;
  lastUsedAt: number;
}

/** Dependencies of the uploads. */
export interface UploadsOptions {
  readonly files: FileStore;
  readonly limits: UploadLimits;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'uuid'>;
}

/** The sessions of one registry. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #sessions = new Map<string, Session>();
  /** The write in progress of each session. */
  readonly #writing = new Map<string, Promise<void>>();

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /** Opens a session. */
  async begin(repository: string): Promise<string> {
    const { files, limits, clock, random } = this.#options;
    await this.expire();
    if (this.#sessions.size >= limits.sessions) throw tooMany(`${limits.sessions} uploads are unfinished`);
    const id = random.uuid();
    const now = clock.now();
    this.#sessions.set(id, {
      repository,
      hash: createHash('sha256'),
      startedAt: now,
      size: 0,
      isWriting: false,
      lastUsedAt: now,
    });
    await this.#write(id, files.put(pathOf(id), new Uint8Array()));
    return id;
  }

  /** Returns the number of received bytes. */
  size(repository: string, id: string): number {
    return this.#session(repository, id).size;
  }

  /**
   * Appends a body. Bytes that arrived before a connection failed are kept; `size` returns their number.
   *
   * @param first the start of the chunk; rejected unless it equals the current size
   */
  async append(
    repository: string,
    id: string,
    body: AsyncIterable<Uint8Array> | null,
    first?: number,
  ): Promise<number> {
    const session = this.#session(repository, id);
    if (session.isWriting || (first !== undefined && first !== session.size))
      throw new RegistryError('RANGE_INVALID', `the upload continues at byte ${session.size}`, undefined, {
        range: rangeOf(session.size),
      });
    session.isWriting = true;
    try {
      for await (const chunk of body ?? []) await this.#take(id, session, chunk);
      return session.size;
    } finally {
      session.isWriting = false;
      session.lastUsedAt = this.#options.clock.now();
    }
  }

  async #take(id: string, session: Session, chunk: Uint8Array): Promise<void> {
    const { files, limits, clock } = this.#options;
    const { bytes, totalBytes, ageMs } = limits;
    if (this.#sessions.get(id) !== session) throw unknownUpload(session.repository, id); // cancelled meanwhile
    const size = session.size + chunk.byteLength;
    const total = [...this.#sessions.values()].reduce((sum, each) => sum + each.size, chunk.byteLength);
    const refusal =
      size > bytes
        ? new RegistryError('SIZE_INVALID', `a blob has at most ${bytes} bytes`)
        : total > totalBytes
          ? tooMany(`unfinished uploads have at most ${totalBytes} bytes together`)
          : clock.now() - session.startedAt > ageMs
            ? new RegistryError('BLOB_UPLOAD_INVALID', 'the upload took too long; begin with POST')
            : undefined;
    if (refusal !== undefined) {
      await this.#remove(id);
      throw refusal;
    }
    session.size = size; // before the bytes are written, so that concurrent requests count them
    session.hash.update(chunk);
    await this.#write(id, files.append(pathOf(id), chunk));
  }

  /** Ends a session whose write failed, since the number of written bytes is unknown. */
  async #write(id: string, writing: Promise<void>): Promise<void> {
    this.#writing.set(id, writing);
    try {
      await writing;
    } catch (cause) {
      await this.#remove(id);
      throw cause;
    } finally {
      this.#writing.delete(id);
    }
  }

  /** Ends a session and verifies its digest. @returns the path of the content */
  async finish(repository: string, id: string, digest: Digest): Promise<string> {
    const session = this.#session(repository, id);
    const actual = `sha256:${session.hash.digest('hex')}`;
    if (actual !== digest) {
      await this.#remove(id);
      throw new RegistryError('DIGEST_INVALID', `the uploaded content has the digest ${actual}, not ${digest}`, {
        digest,
        actual,
      });
    }
    this.#sessions.delete(id);
    return pathOf(id);
  }

  /** Cancels a session. */
  async abandon(repository: string, id: string): Promise<void> {
    this.#session(repository, id);
    await this.#remove(id);
  }

  /** Removes sessions that were idle or lived too long. */
  async expire(): Promise<void> {
    const { limits, clock } = this.#options;
    const now = clock.now();
    for (const [id, { isWriting, lastUsedAt, startedAt }] of this.#sessions)
      if (!isWriting && (now - lastUsedAt > limits.idleMs || now - startedAt > limits.ageMs)) await this.#remove(id);
  }

  /** Removes all unfinished uploads, including those of an earlier process. */
  async clear(): Promise<void> {
    this.#sessions.clear();
    await Promise.allSettled(this.#writing.values()); // a late write would create the file again
    await this.#options.files.remove(UPLOADS);
  }

  async #remove(id: string): Promise<void> {
    this.#sessions.delete(id);
    await this.#writing.get(id)?.catch(() => undefined); // a late write would create the file again
    await this.#options.files.remove(pathOf(id));
  }

  #session(repository: string, id: string): Session {
    const session = this.#sessions.get(id);
    if (session?.repository !== repository) throw unknownUpload(repository, id);
    return session;
  }
}

const unknownUpload = (repository: string, id: string): RegistryError =>
  new RegistryError('BLOB_UPLOAD_UNKNOWN', `${repository} has no upload ${id}; begin with POST`, { id });

const tooMany = (reason: string): RegistryError =>
  new RegistryError('TOOMANYREQUESTS', `${reason}; finish or cancel some (DELETE), or wait until they expire`);

const UPLOADS = 'uploads';

const pathOf = (id: string): string => `${UPLOADS}/${id}`;

/** Formats progress as the specification does: `0-` and the last received byte. */
export const rangeOf = (size: number): string => `0-${Math.max(0, size - 1)}`;
