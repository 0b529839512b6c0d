/** Reads the first regular file of a tar archive: the form of the layers of a Tekton bundle. */

const BLOCK = 512;

const textAt = (archive: Buffer, offset: number, length: number): string =>
  (archive.toString('latin1', offset, offset + length).split('\0', 1)[0] ?? '').trim();

/** Returns the content of the first regular file; undefined if the archive is damaged or has none. */
export function firstFileOf(archive: Buffer): Buffer | undefined {
  for (let offset = 0; offset + BLOCK <= archive.length;) {
    const size = Number.parseInt(textAt(archive, offset + 124, 12), 8);
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    const start = offset + BLOCK;
    const isFile = ['0', ''].includes(textAt(archive, offset + 156, 1));
    if (isFile && size > 0) return start + size <= archive.length ? archive.subarray(start, start + size) : undefined;
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}
