/**
 * The messages of a launcher on its status pipe: first whether the container was created, later (rarely) an error.
 *
 * Ours says `pid N` and `ok`; bubblewrap says the number of its child in JSON. Anything else is why it failed.
 */

/** Whether the container was created, with the output so far. */
export interface LaunchResult {
  readonly isCreated: boolean;
  readonly text: string;
}

const MAX_LENGTH = 8192;

/** Parses the output of one status pipe. */
export class LaunchStatus {
  /** Resolves when it is known whether the container was created. */
  readonly first: Promise<LaunchResult>;
  #text = '';
  #settle: (words: LaunchResult) => void = () => undefined;

  constructor() {
    this.first = new Promise((resolve) => (this.#settle = resolve));
  }

  append(words: string): void {
    this.#text = (this.#text + words).slice(0, MAX_LENGTH);
    if (/^ok$|"child-pid"/m.test(this.#text)) this.#settle({ isCreated: true, text: this.#text });
  }

  /** Ends the output. @param otherwise the text if there was no output */
  end(otherwise: string): void {
    this.#settle({ isCreated: false, text: this.#text.replace(/^pid \d+$/m, '').trim() || otherwise });
  }

  /** The process that is to become the container's parent, as our own launcher names it. */
  get pid(): number | undefined {
    const pid = /^pid (\d+)$/m.exec(this.#text)?.[1];
    return pid === undefined ? undefined : Number(pid);
  }

  /** What our own launcher said after the container was made: it has no reason to, but to complain. */
  get errorAfterStart(): string {
    const at = this.#text.indexOf('ok\n');
    return at < 0 || this.#text.includes('"child-pid"') ? '' : this.#text.slice(at + 3);
  }
}
