/**
 * Pipes for what containers print: real ones, made with mkfifo and used again once the container is no more.
 *
 * Node itself gives children sockets, and a socket cannot be opened again: `echo hello > /dev/stderr` would fail. One
 * pipe carries both streams, so their order is kept. They are made in batches,
 * and used again, because a file system takes the longer to make a file the more were removed lately.
 */

import { randomBytes } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { OutputSink } from '../runtime.js';

/** How many pipes are made at least, when one is wanted. */
const LEAST = 16;

/** One pipe, of which both ends are open here until its writer has it. */
export interface Pipe {
  /** Where a writer opens it. */
  readonly path: string;
  /** The writer has it: when that one closes it, the reading ends. Repeating it does nothing. */
  release(): void;
  /** Hands everything to a sink until the last writer is gone. */
  drain(sink: OutputSink): Promise<void>;
  /** It is drained and no process has it open: it may be used again. */
  giveBack(): void;
  /** Gives up a pipe that no process will read or write. */
  discard(): void;
}

/** The unused pipes of one directory. */
interface UnusedPipes {
  readonly ready: string[];
  /** How many containers want one. */
  wanted: number;
  /** Settles when there are more. */
  making: Promise<void> | undefined;
}

/** Makes pipes in a directory. */
export class PipePool {
  readonly #mkfifo: (paths: readonly string[]) => Promise<void>;
  readonly #unused = new Map<string, UnusedPipes>();
  readonly #name = `pipe-${randomBytes(6).toString('hex')}`;
  #made = 0;

  /** @param mkfifo makes pipes that any user may write to */
  constructor(mkfifo: (paths: readonly string[]) => Promise<void>) {
    this.#mkfifo = mkfifo;
  }

  async take(directory: string): Promise<Pipe> {
    let unused = this.#unused.get(directory);
    if (unused === undefined) this.#unused.set(directory, (unused = { ready: [], wanted: 0, making: undefined }));
    const path = unused.ready.pop() ?? (await this.#waitFor(directory, unused));
    const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = openSync(path, constants.O_WRONLY);
    return pipe(path, readEnd, writeEnd, unused.ready);
  }

  async #waitFor(directory: string, unused: UnusedPipes): Promise<string> {
    unused.wanted += 1;
    try {
      for (;;) {
        await (unused.making ??= this.#make(directory, unused)); // one batch for all who wait
        const path = unused.ready.pop();
        if (path !== undefined) return path;
      }
    } finally {
      unused.wanted -= 1;
    }
  }

  async #make(directory: string, unused: UnusedPipes): Promise<void> {
    try {
      mkdirSync(directory, { recursive: true });
      await Promise.resolve(); // all who ask now are counted
      const paths = Array.from({ length: Math.max(LEAST, unused.wanted) }, () =>
        join(directory, `${this.#name}-${this.#made++}`),
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
    giveBack: () => ready.push(path),
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
