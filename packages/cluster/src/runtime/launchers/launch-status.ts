/**
 * The messages of a launcher on its status pipe: first whether the container was created, later (rarely) an error.
 *
 * container-setup.sh writes `pid N` and `ok`; bubblewrap writes the child's pid in JSON. Other output is an error.
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
  #settle: (result: LaunchResult) => void = () => undefined;

  constructor() {
    this.first = new Promise((resolve) => (this.#settle = resolve));
  }

  append(output: string): void {
    this.#text = (this.#text + output).slice(0, MAX_LENGTH);
    if (/^ok$|"child-pid"/m.test(this.#text)) this.#settle({ isCreated: true, text: this.#text });
  }

  /** Ends the output. @param otherwise the text if there was no output */
  end(otherwise: string): void {
    this.#settle({ isCreated: false, text: this.#text.replace(/^pid \d+$/m, '').trim() || otherwise });
  }

  /** The parent of the container's first process, as container-setup.sh reports it. */
  get pid(): number | undefined {
    const pid = /^pid (\d+)$/m.exec(this.#text)?.[1];
    return pid === undefined ? undefined : Number(pid);
  }

  /** The error output of container-setup.sh after the start. */
  get errorAfterStart(): string {
    const at = this.#text.indexOf('ok\n');
    return at < 0 || this.#text.includes('"child-pid"') ? '' : this.#text.slice(at + 3);
  }
}
