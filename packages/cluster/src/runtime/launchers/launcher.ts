/**
 * Launchers of a planned sandbox: util-linux, bubblewrap, and system calls from Perl. Each converts a plan to a command or a message.
 *
 * No shell parses input of a user. container-setup.sh is a constant; `mount` reads paths from an escaped fstab, and the command is passed
 * as an argument list.
 *
 * The chain of programs: unshare forks the container's first process, a shell that mounts everything and replaces the root; it executes
 * setsid (a new session), setpriv (reduced privileges), unshare (enters the root) and the command. It dies with the zygote, in whose
 * namespace it runs.
 */

import { readFileSync } from 'node:fs';
import { callsOf, fstabOf, mountTable, type Rights } from './mount-table.js';
import type { PerlStart } from './perl-program.js';
import type { Plan } from './plan.js';
import type { ContainerSpec, ContainerUser } from '../runtime.js';

/** Absolute paths of the programs on this machine. */
export interface Programs {
  readonly sh: string;
  readonly unshare: string;
  readonly mount: string;
  readonly setpriv: string;
  readonly setsid: string;
  readonly mkfifo: string;
  readonly nsenter?: string;
  readonly perl?: string;
  readonly bwrap?: string;
}

/** A command to execute. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  /** The descriptor of its status output. */
  readonly statusDescriptor: 2 | 3;
  /** The contents of its fstab, which must be written first. */
  readonly fstab?: string;
}

/** The program of a container's first process. */
const SETUP = readFileSync(new URL('./container-setup.sh', import.meta.url), 'utf8');

/** The capabilities of containers, as in other runtimes but without mknod, with the kernel's numbers. */
const CAPABILITIES: Readonly<Record<string, number>> = {
  chown: 0,
  dac_override: 1,
  fowner: 3,
  fsetid: 4,
  kill: 5,
  setgid: 6,
  setuid: 7,
  setpcap: 8,
  net_bind_service: 10,
  net_raw: 13,
  sys_chroot: 18,
  audit_write: 29,
  setfcap: 31,
};

/** Whether a user is root, so that no change of user is needed. */
export const isRoot = (user: ContainerUser | undefined): boolean => (user?.uid ?? 0) === 0 && (user?.gid ?? 0) === 0;

/** Returns the command that uses util-linux. */
export function unshareLaunch(
  spec: ContainerSpec,
  plan: Plan,
  programs: Programs,
  rights: Rights,
  fstab: string,
): Launch {
  const { user } = spec;
  const drop =
    spec.privileged === true
      ? []
      : [
          `--bounding-set=-all,${Object.keys(CAPABILITIES)
            .map((it) => `+${it}`)
            .join(',')}`,
        ];
  const limits = [...drop, ...(spec.noNewPrivileges === true ? ['--no-new-privs'] : [])];
  const ids = isRoot(user) ? [] : [`--setgid=${user?.gid ?? 0}`, `--setuid=${user?.uid ?? 0}`];
  const enter = [programs.unshare, '--root=.', `--wd=${plan.cwd}`, ...ids, '--', ...spec.argv];
  const limited = limits.length === 0 ? enter : [programs.setpriv, ...limits, '--', ...enter];
  const command = [programs.setsid, ...limited]; // a session of its own: `kill 0` reaches no other process
  return {
    file: programs.unshare,
    args: [
      '--mount',
      '--uts',
      '--ipc',
      '--pid',
      '--fork',
      '--kill-child',
      '--',
      ...[programs.sh, '-c', SETUP, 'pipewright', programs.mount, fstab, plan.root, spec.hostname],
      ...command,
    ],
    statusDescriptor: 2,
    fstab: fstabOf(mountTable(plan, rights)),
  };
}

/** Returns the message for perl-zygote.pl. */
export function perlStart(spec: ContainerSpec, plan: Plan, output: string, rights: Rights, path: string): PerlStart {
  const { hostname, user, argv, env, privileged = false, noNewPrivileges = false } = spec;
  return {
    root: plan.root,
    hostname,
    cwd: plan.cwd,
    output,
    capabilities: privileged ? undefined : Object.values(CAPABILITIES),
    noNewPrivileges,
    uid: user?.uid ?? 0,
    gid: user?.gid ?? 0,
    directories: plan.directories,
    mounts: callsOf(mountTable(plan, rights)),
    argv,
    env: { PATH: path, ...env },
  };
}

/** Returns the command that uses bubblewrap, for plans without overlays. */
export function bubblewrapLaunch(spec: ContainerSpec, plan: Plan, bwrap: string, rights: Rights): Launch {
  const mounts = plan.operations.flatMap((operation): string[] => {
    switch (operation.kind) {
      case 'bind':
        return [operation.readOnly ? '--ro-bind' : '--bind', operation.source, operation.target];
      case 'proc':
        return ['--proc', operation.target, ...operation.readOnly.flatMap((path) => ['--ro-bind', path, path])];
      case 'dev':
        return ['--dev', operation.target];
      case 'devpts': // comes with --dev
        return [];
      case 'overlay':
        throw new Error(`an overlay at ${operation.target} reached bubblewrap`);
    }
  });
  const user = rights === 'user' ? ['--unshare-user', '--uid', '0', '--gid', '0'] : [];
  const drop = ['--cap-drop', 'ALL', ...Object.keys(CAPABILITIES).flatMap((it) => ['--cap-add', `cap_${it}`])];
  return {
    file: bwrap,
    statusDescriptor: 3,
    args: [
      ...[
        '--die-with-parent',
        '--new-session',
        '--unshare-pid',
        '--unshare-ipc',
        '--unshare-uts',
        '--as-pid-1',
        ...user,
      ],
      ...['--hostname', spec.hostname, '--json-status-fd', '3', ...mounts, '--chdir', plan.cwd],
      ...(spec.privileged === true ? [] : drop),
      '--',
      ...spec.argv,
    ],
  };
}
