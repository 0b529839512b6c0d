/**
 * Pipes for the output of containers, created with mkfifo and reused.
 *
 * Node's own pipes are sockets, which cannot be opened again: `echo hello > /dev/stderr` would fail. One pipe carries both streams, so
 * their order is kept. Pipes are created in batches and reused, because creating a file gets slower the more files were removed
 * recently.
 */

import { randomBytes } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { OutputSink } from '../runtime.js';

/** The least number of pipes per batch. */
const MIN_PIPES = 16;

/** A pipe. Both ends are open in this process until the writer has opened it. */
export interface Pipe {
  /** The path that the writer opens. */
  readonly path: string;
  /** Closes this process's write end: reading ends when the writer closes its end. Repeated calls have no effect. */
  release(): void;
  /** Passes all output to a sink until the last writer closes the pipe. */
  drain(sink: OutputSink): Promise<void>;
  /** Returns a drained pipe, which no process has open, for reuse. */
  recycle(): void;
  /** Discards a pipe that no process will use. */
  discard(): void;
}

/** The unused pipes of one directory. */
interface UnusedPipes {
  readonly ready: string[];
  /** The number of containers that wait for a pipe. */
  waiting: number;
  /** Settles when more pipes exist. */
  making: Promise<void> | undefined;
}

/** A pool of pipes per directory. */
export class PipePool {
  readonly #mkfifo: (paths: readonly string[]) => Promise<void>;
  readonly #unused = new Map<string, UnusedPipes>();
  readonly #name = `pipe-${randomBytes(6).toString('hex')}`;
  #created = 0;

  /** @param mkfifo creates pipes that any user may write to */
  constructor(mkfifo: (paths: readonly string[]) => Promise<void>) {
    this.#mkfifo = mkfifo;
  }

  async take(directory: string): Promise<Pipe> {
    let unused = this.#unused.get(directory);
    if (unused === undefined) this.#unused.set(directory, (unused = { ready: [], waiting: 0, making: undefined }));
    const path = unused.ready.pop() ?? (await this.#waitFor(directory, unused));
    const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = openSync(path, constants.O_WRONLY);
    return pipe(path, readEnd, writeEnd, unused.ready);
  }

  async #waitFor(directory: string, unused: UnusedPipes): Promise<string> {
    unused.waiting += 1;
    try {
      for (;;) {
        await (unused.making ??= this.#make(directory, unused)); // one batch for all waiting callers
        const path = unused.ready.pop();
        if (path !== undefined) return path;
      }
    } finally {
      unused.waiting -= 1;
    }
  }

  async #make(directory: string, unused: UnusedPipes): Promise<void> {
    try {
      mkdirSync(directory, { recursive: true });
      await Promise.resolve(); // includes all callers of this turn
      const paths = Array.from({ length: Math.max(MIN_PIPES, unused.waiting) }, () =>
        join(directory, `${this.#name}-${this.#created++}`),
      );
      await this.#mkfifo(paths);
      unused.ready.push(...paths);
    } finally {
      unused.making = undefined;
    }
  }
}

function pipe(path: string, readEnd: number, writeEnd: number, ready: string[]): Pipe {
  let released = false;
  const release = (): void => {
    if (released) return;
    released = true;
    closeSync(writeEnd);
  };
  return {
    path,
    release,
    recycle: () => ready.push(path),
    discard: () => {
      release();
      closeSync(readEnd);
      unlinkSync(path);
    },
    drain: (sink) =>
      new Promise((resolve) => {
        const socket = new Socket({ fd: readEnd, readable: true, writable: false });
        socket.on('data', (chunk: Buffer) => {
          const wait = sink.write(chunk);
          if (wait === undefined) return;
          socket.pause();
          void wait.finally(() => socket.resume());
        });
        socket.on('error', () => socket.destroy());
        socket.on('close', () => resolve());
      }),
  };
}
