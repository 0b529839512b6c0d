/**
 * The committed length: the acknowledged length of the log, stored in a separate file.
 *
 * It distinguishes an incomplete tail after a crash, which may be dropped, from damage to acknowledged records. Two
 * slots on separate pages are written alternately, so a torn write leaves the other slot intact.
 */

import { crc32 } from 'node:zlib';
import { isObject } from '../../model/json.js';
import { damaged, FORMAT_VERSION, unknownVersion } from './damage.js';
import { pathOn, readUpTo, writeFully, type Disk, type DiskFile } from '../disk/disk.js';
import { checksumText } from './record.js';

/** The end of the acknowledged part of the log. */
export interface CommittedLength {
  /** The number of the snapshot and segment at which recovery starts; the first segment has no snapshot. */
  readonly base: number;
  /** The current segment. */
  readonly segment: number;
  /** The acknowledged length of that segment in bytes. */
  readonly offset: number;
  /** The checksum of its last acknowledged record. */
  readonly chain: number;
  /** The revision of the last acknowledged change. */
  readonly revision: number;
}

/** The file's name. */
export const COMMITTED = 'committed';
const FORMAT = 'pipewright-committed';
const SLOT_BYTES = 4096;

interface Slot {
  /** The slot that must not be overwritten next. */
  readonly index: 0 | 1;
  readonly sequence: number;
  readonly length: CommittedLength;
}

/** The open file. Callers must not write concurrently. */
export class CommittedFile {
  readonly #file: DiskFile;
  #durable: Slot;
  #lastSequence: number;
  #isUncertain = false;

  private constructor(file: DiskFile, durable: Slot) {
    this.#file = file;
    this.#durable = durable;
    this.#lastSequence = durable.sequence;
  }

  /** Creates the file, which marks the directory as initialized: all other files must be durable before. */
  static async create(disk: Disk, length: CommittedLength): Promise<CommittedFile> {
    const temporary = `${COMMITTED}.tmp`;
    const file = await disk.create(temporary);
    await writeFully(file, encodeSlot(0, length), 0);
    await writeFully(file, encodeSlot(1, length), SLOT_BYTES);
    await file.datasync();
    await disk.rename(temporary, COMMITTED);
    await disk.syncDirectory();
    return new CommittedFile(file, { index: 1, sequence: 1, length });
  }

  /** Opens the file. Throws `DATA_DIR_DAMAGED` if neither slot is valid. */
  static async open(disk: Disk): Promise<CommittedFile> {
    const file = await disk.open(COMMITTED);
    const bytes = await readUpTo(file, 2 * SLOT_BYTES);
    const path = pathOn(disk, COMMITTED);
    const slots = ([0, 1] as const).flatMap((index) => {
      const found = decodeSlot(bytes.subarray(index * SLOT_BYTES, (index + 1) * SLOT_BYTES), path);
      return found ? [{ index, ...found }] : [];
    });
    const [newest, older] = slots.sort((one, other) => other.sequence - one.sequence);
    if (!newest) throw damaged(path, 'record 1 at byte 0 and record 2 at byte 4096 have wrong checksums');
    // The newest slot may be only in the page cache, if its writer was killed or could not sync it. The older slot is
    // durable, so the next write overwrites the newest.
    return new CommittedFile(file, { ...newest, index: older?.index ?? newest.index });
  }

  /** The acknowledged length. */
  get length(): CommittedLength {
    return this.#durable.length;
  }

  /** Whether a later write failed, so the file may contain either length. */
  get isUncertain(): boolean {
    return this.#isUncertain;
  }

  /** Writes a length durably. After a rejection, the file may contain either length until a later write succeeds. */
  async write(length: CommittedLength): Promise<void> {
    const index = this.#durable.index === 0 ? 1 : 0; // never the slot that is known to be durable
    this.#isUncertain = true;
    this.#lastSequence += 1;
    const sequence = this.#lastSequence;
    await writeFully(this.#file, encodeSlot(sequence, length), index * SLOT_BYTES);
    await this.#file.datasync();
    this.#durable = { index, sequence, length };
    this.#isUncertain = false;
  }

  /** Writes a length durably to both slots, so that damage to one slot cannot restore an older length. */
  async writeBoth(length: CommittedLength): Promise<void> {
    await this.write(length);
    await this.write(length);
  }

  /** Rejects if the file is not writable or was removed. */
  async check(): Promise<void> {
    await this.#file.datasync();
  }

  /** Closes the file. */
  close(): Promise<void> {
    return this.#file.close();
  }
}

function encodeSlot(sequence: number, { base, segment, offset, chain, revision }: CommittedLength): Buffer {
  const record = { format: FORMAT, version: FORMAT_VERSION, sequence, base, segment, offset, chain, revision };
  const text = JSON.stringify(record);
  return Buffer.from(`${checksumText(crc32(text))} ${text}`.padEnd(SLOT_BYTES - 1) + '\n');
}

/** Decodes a slot. Returns undefined if it was never written, or only partly. */
function decodeSlot(bytes: Buffer, path: string): Omit<Slot, 'index'> | undefined {
  const line = bytes.toString('utf8').trimEnd();
  const text = line.slice(9);
  if (text === '' || line.slice(0, 9) !== `${checksumText(crc32(text))} `) return undefined;
  const read: unknown = JSON.parse(text);
  if (!isObject(read) || read['format'] !== FORMAT) throw damaged(path, `it is not a file of format ${FORMAT}`);
  if (read['version'] !== FORMAT_VERSION) throw unknownVersion(path, read['version']);
  const number = (field: string): number => Number(read[field]);
  const { sequence, ...length } = {
    sequence: number('sequence'),
    base: number('base'),
    segment: number('segment'),
    offset: number('offset'),
    chain: number('chain'),
    revision: number('revision'),
  };
  return { sequence, length };
}
