/** Creates zip archives for tests, with modes and names that no zip program would create. */

import { deflateRawSync } from 'node:zlib';

/** One member of an archive. */
export interface ZipEntry {
  readonly text: string;
  readonly mode?: number;
  readonly stored?: boolean;
  /** The size in the header. Default: the size of the text. */
  readonly size?: number;
}

/** Returns a zip archive with these entries. */
export function zipOf(entries: Readonly<Record<string, ZipEntry>>): Buffer {
  const contents: Buffer[] = [];
  const list: Buffer[] = [];
  let offset = 0;
  for (const [name, { text, mode = 0o100644, stored = false, size }] of Object.entries(entries)) {
    const compressed = stored ? Buffer.from(text) : deflateRawSync(Buffer.from(text));
    const localHeader = Buffer.alloc(30);
    localHeader.writeUInt32LE(0x04034b50, 0);
    localHeader.writeUInt16LE(Buffer.byteLength(name), 26);
    const centralHeader = Buffer.alloc(46);
    centralHeader.writeUInt32LE(0x02014b50, 0);
    centralHeader.writeUInt16LE(stored ? 0 : 8, 10);
    centralHeader.writeUInt32LE(compressed.length, 20);
    centralHeader.writeUInt32LE(size ?? Buffer.byteLength(text), 24);
    centralHeader.writeUInt16LE(Buffer.byteLength(name), 28);
    centralHeader.writeUInt32LE((mode << 16) >>> 0, 38);
    centralHeader.writeUInt32LE(offset, 42);
    contents.push(localHeader, Buffer.from(name), compressed);
    list.push(centralHeader, Buffer.from(name));
    offset += 30 + Buffer.byteLength(name) + compressed.length;
  }
  const directory = Buffer.concat(list);
  const endRecord = Buffer.alloc(22);
  endRecord.writeUInt32LE(0x06054b50, 0);
  endRecord.writeUInt16LE(Object.keys(entries).length, 10);
  endRecord.writeUInt32LE(directory.length, 12);
  endRecord.writeUInt32LE(offset, 16);
  return Buffer.concat([...contents, directory, endRecord]);
}
