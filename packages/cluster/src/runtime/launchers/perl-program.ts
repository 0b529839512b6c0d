/**
 * The messages of perl-zygote.pl, a Perl process that makes containers by system calls.
 *
 * The program documents its protocol. This module encodes the messages and knows the machine's numbers of the calls.
 */

import { readFileSync } from 'node:fs';

/** Linux's numbers for the calls Perl has no word of its own for, in the order the program takes them. */
const CALLS: Readonly<Record<string, readonly number[]>> = {
  // clone, unshare, mount, prctl, setsid, sethostname, setgroups, setgid, setuid, mknodat, prlimit64
  x64: [56, 272, 165, 157, 112, 170, 116, 106, 105, 259, 302],
  arm64: [220, 97, 40, 167, 157, 161, 159, 144, 146, 33, 261],
};

/** Perl's arguments, or undefined for a machine whose calls have numbers that are not known here. */
export function perlArguments(rights: 'root' | 'user', architecture: string): readonly string[] | undefined {
  const calls = CALLS[architecture];
  return (
    calls && ['-e', readFileSync(new URL('./perl-zygote.pl', import.meta.url), 'utf8'), rights, ...calls.map(String)]
  );
}

/** One call of mount(2). */
export interface MountCall {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly flags: number;
  readonly options: string;
}

/** A container, as the program takes it. */
export interface PerlStart {
  readonly root: string;
  readonly hostname: string;
  readonly cwd: string;
  /** A FIFO for both streams. */
  readonly output: string;
  /** The numbers of the capabilities to keep; undefined: all. */
  readonly capabilities: readonly number[] | undefined;
  readonly noNewPrivileges: boolean;
  readonly uid: number;
  readonly gid: number;
  /** Made before the mounts, which use them. */
  readonly directories: readonly string[];
  readonly mounts: readonly MountCall[];
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The fields of a container's message, in the order the program takes them. */
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

/** One message: its number, what is asked, and the fields. Throws for a field that no call could take. */
export function message(id: string, what: 'start' | 'pipes', fields: readonly string[]): Buffer {
  const bad = fields.find((field) => field.includes('\0'));
  if (bad !== undefined)
    throw new Error(`${JSON.stringify(bad)} holds a null character, which no process can be given`);
  const body = Buffer.from(fields.join('\0'));
  return Buffer.concat([Buffer.from(`${id} ${what} ${body.length}\n`), body]);
}
