/** File operations of container logs, as an interface, so that tests can inject failures. */

import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** File operations of a container log. */
export interface LogDisk {
  /** Opens a file, creating it and its directory. @returns its descriptor and length */
  open(path: string): { readonly fd: number; readonly length: number };
  /** Writes at a position. @returns how many bytes were written, at least one */
  write(fd: number, bytes: Uint8Array, position: number): number;
  /** Reads into a buffer from a position. */
  read(fd: number, buffer: Uint8Array, position: number): void;
  truncate(fd: number, length: number): void;
  close(fd: number): void;
}

/** File operations of this machine. */
export const machineDisk: LogDisk = {
  open: (path) => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const fd = openSync(path, 'a+', 0o600);
    return { fd, length: fstatSync(fd).size };
  },
  write: (fd, bytes) => writeSync(fd, bytes), // appends, wherever the position is
  read: (fd, buffer, position) => void readSync(fd, buffer, 0, buffer.length, position),
  truncate: ftruncateSync,
  close: closeSync,
};
