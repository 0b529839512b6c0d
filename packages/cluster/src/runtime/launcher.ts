/**
 * Two ways to make a planned sandbox: `unshare` with `mount`, and bubblewrap. Both are pure: a plan in, a command out.
 *
 * Nothing a user writes is ever read by a shell. The script below is a constant; paths reach `mount` through an fstab
 * with fstab's own escapes, and the command goes from argument list to argument list.
 *
 * The chain: unshare forks the container's first process, a shell that has everything mounted and moves the new root over
 * the old one; that execs setsid (a session of its own), setpriv (no more rights than a container has), unshare (enters
 * the root) and the command. It dies with the forker, whose namespace it is in.
 */

import type { Operation, Plan } from './sandbox-plan.js';
import type { ContainerSpec, ContainerUser } from './runtime.js';

/** The programs found on this machine, absolute. */
export interface Programs {
  readonly sh: string;
  readonly unshare: string;
  readonly mount: string;
  readonly setpriv: string;
  readonly setsid: string;
  readonly mkfifo: string;
  readonly nsenter?: string;
  readonly bwrap?: string;
}

/** Whose rights we have: root makes namespaces directly, anyone else through a user namespace. */
export type Rights = 'root' | 'user';

/** What to start. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  /** `fork`: by the small process, inside its user namespace. `spawn`: by us, with the status pipe as descriptor 3. */
  readonly by: 'fork' | 'spawn';
  /** A file that must be there first. */
  readonly fstab?: string;
}

/** Says `ok` on its standard error when the container is made, else what went wrong; then becomes the command. */
const SETUP = `
mount=$1 fstab=$2 root=$3 name=$4
shift 4
{ printf %s "$name" > /proc/sys/kernel/hostname; } 2>/dev/null
{ "$mount" -n -a -T "$fstab" && cd "$root" && "$mount" -n --move . / ; } >&2 || exit 125
unset PWD OLDPWD
echo ok >&2
exec "$@" 2>&1
`;

/** What containers may do, as container runtimes have it, without making device files. */
const CAPABILITIES = [
  'chown',
  'dac_override',
  'fowner',
  'fsetid',
  'kill',
  'setgid',
  'setuid',
  'setpcap',
  'net_bind_service',
  'net_raw',
  'sys_chroot',
  'setfcap',
  'audit_write',
];

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
  const drop = spec.privileged === true ? [] : [`--bounding-set=-all,${CAPABILITIES.map((it) => `+${it}`).join(',')}`];
  const limits = [...drop, ...(spec.noNewPrivileges === true ? ['--no-new-privs'] : [])];
  const ids = isRoot(user) ? [] : [`--setgid=${user?.gid ?? 0}`, `--setuid=${user?.uid ?? 0}`];
  const enter = [programs.unshare, '--root=.', `--wd=${plan.cwd}`, ...ids, '--', ...spec.argv];
  const limited = limits.length === 0 ? enter : [programs.setpriv, ...limits, '--', ...enter];
  const command = [programs.setsid, ...limited]; // a session of its own: `kill 0` reaches nobody else
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
    by: 'fork',
    fstab: fstabOf(plan, rights),
  };
}

/** The mounts as `mount -a` reads them (fstab(5)). */
export function fstabOf(plan: Plan, rights: Rights): string {
  // The mounts below one that we may not look under come along, or the kernel refuses: only root may leave them out.
  const bind = rights === 'root' ? 'bind' : 'rbind';
  const keep = (path: string): string =>
    // Only root could write there, and anyone else's root is nobody to the machine.
    rights === 'root' ? `${[path, path, 'none', 'bind,ro,nosuid,nodev,noexec'].map(escape).join(' ')} 0 0\n` : '';
  const line = (operation: Operation): string => {
    const at = operation.target === '/' ? plan.root : `${plan.root}${operation.target}`;
    const entry = (source: string, type: string, options: string): string =>
      `${[source, at, type, options].map(escape).join(' ')} 0 0\n`;
    switch (operation.do) {
      case 'bind':
        return entry(
          operation.source,
          'none',
          [bind, ...(operation.readOnly ? ['ro', ...operation.flags] : [])].join(','),
        );
      case 'overlay':
        return entry('overlay', 'overlay', overlayOptions(operation, rights));
      case 'proc':
        return (
          entry('proc', 'proc', 'nosuid,nodev,noexec') +
          operation.readOnly.map((path) => keep(plan.root + path)).join('')
        );
      case 'devpts':
        return entry('devpts', 'devpts', 'newinstance,ptmxmode=0666,mode=620,nosuid,noexec');
    }
  };
  return plan.operations.map(line).join('') + plan.cover.map(keep).join('');
}

function overlayOptions({ lowers, upper, work }: Operation & { do: 'overlay' }, rights: Rights): string {
  const below = `lowerdir=${lowers.join(':')}`;
  if (upper === undefined || work === undefined) return `ro,${below}`;
  return [below, `upperdir=${upper}`, `workdir=${work}`, ...(rights === 'user' ? ['userxattr'] : [])].join(',');
}

const escape = (text: string): string =>
  text.replace(/[ \t\n\\#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** The command for bubblewrap; it must not meet an overlay, so the plan is made without. */
export function bubblewrapLaunch(spec: ContainerSpec, plan: Plan, bwrap: string, rights: Rights): Launch {
  const mounts = plan.operations.flatMap((operation): string[] => {
    switch (operation.do) {
      case 'bind':
        if (operation.target.startsWith('/dev/')) return ['--dev-bind', operation.source, operation.target];
        return [operation.readOnly ? '--ro-bind' : '--bind', operation.source, operation.target];
      case 'proc':
        return ['--proc', operation.target];
      case 'devpts':
        return [];
      case 'overlay':
        throw new Error(`an overlay at ${operation.target} reached bubblewrap`);
    }
  });
  const user = rights === 'user' ? ['--unshare-user', '--uid', '0', '--gid', '0'] : [];
  const drop = ['--cap-drop', 'ALL', ...CAPABILITIES.flatMap((it) => ['--cap-add', `cap_${it}`])];
  return {
    file: bwrap,
    by: 'spawn',
    args: [
      ...['--die-with-parent', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--as-pid-1', ...user],
      ...['--hostname', spec.hostname, '--json-status-fd', '3', ...mounts, '--chdir', plan.cwd],
      ...(spec.privileged === true ? [] : drop),
      '--',
      ...spec.argv,
    ],
  };
}
