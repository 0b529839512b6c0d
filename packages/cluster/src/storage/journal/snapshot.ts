/**
 * Snapshots: all objects as of the beginning of a segment, written while the cluster goes on.
 *
 * Stored objects never change, so a list of references is a consistent state; it is serialized and written in pieces between which
 * others get their turn. A snapshot counts only when it has been read back and found whole.
 */

import type { KubeObject } from '../../model/json.js';
import type { ObjectTexts } from '../memory/object-texts.js';
import { objectText, parseChange } from './change-record.js';
import { damaged, damagedRecord } from './damage.js';
import { pathOn, writeFully, type Disk } from '../disk/disk.js';
import { encodeRecords, readRecords, START } from './record.js';
import { fileName, headerText, parseHeader, parseRecord, TEMPORARY_SNAPSHOT, type Header } from './segment.js';

/** After so many pieces a snapshot is synced: syncs of the log would wait for all of it together otherwise. */
const SYNC_CHUNKS = 32;

/** The objects of one resource. */
export interface CollectionDump {
  readonly groupResource: string;
  readonly objects: readonly KubeObject[];
}

/** How a snapshot is written. */
export interface SnapshotOptions {
  readonly header: Header;
  readonly dumps: readonly CollectionDump[];
  /** Cached texts are used; no text is added, since that would double the memory. */
  readonly texts: ObjectTexts;
  /** How many bytes are serialized and written before others get their turn. */
  readonly chunkBytes: number;
  /** Ends the work early, with a rejection. */
  readonly signal: AbortSignal;
}

/** Writes a snapshot durably under its name; returns its size. Rejects when it is not read back as it was written. */
export async function writeSnapshot(disk: Disk, options: SnapshotOptions): Promise<number> {
  let written: Written;
  try {
    written = await writeTemporary(disk, options);
    await verify(disk, written, options.signal);
  } catch (cause) {
    await disk.remove(TEMPORARY_SNAPSHOT).catch(() => undefined); // removed by the next start otherwise
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

/** Reads a snapshot, calling `visit` for each object; returns its header. Throws `DATA_DIR_DAMAGED` unless all of it is whole. */
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
      if (expected !== undefined) throw damaged(path, `record ${number} is behind the last one`);
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
