/**
 * The ways to make a planned sandbox: util-linux's programs, bubblewrap, and the calls themselves made by Perl. Each turns
 * a plan into a command or a message.
 *
 * Nothing a user writes is ever read by a shell. container-setup.sh is a constant; paths reach `mount` through an fstab
 * with fstab's own escapes, and the command goes from argument list to argument list.
 *
 * The chain of programs: unshare forks the container's first process, a shell that has everything mounted and moves the
 * new root over the old one; that execs setsid (a session of its own), setpriv (no more rights than a container has),
 * unshare (enters the root) and the command. It dies with the zygote, whose namespace it is in.
 */

import { readFileSync } from 'node:fs';
import { callsOf, fstabOf, mountTable, type Rights } from './mount-table.js';
import type { PerlStart } from './perl-program.js';
import type { Plan } from './plan.js';
import type { ContainerSpec, ContainerUser } from '../runtime.js';

/** The programs found on this machine, absolute. */
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

/** What to start. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  /** Where it says how that went. */
  readonly statusDescriptor: 2 | 3;
  /** A file that must be there first. */
  readonly fstab?: string;
}

/** The program of a container's first process. */
const SETUP = readFileSync(new URL('./container-setup.sh', import.meta.url), 'utf8');

/** What containers may do, as container runtimes have it, without making device files; with the kernel's numbers. */
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

/** Whether nothing need be changed to run as this user. */
export const isRoot = (user: ContainerUser | undefined): boolean => (user?.uid ?? 0) === 0 && (user?.gid ?? 0) === 0;

/** The command for util-linux. */
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

/** The message for Perl. */
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

/** The command for bubblewrap; it must not meet an overlay, so the plan is made without. */
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
