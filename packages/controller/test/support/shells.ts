/** The shells of this machine, and helpers to run a pod's command as a local process, expanded as in Kubernetes. */

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';
import { promisify } from 'node:util';
import { killOnExit } from './process-reaper.js';

const exists = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const KNOWN_SHELLS: readonly (readonly [string, readonly string[]])[] = [
  ['dash', ['/usr/bin/dash']],
  ['bash', ['/usr/bin/bash', '--posix']],
  ['busybox ash', [process.env['BUSYBOX'] ?? '/usr/bin/busybox', 'sh']],
];

/** All installed shells, without duplicates: /bin/sh is often a link to one of the others. */
export const shells: readonly (readonly [string, readonly string[]])[] = [
  ['/bin/sh', ['/bin/sh']],
  ...KNOWN_SHELLS.filter(
    ([, [file = '', ...args]]) => exists(file) && (args.length > 0 || realpathSync(file) !== realpathSync('/bin/sh')),
  ),
];

/** Expands `$(NAME)` and `$$` in an argument as Kubernetes does if no variable is defined. */
export const expandArgument = (argument: string): string =>
  argument.replace(/\$(\$|\([^)]*\))/g, (match, expression: string) => (expression === '$' ? '$' : match));

/** The exit status and output of a process. */
export interface ProcessResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a process. @param input its standard input, by default /dev/null as in a container */
export function startProcess(
  commandLine: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input: number | 'ignore' = 'ignore',
): {
  readonly process: ChildProcess;
  readonly result: Promise<ProcessResult>;
  readonly waitForOutput: (text: string) => Promise<void>;
} {
  const [file = '', ...args] = commandLine;
  // A container's standard input is /dev/null; with a socket there, bash would read the user's .bashrc.
  const child = killOnExit(
    spawn(file, args, { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: [input, 'pipe', 'pipe'] }),
  );
  let [stdout, stderr] = ['', ''];
  const waiters: { readonly text: string; readonly resolve: () => void }[] = [];
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const { text, resolve } of waiters) if (stdout.includes(text)) resolve();
  });
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const result = new Promise<ProcessResult>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
  const waitForOutput = (text: string): Promise<void> =>
    new Promise((resolve) => (stdout.includes(text) ? resolve() : waiters.push({ text, resolve })));
  return { process: child, result, waitForOutput };
}

/** Runs a process to completion. */
export const runProcess = (
  commandLine: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProcessResult> => startProcess(commandLine, env).result;

/** Runs a program. Rejects if it fails. */
export const exec = promisify(execFile);
