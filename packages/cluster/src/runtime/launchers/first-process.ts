/**
 * The container's first process as the host sees it. The launcher stays its parent, and the kernel knows the children.
 */

import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** The host's number of the process that is 1 inside the container, or undefined when there is none (any more). */
export function firstProcess(launcher: number): number | undefined {
  let at: number | undefined = launcher;
  for (let depth = 0; at !== undefined && depth < 4; depth++) {
    at = childOf(at);
    if (at !== undefined && /^NSpid:.*\t1$/m.test(read(`/proc/${at}/status`))) return at;
  }
  return undefined;
}

/**
 * Whether TERM would do nothing at all: the kernel drops a signal to the first process of a namespace unless that has a
 * handler for it. Waiting out the grace period cannot change how such a container ends.
 */
export function ignoresSigterm(pid: number): boolean {
  const caught = /^SigCgt:\t([0-9a-f]+)$/m.exec(read(`/proc/${pid}/status`))?.[1];
  if (caught === undefined) return false;
  return (BigInt(`0x${caught}`) & (1n << BigInt(constants.signals.SIGTERM - 1))) === 0n;
}

/** Sends a signal; a process that is gone needs none. */
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
