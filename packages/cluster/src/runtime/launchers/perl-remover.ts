/**
 * Removes directory trees with a small Perl process, in order.
 *
 * A pod leaves about twenty files and directories. Removing them in Node takes three calls and a thread switch for each, as long as all
 * API requests of that pod; another process takes no time of this one. Trees that it cannot remove are removed by `removeTree`, which
 * reports the error.
 */

import { readFileSync } from 'node:fs';
import { removeTree } from '../host/remove-tree.js';
import { HelperProcess } from './helper-process.js';

/** Reads the text of perl-remover.pl. */
export const removerProgram = (): string => readFileSync(new URL('./perl-remover.pl', import.meta.url), 'utf8');

/** Removes the trees of containers that have ended. */
export class PerlRemover {
  readonly #perl: HelperProcess;
  /** Pending requests. */
  #waiters: ((isRemoved: boolean) => void)[] = [];

  /** @param file the path of Perl */
  constructor(file: string) {
    this.#perl = new HelperProcess({
      file,
      args: ['-e', removerProgram()],
      onLine: (line) => this.#settle(1, line === 'gone'),
      onExit: () => this.#settle(this.#waiters.length, false),
    });
  }

  /** Removes a tree; succeeds if it does not exist. */
  async remove(path: string): Promise<void> {
    const isRemoved = await new Promise<boolean>((resolve) => {
      this.#waiters.push(resolve);
      this.#perl.send(`${path}\0`);
    });
    if (!isRemoved) await removeTree(path);
  }

  #settle(count: number, isRemoved: boolean): void {
    const settled = this.#waiters.slice(0, count);
    this.#waiters = this.#waiters.slice(count);
    for (const settle of settled) settle(isRemoved);
    if (this.#waiters.length === 0) this.#perl.keepAlive(false);
  }
}
