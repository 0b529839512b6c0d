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
  const bodies: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [name, { text, mode = 0o100644, stored = false, size }] of Object.entries(entries)) {
    const packed = stored ? Buffer.from(text) : deflateRawSync(Buffer.from(text));
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(stored ? 0 : 8, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(size ?? Buffer.byteLength(text), 24);
    central.writeUInt16LE(Buffer.byteLength(name), 28);
    central.writeUInt32LE((mode << 16) >>> 0, 38);
    central.writeUInt32LE(at, 42);
    bodies.push(local, Buffer.from(name), packed);
    list.push(central, Buffer.from(name));
    at += 30 + Buffer.byteLength(name) + packed.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, directory, end]);
}
