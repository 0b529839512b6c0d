/**
 * Recovers a data directory: reads the snapshot, then the segments after it.
 *
 * The log must be intact up to the committed length, or the directory is rejected. Later changes were never
 * acknowledged: complete records are kept, and an incomplete tail after a crash is dropped with a notice.
 */

import { systemCode } from '../../platform/cluster-error.js';
import { checkHeapCapacity } from '../memory/capacity.js';
import { parseChange, type StoredChange } from './change-record.js';
import { COMMITTED, CommittedFile, type CommittedLength } from './committed-file.js';
import { damaged, damagedRecord, missing } from './damage.js';
import { pathOn, readUpTo, writeFully, type Disk, type DiskFile } from '../disk/disk.js';
import { encodeRecords, readRecords, START, type Cursor, type ReadResult } from './record.js';
import {
  fileName,
  headerText,
  parseFileName,
  parseHeader,
  parseRecord,
  TEMPORARY_SNAPSHOT,
  type Header,
} from './segment.js';
import { readSnapshot } from './snapshot.js';
import { Store } from '../memory/store.js';
import { createSegment, WriteAheadLog } from './write-ahead-log.js';

/** The recovered state of a directory. */
export interface RecoveryResult {
  readonly store: Store;
  readonly log: WriteAheadLog;
}

/** Options of recovery. */
export interface RecoveryOptions {
  readonly disk: Disk;
  /** Receives a message about dropped data. */
  readonly notice: (line: string) => void;
  readonly onBug: (error: unknown) => void;
  /** The maximum size of all objects in bytes. */
  readonly capacityBytes: number;
}

/** Whether a directory is initialized: all other files were durable before this file was created. */
export const isInitialized = (names: readonly string[]): boolean => names.includes(COMMITTED);

/** Initializes an empty directory. Throws `DATA_DIR_DAMAGED` if it contains remains of an earlier cluster. */
export async function initialize({ disk, onBug, capacityBytes }: RecoveryOptions): Promise<RecoveryResult> {
  await checkNoRemains(disk);
  const header: Header = { kind: 'log', segment: 1, revision: 0, previousOffset: 0, previousChain: 0 };
  const { file, offset, chain } = await createSegment(disk, header);
  const committed = await CommittedFile.create(disk, { base: 1, segment: 1, offset, chain, revision: 0 });
  return { store: new Store(0, onBug, capacityBytes), log: new WriteAheadLog(disk, committed, file, 0) };
}

/** Throws if there are remains of an earlier cluster. An interrupted start leaves only an empty first segment. */
async function checkNoRemains(disk: Disk): Promise<void> {
  for (const name of await disk.list()) {
    const found = parseFileName(name);
    if (!found) continue;
    const path = pathOn(disk, COMMITTED);
    if (found.kind === 'snapshot' || found.segment !== 1) throw missing(path, `it belongs to ${name}`);
    const file = await disk.open(name);
    try {
      const { cursor } = await readRecords(file, START, () => undefined);
      if (cursor.number > 1) throw missing(path, `it belongs to ${name}, which holds ${cursor.number - 1} changes`);
    } finally {
      await file.close();
    }
  }
}

/** Recovers the state. Throws `DATA_DIR_DAMAGED` if any acknowledged change is missing. */
export async function recover(options: RecoveryOptions): Promise<RecoveryResult> {
  const { disk, onBug, capacityBytes } = options;
  const committed = await CommittedFile.open(disk);
  const opened: DiskFile[] = [];
  try {
    const store = new Store(0, onBug, capacityBytes);
    const { file, end, olderBytes } = await readLog(options, committed.length, store, opened);
    await dropTail(disk, file, end, options.notice);
    await disk.syncDirectory(); // the previous process may have been killed before syncing
    await rewriteTail(file, end, committed.length);
    const { offset, chain } = end.cursor;
    const { base } = committed.length;
    await committed.writeBoth({ base, segment: end.segment, offset, chain, revision: end.revision });
    store.resume(end.revision);
    await removeLeftovers(disk, committed.length);
    return { store, log: new WriteAheadLog(disk, committed, file, olderBytes) };
  } catch (cause) {
    for (const file of [...opened, committed]) await file.close().catch(() => undefined);
    throw cause;
  }
}

interface ReadLog {
  /** The last segment, open for appending. */
  readonly file: DiskFile;
  readonly end: SegmentEnd;
  /** The bytes of the segments before it. */
  readonly olderBytes: number;
}

/** Restores the snapshot and the later segments. Files that remain open are in `opened`. */
async function readLog(
  { disk }: RecoveryOptions,
  committed: CommittedLength,
  store: Store,
  opened: DiskFile[],
): Promise<ReadLog> {
  const { base } = committed;
  let end = base === 1 ? NOTHING : await readBase(disk, base, store);
  let read: ReadLog | undefined;
  for (let number = base; end.kind === 'end'; number += 1) {
    const file = await openSegment(disk, number, committed.segment, end);
    if (!file) break;
    await opened.pop()?.close();
    opened.push(file);
    const olderBytes = read ? read.olderBytes + end.cursor.offset : 0;
    end = await readSegment({ disk, file, store, before: end, committed });
    read = { file, end, olderBytes };
  }
  if (!read) throw missing(pathOn(disk, fileName('log', base)), 'the log begins with it');
  return read;
}

/** The current position of recovery. */
interface SegmentEnd {
  readonly segment: number;
  readonly kind: ReadResult['kind'];
  readonly cursor: Cursor;
  readonly revision: number;
}

const NOTHING: SegmentEnd = { segment: 0, kind: 'end', cursor: START, revision: 0 };

/** Reads the snapshot that precedes the first segment to replay. */
async function readBase(disk: Disk, base: number, store: Store): Promise<SegmentEnd> {
  try {
    const header = await readSnapshot(disk, base, (groupResource, object) => {
      store.restore(groupResource, object);
      checkHeapCapacity(disk.path, store);
    });
    const cursor = { number: 0, offset: header.previousOffset, chain: header.previousChain };
    return { segment: base - 1, kind: 'end', cursor, revision: header.revision };
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw cause;
    throw missing(pathOn(disk, fileName('snapshot', base)), 'it contains the state before the log');
  }
}

/** Opens the next segment. Returns undefined if none follows the committed one. */
async function openSegment(
  disk: Disk,
  number: number,
  committedSegment: number,
  before: SegmentEnd,
): Promise<DiskFile | undefined> {
  const name = fileName('log', number);
  let file: DiskFile;
  try {
    file = await disk.open(name);
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw cause;
    if (number > committedSegment) return undefined;
    throw missing(pathOn(disk, name), `acknowledged changes are in the log up to number ${committedSegment}`);
  }
  if (number <= committedSegment || (await continues(file, before))) return file;
  await file.close(); // created but never used
  return undefined;
}

/** Whether a segment after the committed one starts where the previous segment ends. */
async function continues(file: DiskFile, before: SegmentEnd): Promise<boolean> {
  const expected = headerText({
    kind: 'log',
    segment: before.segment + 1,
    revision: before.revision,
    previousOffset: before.cursor.offset,
    previousChain: before.cursor.chain,
  });
  const { bytes } = encodeRecords([expected], START.chain);
  return bytes.equals(await readUpTo(file, bytes.byteLength));
}

/** Applies the changes of a segment. */
async function readSegment(options: {
  readonly disk: Disk;
  readonly file: DiskFile;
  readonly store: Store;
  readonly before: SegmentEnd;
  readonly committed: CommittedLength;
}): Promise<SegmentEnd> {
  const { disk, file, store, before, committed } = options;
  const segment = before.segment + 1;
  const path = pathOn(disk, fileName('log', segment));
  const isLast = segment === committed.segment;
  let { revision } = before;
  let acknowledged: Cursor = START;
  const end = await readRecords(file, START, (text, cursor) => {
    if (isLast && cursor.offset === committed.offset) acknowledged = cursor;
    if (cursor.number === 1) {
      checkContinues(parseHeader(text, path, 'log', segment), before, path);
      return;
    }
    const record = parseRecord(text, path, cursor.number);
    const next = Number(record['revision']);
    if (!(next > revision)) throw damaged(path, `record ${cursor.number} has revision ${next}, which is not new`);
    revision = next;
    restoreChange(store, parseChange(record, path, cursor.number));
    checkHeapCapacity(disk.path, store);
  });
  if (segment < committed.segment && end.kind !== 'end') throw damagedRecord(path, end);
  if (isLast && end.cursor.offset < committed.offset) throw damagedRecord(path, end);
  if (isLast && acknowledged.chain !== committed.chain) {
    throw damaged(path, `the record before byte ${committed.offset} is not the one that was acknowledged`);
  }
  return { segment, kind: end.kind, cursor: end.cursor, revision };
}

function checkContinues(header: Header, before: SegmentEnd, path: string): void {
  const { revision, previousOffset, previousChain } = header;
  const { cursor } = before;
  if (revision === before.revision && previousOffset === cursor.offset && previousChain === cursor.chain) return;
  const reason = `record 1 at byte 0 says that the log before it ends at byte ${previousOffset} and revision ${revision}`;
  throw damaged(path, `${reason}, but it ends at byte ${cursor.offset} and revision ${before.revision}`);
}

function restoreChange(store: Store, change: StoredChange): void {
  if (change.kind === 'stored') store.restore(change.groupResource, change.object);
  else store.restoreDeletion(change.groupResource, change.namespace, change.name);
}

/** Truncates a segment after the last complete record. */
async function dropTail(disk: Disk, file: DiskFile, end: SegmentEnd, notice: (line: string) => void): Promise<void> {
  const { number, offset } = end.cursor;
  const size = await file.size();
  if (size === offset) return;
  const path = pathOn(disk, fileName('log', end.segment));
  notice(
    `${path}: dropped ${size - offset} bytes after record ${number} at byte ${offset}: a write that was never acknowledged`,
  );
  await file.truncate(offset);
}

/**
 * Makes the recovered records after the committed length durable before they are served. They are rewritten, because
 * the previous process may have failed to sync them: they are then readable from the page cache, but another sync would
 * not write them.
 */
async function rewriteTail(file: DiskFile, end: SegmentEnd, committed: CommittedLength): Promise<void> {
  const buffer = Buffer.allocUnsafe(64 * 1024);
  let offset = end.segment === committed.segment ? committed.offset : 0;
  while (offset < end.cursor.offset) {
    const count = await file.read(buffer.subarray(0, Math.min(buffer.length, end.cursor.offset - offset)), offset);
    if (count === 0) break;
    await writeFully(file, buffer.subarray(0, count), offset);
    offset += count;
  }
  await file.datasync();
}

/** Removes files left by an interrupted rotation or snapshot. */
async function removeLeftovers(disk: Disk, { base, segment }: CommittedLength): Promise<void> {
  const isLeftover = (name: string): boolean => {
    if (name === TEMPORARY_SNAPSHOT || name === `${COMMITTED}.tmp`) return true;
    const found = parseFileName(name);
    if (!found) return false;
    return found.segment < base || (found.kind === 'log' ? found.segment > segment : found.segment !== base);
  };
  for (const name of (await disk.list()).filter(isLeftover)) await disk.remove(name);
}
