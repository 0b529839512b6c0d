/**
 * The messages of perl-zygote.pl, a Perl process that creates containers by system calls.
 *
 * The program documents its protocol. This module encodes the messages and has the machine's system call numbers.
 */

import { readFileSync } from 'node:fs';

/** Linux's numbers of system calls that Perl has no function for, in the order of the program's arguments. */
const CALLS: Readonly<Record<string, readonly number[]>> = {
  // clone, unshare, mount, prctl, setsid, sethostname, setgroups, setgid, setuid, mknodat, prlimit64
  x64: [56, 272, 165, 157, 112, 170, 116, 106, 105, 259, 302],
  arm64: [220, 97, 40, 167, 157, 161, 159, 144, 146, 33, 261],
};

/** Returns Perl's arguments; undefined for an unsupported architecture. */
export function perlArguments(rights: 'root' | 'user', architecture: string): readonly string[] | undefined {
  const calls = CALLS[architecture];
  return (
    calls && ['-e', readFileSync(new URL('./perl-zygote.pl', import.meta.url), 'utf8'), rights, ...calls.map(String)]
  );
}

/** A call of mount(2). */
export interface MountCall {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly flags: number;
  readonly options: string;
}

/** A container to start. */
export interface PerlStart {
  readonly root: string;
  readonly hostname: string;
  readonly cwd: string;
  /** The FIFO of both output streams. */
  readonly output: string;
  /** The capabilities to keep, by number; undefined for all. */
  readonly capabilities: readonly number[] | undefined;
  readonly noNewPrivileges: boolean;
  readonly uid: number;
  readonly gid: number;
  /** Directories to create before the mounts. */
  readonly directories: readonly string[];
  readonly mounts: readonly MountCall[];
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Returns the fields of a start message, in the order that the program expects. */
export function startFields(start: PerlStart): readonly string[] {
  const { root, hostname, cwd, output, capabilities, noNewPrivileges, uid, gid, directories, mounts, argv, env } =
    start;
  const variables = Object.entries(env).flat();
  return [
    ...[root, hostname, cwd, output, capabilities?.join(',') ?? '', noNewPrivileges ? '1' : ''],
    ...[String(uid), String(gid)],
    ...[String(directories.length), ...directories, String(mounts.length)],
    ...mounts.flatMap((it) => [it.source, it.target, it.type, String(it.flags), it.options]),
    ...[String(argv.length), ...argv],
    ...[String(variables.length), ...variables],
  ];
}

/** Encodes a message. Throws for a field that no system call accepts. */
export function message(id: string, command: 'start' | 'pipes', fields: readonly string[]): Buffer {
  const invalidField = fields.find((field) => field.includes('\0'));
  if (invalidField !== undefined)
    throw new Error(
      `${JSON.stringify(invalidField)} contains a null character, which arguments of processes cannot contain`,
    );
  const body = Buffer.from(fields.join('\0'));
  return Buffer.concat([Buffer.from(`${id} ${command} ${body.length}\n`), body]);
}
