/**
 * Snapshots: all objects as of the start of a segment, written while the cluster is running.
 *
 * Stored objects are immutable, so a list of references is a consistent state. It is serialized and written in chunks,
 * yielding to the event loop in between. A snapshot is used only after it has been read back and verified.
 */

import type { KubeObject } from '../../model/json.js';
import type { ObjectTexts } from '../memory/object-texts.js';
import { objectText, parseChange } from './change-record.js';
import { damaged, damagedRecord } from './damage.js';
import { pathOn, writeFully, type Disk } from '../disk/disk.js';
import { encodeRecords, readRecords, START } from './record.js';
import { fileName, headerText, parseHeader, parseRecord, TEMPORARY_SNAPSHOT, type Header } from './segment.js';

/** Number of chunks between syncs of a snapshot, so that syncs of the log do not wait for all of it at once. */
const SYNC_CHUNKS = 32;

/** The objects of one resource. */
export interface CollectionDump {
  readonly groupResource: string;
  readonly objects: readonly KubeObject[];
}

/** Options of a snapshot. */
export interface SnapshotOptions {
  readonly header: Header;
  readonly dumps: readonly CollectionDump[];
  /** Cached texts to use. No text is added, since that would double the memory. */
  readonly texts: ObjectTexts;
  /** The number of bytes to serialize and write before yielding to the event loop. */
  readonly chunkBytes: number;
  /** Aborts the snapshot, with a rejection. */
  readonly signal: AbortSignal;
}

/** Writes a snapshot durably and returns its size. Rejects if the file does not read back as written. */
export async function writeSnapshot(disk: Disk, options: SnapshotOptions): Promise<number> {
  let written: Written;
  try {
    written = await writeTemporary(disk, options);
    await verify(disk, written, options.signal);
  } catch (cause) {
    await disk.remove(TEMPORARY_SNAPSHOT).catch(() => undefined); // else the next start removes it
    throw cause;
  }
  await disk.rename(TEMPORARY_SNAPSHOT, fileName('snapshot', options.header.segment));
  await disk.syncDirectory();
  return written.size;
}

interface Written {
  readonly size: number;
  /** The checksum of the last record. */
  readonly chain: number;
}

async function writeTemporary(
  disk: Disk,
  { header, dumps, texts: cache, chunkBytes, signal }: SnapshotOptions,
): Promise<Written> {
  const file = await disk.create(TEMPORARY_SNAPSHOT);
  let [offset, chain, synced] = [0, START.chain, 0];
  const write = async (texts: readonly string[]): Promise<void> => {
    signal.throwIfAborted();
    const encoded = encodeRecords(texts, chain);
    await writeFully(file, encoded.bytes, offset);
    chain = encoded.chain;
    offset += encoded.bytes.byteLength;
    if (offset - synced < SYNC_CHUNKS * chunkBytes) return;
    await file.datasync();
    synced = offset;
  };
  try {
    let texts = [headerText(header)];
    let size = 0;
    for (const { groupResource, objects } of dumps) {
      for (const object of objects) {
        const text = objectText(groupResource, cache.cached(object) ?? JSON.stringify(object));
        texts.push(text);
        size += text.length;
        if (size < chunkBytes) continue;
        await write(texts);
        [texts, size] = [[], 0];
      }
    }
    const count = dumps.reduce((sum, { objects }) => sum + objects.length, 0);
    await write([...texts, JSON.stringify({ objects: count })]);
    await file.datasync();
  } finally {
    await file.close();
  }
  return { size: offset, chain };
}

async function verify(disk: Disk, { chain }: Written, signal: AbortSignal): Promise<void> {
  const file = await disk.open(TEMPORARY_SNAPSHOT);
  try {
    const end = await readRecords(file, START, () => signal.throwIfAborted());
    const path = pathOn(disk, TEMPORARY_SNAPSHOT);
    if (end.kind !== 'end') throw damagedRecord(path, end);
    if (end.cursor.chain !== chain) throw damaged(path, 'it ends before the last record that was written');
  } finally {
    await file.close();
  }
}

/** Reads a snapshot, calling `visit` for each object, and returns its header. Throws `DATA_DIR_DAMAGED` if invalid. */
export async function readSnapshot(
  disk: Disk,
  segment: number,
  visit: (groupResource: string, object: KubeObject) => void,
): Promise<Header> {
  const name = fileName('snapshot', segment);
  const path = pathOn(disk, name);
  const file = await disk.open(name);
  let header: Header | undefined;
  let count = 0;
  let expected: unknown;
  try {
    const end = await readRecords(file, START, (text, { number }) => {
      if (!header) {
        header = parseHeader(text, path, 'snapshot', segment);
        return;
      }
      if (expected !== undefined) throw damaged(path, `record ${number} is after the last one`);
      const record = parseRecord(text, path, number);
      if (record['resource'] === undefined) {
        expected = record['objects'];
        return;
      }
      const change = parseChange(record, path, number);
      if (change.kind !== 'stored') throw damaged(path, `record ${number} holds no object`);
      count += 1;
      visit(change.groupResource, change.object);
    });
    if (end.kind !== 'end') throw damagedRecord(path, end);
    if (!header || expected === undefined) throw damagedRecord(path, end);
    if (expected !== count) throw damaged(path, `it holds ${count} of ${JSON.stringify(expected)} objects`);
    return header;
  } finally {
    await file.close();
  }
}
