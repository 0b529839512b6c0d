/**
 * A Perl process that creates containers by system calls: the fastest way without a compiled program.
 *
 * `perl-program.ts` defines its protocol. It exits with this process, and all containers with it.
 */

import { constants } from 'node:os';
import type { Rights } from './mount-table.js';
import { message, perlArguments, startFields, type PerlStart } from './perl-program.js';
import { HelperProcess } from './helper-process.js';

/** Whether a container was created, and the number of its first process on this machine. */
export type PerlStartResult =
  { readonly kind: 'started'; readonly pid: number } | { readonly kind: 'failed'; readonly message: string };

/** A container whose start was requested. */
export interface PerlProcess {
  /** Settles when the container was created or failed to start. */
  readonly first: Promise<PerlStartResult>;
  /** Settles when it has exited or failed to start. */
  readonly ended: Promise<{ readonly code: number; readonly signal: NodeJS.Signals | null }>;
}

/** The callbacks of one request. */
interface PendingRequest {
  readonly settle: (first: PerlStartResult) => void;
  readonly end: (end: { readonly code: number; readonly signal: NodeJS.Signals | null }) => void;
}

const SIGNALS = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals])); // the names are the keys

/** Starts containers from Perl. */
export class PerlZygote {
  readonly #perl: HelperProcess;
  readonly #requests = new Map<string, PendingRequest>();
  /** Request ids by the pids that the waiter reports. */
  readonly #running = new Map<string, string>();
  /** Exits that were reported before their start: two processes report them. */
  readonly #early = new Map<string, readonly [string, string]>();
  #next = 0;

  private constructor(file: string, args: readonly string[]) {
    this.#perl = new HelperProcess({
      file,
      args,
      onLine: (line) => this.#onMessage(line.split(' ')),
      onExit: () => {
        for (const id of [...this.#requests.keys()]) this.#fail(id, this.#perl.errorOutput || 'perl has exited');
        this.#running.clear();
        this.#early.clear();
      },
    });
  }

  /** @returns undefined for an unsupported architecture */
  static of(file: string, rights: Rights): PerlZygote | undefined {
    const args = perlArguments(rights, process.arch);
    return args && new PerlZygote(file, args);
  }

  /** Starts a container. */
  start(start: PerlStart): PerlProcess {
    return this.#request('start', startFields(start));
  }

  /** Creates pipes that any user may write to. */
  async makePipes(paths: readonly string[]): Promise<void> {
    const first = await this.#request('pipes', paths).first;
    if (first.kind === 'failed') throw new Error(first.message);
  }

  #request(command: 'start' | 'pipes', fields: readonly string[]): PerlProcess {
    const id = String(this.#next++);
    const text = message(id, command, fields);
    let settle: PendingRequest['settle'] = () => undefined;
    let end: PendingRequest['end'] = () => undefined;
    const first: PerlProcess['first'] = new Promise((resolve) => (settle = resolve));
    const ended: PerlProcess['ended'] = new Promise((resolve) => (end = resolve));
    this.#requests.set(id, { settle, end });
    this.#perl.send(text);
    return { first, ended };
  }

  /** Handles `ID at N`, `ID ok PID`, `ID ok`, `ID failed MESSAGE…` and `N exit CODE SIGNAL`. */
  #onMessage([subject = '', verb, ...rest]: readonly string[]): void {
    const [first = '', second = ''] = rest;
    if (verb === 'exit') {
      const id = this.#running.get(subject);
      if (id === undefined) this.#early.set(subject, [first, second]);
      else this.#ended(subject, id, first, second);
    } else if (verb === 'at') {
      const early = this.#early.get(first);
      this.#early.delete(first);
      this.#running.set(first, subject);
      if (early !== undefined) this.#ended(first, subject, ...early);
    } else if (verb === 'ok') {
      this.#requests.get(subject)?.settle({ kind: 'started', pid: Number(first) });
      if (rest.length === 0) this.#end(subject, 0, null);
    } else if (verb === 'failed') this.#fail(subject, rest.join(' '));
  }

  #ended(pid: string, id: string, code: string, signal: string): void {
    this.#running.delete(pid);
    this.#requests
      .get(id)
      ?.settle({ kind: 'failed', message: `it exited with code ${code} (signal ${signal}) before it was ready` });
    this.#end(id, Number(code), SIGNALS.get(Number(signal)) ?? null);
  }

  #fail(id: string, reason: string): void {
    this.#requests.get(id)?.settle({ kind: 'failed', message: reason });
    this.#end(id, 128, 'SIGKILL');
  }

  #end(id: string, code: number, signal: NodeJS.Signals | null): void {
    this.#requests.get(id)?.end({ code, signal });
    this.#requests.delete(id);
    this.#perl.keepAlive(this.#requests.size > 0);
  }
}
