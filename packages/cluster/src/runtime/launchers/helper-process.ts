/**
 * A long-lived helper process that reads requests from its standard input and answers in lines.
 *
 * To start a process is to copy the address space's tables of the one that starts it: for Node with a few hundred
 * megabytes that takes tens of milliseconds, during which nothing else happens; for a shell or Perl it takes none. What
 * is asked and answered is the business of those who use this (`shell-zygote.ts`, `perl-zygote.ts`).
 */

import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';

/** The program to run, and its callbacks. */
export interface HelperProcessOptions {
  readonly file: string;
  readonly args: readonly string[];
  /** Called with each line of its standard output. */
  readonly onLine: (line: string) => void;
  /** Called when it has exited; the next request starts another. */
  readonly onExit: () => void;
}

/** One helper process, started with the first request. */
export class HelperProcess {
  readonly #options: HelperProcessOptions;
  #child: ChildProcess | undefined;
  #complaint = '';
  #isKeptAlive = false;

  constructor(options: HelperProcessOptions) {
    this.#options = options;
  }

  /** The text of its standard error. */
  get errorOutput(): string {
    return this.#complaint.trim();
  }

  /** Sends a request, and keeps this process alive until `keepAlive(false)`. */
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
    const { file, args, onLine, onExit: gone } = this.#options;
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: {}, detached: true });
    this.#complaint = '';
    this.#isKeptAlive = true; // as Node has it at the start
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
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
