/**
 * What of the machine's own root filesystem a container may see, and the mounts below it.
 *
 * The list names what programs need, and nothing that people keep: no home, no /root, no /run, no /tmp, no /mnt. A bind
 * made by an ordinary user keeps the flags the host's mount has, so those are read here once.
 */

import { readFileSync } from 'node:fs';

/** Shown read-only, where they exist; symlinks such as /bin -> usr/bin are made again as symlinks. */
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

/** Device files every container has. */
export const DEVICES: readonly string[] = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

/** What a container sees of /proc and must not write: it is the machine's, not its own. */
export const MACHINE_WIDE: readonly string[] = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi'].map(
  (name) => `/proc/${name}`,
);

/** One line of mountinfo, as far as it matters. */
export interface HostMount {
  readonly target: string;
  /** The file system's type, when all of it is mounted there; undefined for a part of one. */
  readonly whole?: string;
  /** Flags that a bind of it must repeat when it is made read-only. */
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

/** A directory of each file system that describes the machine, by its type. */
const REQUIRED_ENTRIES: Readonly<Record<string, string>> = { proc: 'sys', sysfs: 'kernel' };

/**
 * What to cover of the machine's own mounts, which lie below a container's root. Who makes a user namespace may mount a
 * /proc or /sys of his own wherever the kernel finds a whole one already; one with something covered does not count.
 */
export const toCover = (mounts: readonly HostMount[]): readonly string[] =>
  mounts.flatMap(({ target, whole }) => {
    const name = whole === undefined ? undefined : REQUIRED_ENTRIES[whole];
    return name === undefined ? [] : [`${target === '/' ? '' : target}/${name}`];
  });

/** The mounts of this process; none where /proc does not say. */
export function hostMounts(): HostMount[] {
  try {
    return parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return [];
  }
}

/** The flags of the mount that holds a path. */
export function flagsOf(mounts: readonly HostMount[], path: string): readonly string[] {
  let best: HostMount | undefined;
  for (const mount of mounts) {
    if (isWithin(path, mount.target) && mount.target.length >= (best?.target.length ?? 0)) best = mount;
  }
  return best?.flags ?? [];
}

/** Whether a path is a directory or lies in it. */
export const isWithin = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);

const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
