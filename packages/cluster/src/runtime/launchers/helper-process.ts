/**
 * A long-lived helper process that reads requests from its standard input and answers in lines.
 *
 * Starting a process copies the page tables of its parent: for Node with a few hundred megabytes that takes tens of milliseconds, during
 * which nothing else runs; for a shell or Perl it is negligible. The protocols belong to the users of this module (`shell-zygote.ts`,
 * `perl-zygote.ts`).
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

  /** Whether the helper keeps this process alive: only while it runs something. */
  keepAlive(held: boolean): void {
    if (this.#child === undefined || held === this.#isKeptAlive) return;
    this.#isKeptAlive = held;
    for (const it of handlesOf(this.#child)) {
      if (held) it?.ref();
      else it?.unref();
    }
  }

  #start(): ChildProcess {
    const { file, args, onLine, onExit: handleExit } = this.#options;
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: {}, detached: true });
    this.#complaint = '';
    this.#isKeptAlive = true; // Node's default
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    });
    child.stderr.on('data', (chunk: Buffer) => (this.#complaint = (this.#complaint + chunk.toString()).slice(0, 2000)));
    child.stdin.on('error', () => undefined); // it has exited, which `close` reports
    child.once('error', (error) => (this.#complaint += error.message));
    child.once('close', () => {
      if (this.#child === child) this.#child = undefined;
      handleExit();
    });
    return child;
  }
}

/** Returns the handles of a child. Its pipes are sockets, which Node's types do not declare. */
const handlesOf = (child: ChildProcess): (ChildProcess | Socket | null)[] =>
  [child, child.stdin, child.stdout, child.stderr] as (ChildProcess | Socket | null)[]; // see above
