/**
 * A small process that is told what to start by its standard input, and answers by lines.
 *
 * To start a process is to copy the address space's tables of the one that starts it: for Node with a few hundred
 * megabytes that takes tens of milliseconds, during which nothing else happens; for a shell or Perl it takes none. What
 * is asked and answered is the business of those who use this (`shell-zygote.ts`, `perl-zygote.ts`).
 */

import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';

/** What to start, and whom to tell. */
export interface HelperProcessOptions {
  readonly file: string;
  readonly args: readonly string[];
  /** A line it said. */
  readonly onLine: (line: string) => void;
  /** It is gone; the next thing told starts another. */
  readonly onExit: () => void;
}

/** One small process, started when it is first told something. */
export class HelperProcess {
  readonly #options: HelperProcessOptions;
  #child: ChildProcess | undefined;
  #complaint = '';
  #isKeptAlive = false;

  constructor(options: HelperProcessOptions) {
    this.#options = options;
  }

  /** What it said on its standard error: why nothing can be started, when nothing can. */
  get errorOutput(): string {
    return this.#complaint.trim();
  }

  /** Tells it something, and keeps our own process alive until it is told to let go. */
  send(text: string | Buffer): void {
    const child = (this.#child ??= this.#start());
    this.keepAlive(true);
    child.stdin?.write(text);
  }

  /** Whether it keeps our process alive: while it runs something, and no longer. It waits for us, not we for it. */
  keepAlive(held: boolean): void {
    if (this.#child === undefined || held === this.#isKeptAlive) return;
    this.#isKeptAlive = held;
    for (const it of handlesOf(this.#child)) {
      if (held) it?.ref();
      else it?.unref();
    }
  }

  #start(): ChildProcess {
    const { file, args, onLine: heard, onExit: gone } = this.#options;
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: {}, detached: true });
    this.#complaint = '';
    this.#isKeptAlive = true; // as Node has it at the start
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) heard(line);
    });
    child.stderr.on('data', (chunk: Buffer) => (this.#complaint = (this.#complaint + chunk.toString()).slice(0, 2000)));
    child.stdin.on('error', () => undefined); // it is gone, and `close` says so
    child.once('error', (error) => (this.#complaint += error.message));
    child.once('close', () => {
      if (this.#child === child) this.#child = undefined;
      gone();
    });
    return child;
  }
}

/** The pipes of a child are sockets, which Node's types do not say. */
const handlesOf = (child: ChildProcess): (ChildProcess | Socket | null)[] =>
  [child, child.stdin, child.stdout, child.stderr] as (ChildProcess | Socket | null)[]; // see above
