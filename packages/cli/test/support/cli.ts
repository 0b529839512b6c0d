/** Support for tests of commands: a recording output, temporary directories, and the command in its own process. */

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import picocolors from 'picocolors';
import { runProgram } from '../../src/commands/program.js';
import type { Output } from '../../src/terminal/output.js';
import { OUTPUT_CLOSED } from '../../src/terminal/stop-requests.js';

/** An output that records the printed text. */
export interface Recorded extends Output {
  readonly out: () => string;
  readonly err: () => string;
}

/** Returns a recording output without colors or a terminal. */
export function recorded(): Recorded {
  let out = '';
  let err = '';
  let hidden = (text: string): string => text;
  return {
    print: (line) => void (out += `${line}\n`),
    warn: (line) => void (err += `${hidden(line)}\n`),
    protect: (hide) => void (hidden = hide),
    raw: (text) => void (out += text),
    colors: picocolors.createColors(false),
    terminal: false,
    live: false,
    size: () => ({ columns: 80, rows: 24 }),
    onResize: () => () => undefined,
    out: () => out,
    err: () => err,
  };
}

/** Creates a directory with the given files. `done` removes it. */
export function folderWith(files: Readonly<Record<string, string>>): {
  readonly path: string;
  readonly done: () => void;
} {
  const path = mkdtempSync(join(tmpdir(), 'pipewright-test-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return { path, done: () => rmSync(path, { recursive: true, force: true }) };
}

/** Removes the quoted lines and carets below findings from a text. */
export const withoutQuotes = (text: string): string => text.replace(/^ {4}[ \d]+ \|.*\n/gm, '');

/** The command in its own process. */
export interface Spawned {
  readonly child: ChildProcess;
  /** Resolves when the text has been printed. Rejects if the process exits without printing it. */
  readonly said: (text: string) => Promise<void>;
  readonly ended: Promise<{ readonly status: number | null; readonly out: string; readonly err: string }>;
}

const COMMAND = resolve(import.meta.dirname, '../../bin/pipewright.js');

/** Starts the command. Set `TMPDIR` to check for leftovers. `stdout`: a file for standard output. */
export function pipewright(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdout?: string,
): Spawned {
  const file = stdout === undefined ? undefined : openSync(stdout, 'w');
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { ...process.env, ...env, NO_COLOR: '1' },
    stdio: ['ignore', file ?? 'pipe', 'pipe'],
  });
  if (file !== undefined) closeSync(file);
  let out = '';
  let err = '';
  const listeners = new Set<() => void>();
  const heard = (): void => listeners.forEach((listener) => listener());
  child.stdout?.on('data', (chunk) => ((out += String(chunk)), heard()));
  child.stderr?.on('data', (chunk) => ((err += String(chunk)), heard()));
  const ended = new Promise<{ status: number | null; out: string; err: string }>((done) => {
    child.on('close', (status) => (done({ status, out, err }), heard()));
  });
  const said = (text: string): Promise<void> =>
    new Promise((done, fail) => {
      const look = (): void => {
        if (out.includes(text) || err.includes(text)) done();
        else if (child.exitCode !== null) fail(new Error(`ended without saying ${text}:\n${out}${err}`));
      };
      listeners.add(look);
      look();
    });
  return { child, said, ended };
}

/** The exit code and output of a command. */
export interface CommandResult {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Starts `pipewright up` without containers in this process, which is ten times faster. Resolves when it is ready. */
export async function upHere(...args: readonly string[]): Promise<{ readonly stop: () => Promise<CommandResult> }> {
  const output = recorded();
  let ready = (): void => undefined;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  const print = (line: string): void => {
    output.print(line);
    if (line.startsWith('ready at')) ready();
  };
  const ended = runProgram(['up', '--runtime', 'fake', ...args], { ...output, print }).then((status) => ({
    status,
    out: output.out(),
    err: output.err(),
  }));
  const endedEarly = await Promise.race([isReady, ended]);
  if (endedEarly) throw new Error(`ended before it was ready: ${endedEarly.err}`);
  const stop = (): Promise<CommandResult> => {
    process.emit(OUTPUT_CLOSED as never); // an event of our own commands
    return ended;
  };
  return { stop };
}
