/**
 * Explains why the sandbox does not work on this machine, with remedies.
 *
 * Called only after a failed attempt: settings alone are not conclusive, since profiles and capabilities can override
 * them.
 */

import { readFileSync } from 'node:fs';
import { RuntimeProblem } from '../runtime.js';

/** Kernel settings that restrict namespaces; absent if the kernel lacks the setting. */
export interface Restrictions {
  readonly isRoot: boolean;
  readonly apparmorRestrictsUserns?: string;
  readonly maxUserNamespaces?: string;
  readonly unprivilegedUsernsClone?: string;
  /** `2`: a seccomp filter is active, as in container engines. */
  readonly seccomp?: string;
  readonly inContainer: boolean;
  /** The limit on processes of this user (`ulimit -u`). */
  readonly maxProcesses?: string;
}

/** Errors of the kernel and C libraries if no process can be created. */
const NO_PROCESS = /EAGAIN|Resource temporarily unavailable/;

/** Adds the remedy to a message if the process limit was the cause. */
export const withProcessRemedy = (message: string): string =>
  NO_PROCESS.test(message) ? `${message}; too many processes: raise the limit (ulimit -u), or end some` : message;

/** Reads settings that may prevent namespaces. */
export function readRestrictions(): Restrictions {
  const readTrimmed = (path: string): string | undefined => read(path)?.trim();
  const apparmor = readTrimmed('/proc/sys/kernel/apparmor_restrict_unprivileged_userns');
  const most = readTrimmed('/proc/sys/user/max_user_namespaces');
  const clone = readTrimmed('/proc/sys/kernel/unprivileged_userns_clone');
  const seccomp = /^Seccomp:\s+(\d)/m.exec(read('/proc/self/status') ?? '')?.[1];
  const processes = /^Max processes\s+(\d+)/m.exec(read('/proc/self/limits') ?? '')?.[1];
  return {
    isRoot: process.getuid?.() === 0,
    ...(apparmor !== undefined && { apparmorRestrictsUserns: apparmor }),
    ...(most !== undefined && { maxUserNamespaces: most }),
    ...(clone !== undefined && { unprivilegedUsernsClone: clone }),
    ...(seccomp !== undefined && { seccomp }),
    ...(processes !== undefined && { maxProcesses: processes }),
    inContainer: read('/run/.containerenv') !== undefined || read('/.dockerenv') !== undefined,
  };
}

/** Returns the problem: the error, and all remedies that apply to this machine. */
export function explainRefusal(restrictions: Restrictions, error: string): RuntimeProblem {
  if (NO_PROCESS.test(error)) return noProcesses(restrictions, error);
  const hints: string[] = [];
  if (!restrictions.isRoot && restrictions.apparmorRestrictsUserns === '1') {
    hints.push(
      'AppArmor denies user namespaces to ordinary programs (Ubuntu 23.10 and later): install bubblewrap with its AppArmor profile (packages bubblewrap and apparmor-profiles), or run `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`',
    );
  }
  if (!restrictions.isRoot && restrictions.maxUserNamespaces === '0') {
    hints.push('no user namespaces are allowed here: run `sudo sysctl user.max_user_namespaces=15000`');
  }
  if (!restrictions.isRoot && restrictions.unprivilegedUsernsClone === '0') {
    hints.push('only root may create user namespaces here: run `sudo sysctl kernel.unprivileged_userns_clone=1`');
  }
  if (restrictions.seccomp === '2' || restrictions.inContainer) {
    hints.push(
      'this process seems to run in a container whose engine denies namespaces: start it with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined` and, for root, `--cap-add SYS_ADMIN`',
    );
  }
  if (hints.length === 0) {
    hints.push(
      restrictions.isRoot
        ? 'root lacks the capability to mount here: run as an ordinary user of the machine, or give the process CAP_SYS_ADMIN'
        : 'check that the kernel has user namespaces (CONFIG_USER_NS) and that no security module denies them',
    );
  }
  return new RuntimeProblem(
    'SANDBOX_NO_NAMESPACES',
    `steps cannot run here: the kernel denies the namespaces that a sandbox needs (${error.replace(/\s*\n\s*/g, '; ')})`,
    hints,
  );
}

function noProcesses({ maxProcesses }: Restrictions, error: string): RuntimeProblem {
  const limit = maxProcesses === undefined ? '' : `; this user may have ${maxProcesses}, including threads`;
  return new RuntimeProblem(
    'SANDBOX_NO_PROCESSES',
    `steps cannot run here: no more processes can be started (${error.trim().replace(/\s*\n\s*/g, '; ')})${limit}`,
    ['raise the limit (ulimit -u 4096), or end other processes of this user'],
  );
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
