/**
 * The first process of a container, as seen by the host: the only child of its launcher.
 */

import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** Returns the host's pid of the container's process 1; undefined if it does not exist. */
export function firstProcess(launcher: number): number | undefined {
  let at: number | undefined = launcher;
  for (let depth = 0; at !== undefined && depth < 4; depth++) {
    at = childOf(at);
    if (at !== undefined && /^NSpid:.*\t1$/m.test(read(`/proc/${at}/status`))) return at;
  }
  return undefined;
}

/**
 * Whether SIGTERM has no effect: the kernel drops a signal to the first process of a namespace unless the process handles it. Such a
 * container need not wait for its grace period.
 */
export function ignoresSigterm(pid: number): boolean {
  const caughtSignals = /^SigCgt:\t([0-9a-f]+)$/m.exec(read(`/proc/${pid}/status`))?.[1];
  if (caughtSignals === undefined) return false;
  return (BigInt(`0x${caughtSignals}`) & (1n << BigInt(constants.signals.SIGTERM - 1))) === 0n;
}

/** Sends a signal; ignores processes that have exited. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: it ended by itself
  }
}

function childOf(pid: number): number | undefined {
  const first = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ')[0];
  return first === undefined || first === '' ? undefined : Number(first);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
