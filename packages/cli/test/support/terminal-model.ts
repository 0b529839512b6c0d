/** Support for tests of terminals: a headless terminal, an output that writes to it, and a manually advanced clock. */

import xterm from '@xterm/headless';
import { systemClock, type Clock } from '@pipewright/apimachinery';
import picocolors from 'picocolors';
import type { Output } from '../../src/terminal/output.js';

/** A headless terminal with an output for commands. */
export class TerminalModel {
  readonly #terminal: xterm.Terminal;
  readonly #listeners = new Set<() => void>();
  #unwritten = '';

  constructor(columns: number, rows: number) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
  }

  /** An output that writes to the terminal. */
  readonly output: Output = {
    print: (line) => void (this.#unwritten += `${line}\r\n`),
    warn: () => undefined,
    protect: () => undefined,
    raw: (text) => void (this.#unwritten += text.replaceAll('\n', '\r\n')), // as the terminal's line discipline does
    colors: picocolors.createColors(true),
    terminal: true,
    live: true,
    size: () => ({ columns: this.#terminal.cols, rows: this.#terminal.rows }),
    onResize: (changed) => {
      this.#listeners.add(changed);
      return () => void this.#listeners.delete(changed);
    },
  };

  /** Resizes the terminal after processing all pending output. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.#flush();
    this.#terminal.resize(columns, rows);
    for (const changed of this.#listeners) changed();
  }

  /** Returns all lines, including the scrollback. A wrapped line is one line. */
  async lines(): Promise<readonly string[]> {
    await this.#flush();
    const { active } = this.#terminal.buffer;
    const lines: string[] = [];
    for (let index = 0; index < active.length; index += 1) {
      const line = active.getLine(index);
      const text = line?.translateToString(true) ?? '';
      if (line?.isWrapped === true) lines.push(`${lines.pop() ?? ''}${text}`);
      else lines.push(text);
    }
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  #flush(): Promise<void> {
    const text = this.#unwritten;
    this.#unwritten = '';
    return new Promise((resolve) => this.#terminal.write(text, resolve));
  }
}

/** A clock that only advances when `advance` is called. */
export class HandClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>();
  readonly now = (): number => this.#now;
  readonly date = (): Date => new Date(this.#now);
  readonly defer = systemClock.defer;
  readonly after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  /** Advances the clock, and runs due timers. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }
}
