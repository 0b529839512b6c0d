/** The shells of this machine, and helpers to run a pod's command as a local process, expanded as in Kubernetes. */

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';
import { promisify } from 'node:util';
import { reaped } from './process-reaper.js';

const exists = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const KNOWN: readonly (readonly [string, readonly string[]])[] = [
  ['dash', ['/usr/bin/dash']],
  ['bash', ['/usr/bin/bash', '--posix']],
  ['busybox ash', [process.env['BUSYBOX'] ?? '/usr/bin/busybox', 'sh']],
];

/** All installed shells, without duplicates: /bin/sh is often a link to one of the others. */
export const shells: readonly (readonly [string, readonly string[]])[] = [
  ['/bin/sh', ['/bin/sh']],
  ...KNOWN.filter(
    ([, [file = '', ...args]]) => exists(file) && (args.length > 0 || realpathSync(file) !== realpathSync('/bin/sh')),
  ),
];

/** Expands `$(NAME)` and `$$` in an argument as Kubernetes does if no variable is defined. */
export const expanded = (argument: string): string =>
  argument.replace(/\$(\$|\([^)]*\))/g, (all, what: string) => (what === '$' ? '$' : all));

/** The exit status and output of a process. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

/** Starts a process. @param input its standard input, by default /dev/null as in a container */
export function begin(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input: number | 'ignore' = 'ignore',
): {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly printed: (text: string) => Promise<void>;
} {
  const [file = '', ...args] = words;
  // A container's standard input is /dev/null; with a socket there, bash would read the user's .bashrc.
  const child = reaped(
    spawn(file, args, { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: [input, 'pipe', 'pipe'] }),
  );
  let [out, err] = ['', ''];
  const waiting: { readonly text: string; readonly tell: () => void }[] = [];
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    for (const { text, tell } of waiting) if (out.includes(text)) tell();
  });
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, out, err })),
  );
  const printed = (text: string): Promise<void> =>
    new Promise((tell) => (out.includes(text) ? tell() : waiting.push({ text, tell })));
  return { process: child, ended, printed };
}

/** Runs a process to completion. */
export const run = (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  begin(words, env).ended;

/** Runs a program. Rejects if it fails. */
export const exec = promisify(execFile);
