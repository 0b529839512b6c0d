/**
 * The parts of the machine's root filesystem that a container sees, and the mounts below them.
 *
 * The list contains what programs need and no personal files: no home, /root, /run, /tmp or /mnt. A bind mount of an ordinary user keeps
 * the flags of the host's mount, so these are read here once.
 */

import { readFileSync } from 'node:fs';

/** Mounted read-only where they exist; symlinks such as /bin -> usr/bin are recreated. */
export const HOST_PATHS: readonly string[] = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/etc',
  '/opt',
  '/nix',
  '/gnu',
  '/run/current-system',
  '/var/lib/ca-certificates',
  '/var/lib/alternatives',
];

/** Private directories of a container on the host's root, with their modes. */
export const PRIVATE_DIRECTORIES: Readonly<Record<string, number>> = {
  '/tmp': 0o1777,
  '/var/tmp': 0o1777,
  '/var/cache': 0o755,
  '/var/log': 0o755,
  '/var/spool': 0o755,
  '/run': 0o755,
  '/run/lock': 0o1777,
  '/root': 0o700,
  '/home': 0o755,
  '/mnt': 0o755,
  '/srv': 0o755,
};

/** Device files of every container. */
export const DEVICES: readonly string[] = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

/** Paths in /proc that belong to the whole machine and are read-only in containers. */
export const MACHINE_WIDE: readonly string[] = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi'].map(
  (name) => `/proc/${name}`,
);

/** A mount of mountinfo. */
export interface HostMount {
  readonly target: string;
  /** The filesystem type if the whole filesystem is mounted; undefined for a subdirectory. */
  readonly whole?: string;
  /** Flags that a read-only remount must repeat. */
  readonly flags: readonly string[];
}

const KEPT_FLAGS = ['nosuid', 'nodev', 'noexec'];

/** Parses /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export function parseMountinfo(text: string): HostMount[] {
  return text
    .split('\n')
    .map((line) => [line.split(' '), / - (\S+)/.exec(line)?.[1]] as const)
    .flatMap(([[, , , root, target, options], type]) =>
      target === undefined || options === undefined
        ? []
        : [
            {
              target: unescape(target),
              ...(root === '/' && type !== undefined && { whole: type }),
              flags: options.split(',').filter((flag) => KEPT_FLAGS.includes(flag)),
            },
          ],
    );
}

/** An entry that exists in every complete /proc or /sys, by filesystem type. */
const REQUIRED_ENTRIES: Readonly<Record<string, string>> = { proc: 'sys', sysfs: 'kernel' };

/**
 * Returns mounts of the machine to cover below a container's root. In a user namespace, a new /proc or /sys may be mounted only while an
 * uncovered one is visible.
 */
export const toCover = (mounts: readonly HostMount[]): readonly string[] =>
  mounts.flatMap(({ target, whole }) => {
    const name = whole === undefined ? undefined : REQUIRED_ENTRIES[whole];
    return name === undefined ? [] : [`${target === '/' ? '' : target}/${name}`];
  });

/** Returns the mounts of this process; none without /proc. */
export function hostMounts(): HostMount[] {
  try {
    return parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return [];
  }
}

/** Returns the flags of the mount that contains a path. */
export function flagsOf(mounts: readonly HostMount[], path: string): readonly string[] {
  let best: HostMount | undefined;
  for (const mount of mounts) {
    if (isWithin(path, mount.target) && mount.target.length >= (best?.target.length ?? 0)) best = mount;
  }
  return best?.flags ?? [];
}

/** Whether a path is a directory or inside of it. */
export const isWithin = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);

const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
