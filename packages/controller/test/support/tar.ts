/** Creates POSIX tar archives for tests, including malicious ones that no tar program would create. */

import { gzipSync } from 'node:zlib';

/** One member of an archive. */
export interface TarEntry {
  readonly name: string;
  /** POSIX type: `0` file, `1` hard link, `2` symlink, `3` and `4` devices, `5` directory, `6` FIFO. @default `0` */
  readonly type?: string;
  readonly mode?: number;
  readonly text?: string | Buffer;
  /** The target of a link. */
  readonly target?: string;
  readonly owner?: number;
  /** The size in the header. Default: the length of the text. */
  readonly size?: number;
}

/** Returns an archive with these members, in this order. */
export function plainTarOf(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const body = Buffer.from(entry.text ?? '');
    return [headerOf(entry, body.length), body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** Returns a gzip-compressed archive with these members, in this order. */
export const tarOf = (entries: readonly TarEntry[]): Buffer => gzipSync(plainTarOf(entries));

function headerOf({ name, type = '0', mode = 0o644, target = '', owner = 0, size }: TarEntry, length: number): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, offset: number, width: number): void =>
    void block.write(value.toString(8).padStart(width - 1, '0'), offset, 'latin1');
  block.write(name, 0, 100, 'utf8');
  octal(mode, 100, 8);
  octal(owner, 108, 8);
  octal(owner, 116, 8);
  octal(size ?? length, 124, 12);
  octal(0, 136, 12);
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write(target, 157, 100, 'utf8');
  block.write('ustar\x0000', 257, 'latin1');
  octal(1, 329, 8);
  octal(3, 337, 8);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}
