/**
 * Looks up a container's command before the start, so that a missing program is not confused with a program that exited with 127.
 * Messages are those of the usual container runtimes, which clients parse.
 */

import { join } from 'node:path';
import type { RootView } from './root-view.js';

/** The PATH that container runtimes set by default. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const EXECUTABLE = 0o111;

/** @returns why the command cannot be run; undefined if it can */
export function executableProblem(view: RootView, command: string, path: string, cwd: string): string | undefined {
  if (command.includes('/')) {
    const { stats } = view.resolve(join(command.startsWith('/') ? '/' : cwd, command));
    if (stats === undefined) return `exec: ${JSON.stringify(command)}: stat ${command}: no such file or directory`;
    if (stats.isDirectory()) return `exec: ${JSON.stringify(command)}: is a directory`;
    return (stats.mode & EXECUTABLE) === 0 ? `exec: ${JSON.stringify(command)}: permission denied` : undefined;
  }
  for (const directory of path.split(':')) {
    const { stats } = view.resolve(join(directory.startsWith('/') ? '/' : cwd, directory, command));
    if (stats !== undefined && !stats.isDirectory() && (stats.mode & EXECUTABLE) !== 0) return undefined;
  }
  return `exec: ${JSON.stringify(command)}: executable file not found in $PATH`;
}

/** Returns the message that kubelet shows. */
export const startErrorMessage = (reason: string): string =>
  `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${reason}: unknown`;

/** Variables that affect the launcher's own programs, or that a shell does not allow to set. */
const LOADER_VARIABLES =
  /^(LD_|GLIBC_|GCONV_|MALLOC_|LIBMOUNT_|BASH|LOCPATH$|ENV$|SHELLOPTS$|IFS$|CDPATH$|PS4$|U?EUID$|UID$|PPID$|GROUPS$|OPTIND$|LINENO$|PWD$|OLDPWD$|_$)/;
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Splits an environment into variables that the launcher may have and those that only the command gets. */
export function splitEnvironment(env: Readonly<Record<string, string>>): {
  readonly carried: Record<string, string>;
  readonly inside: readonly string[];
} {
  const carried: Record<string, string> = {};
  const inside: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (PLAIN_NAME.test(name) && !LOADER_VARIABLES.test(name)) carried[name] = value;
    else inside.push(`${name}=${value}`);
  }
  return { carried, inside };
}
