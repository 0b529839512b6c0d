/**
 * The write-ahead log: changes are appended to a segment, and acknowledged once a committed length that covers them is
 * also durable.
 *
 *     append ─▶ datasync ─▶ committed length ─▶ datasync ─▶ acknowledged
 *
 * After a failure, everything after the committed length is truncated before the next append.
 */

import type { CommittedFile, CommittedLength } from './committed-file.js';
import { writeFully, type Disk, type DiskFile } from '../disk/disk.js';
import { encodeRecords, START } from './record.js';
import { fileName, headerText, type Header } from './segment.js';

/** A log that is open for appending. */
export class WriteAheadLog {
  readonly #disk: Disk;
  readonly #committed: CommittedFile;
  #file: DiskFile;
  #isUncertain = false;
  /** Bytes of the segments since the base, excluding the current one. */
  #olderBytes: number;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param olderBytes the bytes of the segments from the base to the one before `file` */
  constructor(disk: Disk, committed: CommittedFile, file: DiskFile, olderBytes: number) {
    this.#disk = disk;
    this.#committed = committed;
    this.#file = file;
    this.#olderBytes = olderBytes;
  }

  /** The acknowledged length. */
  get length(): CommittedLength {
    return this.#committed.length;
  }

  /** The number of bytes to replay after the base snapshot on recovery. */
  get bytes(): number {
    return this.#olderBytes + this.length.offset;
  }

  /** Appends changes durably; `revision` is that of the last one. After a rejection, none of them is in the log. */
  append(texts: readonly string[], revision: number): Promise<void> {
    return this.#exclusive(async () => {
      await this.#repair();
      const { length } = this;
      const { bytes, chain } = encodeRecords(texts, length.chain);
      try {
        this.#isUncertain = true;
        await writeFully(this.#file, bytes, length.offset);
        await this.#file.datasync();
        await this.#committed.write({ ...length, offset: length.offset + bytes.byteLength, chain, revision });
        this.#isUncertain = false;
      } catch (cause) {
        await this.#repair().catch(() => undefined); // retried before the next append
        throw cause;
      }
    });
  }

  /** Starts a new segment and returns its number. After a rejection, the log continues with the old segment. */
  rotate(): Promise<Header> {
    return this.#exclusive(async () => {
      await this.#repair();
      const { length } = this;
      const header: Header = {
        kind: 'log',
        segment: length.segment + 1,
        revision: length.revision,
        previousOffset: length.offset,
        previousChain: length.chain,
      };
      const { file, offset, chain } = await createSegment(this.#disk, header);
      try {
        await this.#committed.write({ ...length, segment: header.segment, offset, chain });
      } catch (cause) {
        await file.close().catch(() => undefined);
        await this.#repair().catch(() => undefined);
        throw cause;
      }
      this.#olderBytes += length.offset;
      const old = this.#file;
      this.#file = file;
      await old.close().catch(() => undefined); // everything in it is durable
      return header;
    });
  }

  /** Makes a complete snapshot the base of the log; `olderBytes` as in the constructor. */
  rebase(base: number): Promise<void> {
    return this.#exclusive(async () => {
      await this.#repair();
      try {
        await this.#committed.writeBoth({ ...this.length, base }); // the older slot's files are removed next
      } catch (cause) {
        await this.#repair().catch(() => undefined);
        throw cause;
      }
      this.#olderBytes = 0;
    });
  }

  /** Rejects if acknowledged data may be lost, because the files were removed or the disk failed. */
  check(): Promise<void> {
    return this.#exclusive(async () => {
      await this.#repair();
      await this.#file.datasync();
      await this.#committed.check();
    });
  }

  /** Closes the files. All acknowledged changes are already durable. */
  close(): Promise<void> {
    return this.#exclusive(async () => {
      await this.#file.close();
      await this.#committed.close();
    });
  }

  /**
   * Truncates the files to the committed length. The slot is written first: it may contain a length that is about to be
   * truncated, and after a crash in between, the slot must match the files or contain the older length.
   */
  async #repair(): Promise<void> {
    if (this.#committed.isUncertain) await this.#committed.write(this.length);
    if (!this.#isUncertain) return;
    await this.#file.truncate(this.length.offset);
    await this.#file.datasync();
    this.#isUncertain = false;
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined); // the caller receives the error
    return result;
  }
}

/** Creates a segment that contains only its header, durably. */
export async function createSegment(
  disk: Disk,
  header: Header,
): Promise<{ readonly file: DiskFile; readonly offset: number; readonly chain: number }> {
  const name = fileName('log', header.segment);
  const file = await disk.create(name);
  try {
    const { bytes, chain } = encodeRecords([headerText(header)], START.chain);
    await writeFully(file, bytes, 0);
    await file.datasync();
    await disk.syncDirectory();
    return { file, offset: bytes.byteLength, chain };
  } catch (cause) {
    await file.close().catch(() => undefined);
    await disk.remove(name).catch(() => undefined); // never acknowledged; the next attempt creates it again
    throw cause;
  }
}
