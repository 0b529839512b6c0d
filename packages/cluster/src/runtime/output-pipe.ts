/**
 * Pipes for what containers print: real ones, made with mkfifo and unlinked as soon as the container has its end.
 *
 * Node itself gives children sockets, and a socket cannot be opened again: `echo hello > /dev/stderr` would fail. One
 * pipe carries both streams, so their order is kept. Making them in batches costs a twentieth of a process a container.
 */

import { randomBytes } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { OutputSink } from './runtime.js';

const BATCH = 32;

/** One pipe, of which both ends are open here until its writer has it. */
export interface Pipe {
  /** Where a writer opens it, until it is released. */
  readonly path: string;
  /** The writer has it: when that one closes it, the reading ends. Repeating it does nothing. */
  release(): void;
  /** Hands everything to a sink until the last writer is gone. */
  drain(sink: OutputSink): Promise<void>;
  /** Gives up a pipe nobody will read or write. */
  discard(): void;
}

/** Makes pipes in a directory. */
export class PipePool {
  readonly #mkfifo: (paths: readonly string[]) => Promise<void>;
  readonly #ready = new Map<string, string[]>();
  readonly #name = `pipe-${randomBytes(6).toString('hex')}`;
  #made = 0;

  /** @param mkfifo makes pipes that any user may write to */
  constructor(mkfifo: (paths: readonly string[]) => Promise<void>) {
    this.#mkfifo = mkfifo;
  }

  async take(directory: string): Promise<Pipe> {
    let ready = this.#ready.get(directory);
    if (ready === undefined) this.#ready.set(directory, (ready = []));
    const path = ready.pop() ?? (await this.#make(directory, ready));
    const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = openSync(path, constants.O_WRONLY);
    return pipe(path, readEnd, writeEnd);
  }

  async #make(directory: string, ready: string[]): Promise<string> {
    mkdirSync(directory, { recursive: true });
    const paths = Array.from({ length: BATCH }, () => join(directory, `${this.#name}-${this.#made++}`));
    await this.#mkfifo(paths);
    const [first = '', ...others] = paths;
    ready.push(...others);
    return first;
  }
}

function pipe(path: string, readEnd: number, writeEnd: number): Pipe {
  let released = false;
  const release = (): void => {
    if (released) return;
    released = true;
    closeSync(writeEnd);
    unlinkSync(path);
  };
  return {
    path,
    release,
    discard: () => {
      release();
      closeSync(readEnd);
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
