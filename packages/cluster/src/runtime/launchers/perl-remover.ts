/**
 * Removes directory trees from a small Perl process, one after another.
 *
 * A pod leaves some twenty files and directories. To remove them from here takes three calls and a change of threads for
 * each, as long as all that the API server does for that pod; a program of its own needs none of our time. Whatever it
 * cannot remove is tried again with `removeTree`, which says why.
 */

import { readFileSync } from 'node:fs';
import { removeTree } from '../host/remove-tree.js';
import { HelperProcess } from './helper-process.js';

/** Reads the text of perl-remover.pl. */
export const removerProgram = (): string => readFileSync(new URL('./perl-remover.pl', import.meta.url), 'utf8');

/** Removes trees whose containers are no more. */
export class PerlRemover {
  readonly #perl: HelperProcess;
  /** What was asked for and is not answered yet. */
  #asked: ((gone: boolean) => void)[] = [];

  /** @param file the Perl program */
  constructor(file: string) {
    this.#perl = new HelperProcess({
      file,
      args: ['-e', removerProgram()],
      onLine: (line) => this.#settle(1, line === 'gone'),
      onExit: () => this.#settle(this.#asked.length, false),
    });
  }

  /** Removes a tree; one that is not there needs no removing. */
  async remove(path: string): Promise<void> {
    const gone = await new Promise<boolean>((resolve) => {
      this.#asked.push(resolve);
      this.#perl.send(`${path}\0`);
    });
    if (!gone) await removeTree(path);
  }

  #settle(count: number, gone: boolean): void {
    const settled = this.#asked.slice(0, count);
    this.#asked = this.#asked.slice(count);
    for (const settle of settled) settle(gone);
    if (this.#asked.length === 0) this.#perl.keepAlive(false);
  }
}
