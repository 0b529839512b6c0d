/**
 * The mounts of a plan, as lines of fstab(5) and as calls of mount(2). Pure.
 */

import type { MountCall } from './perl-program.js';
import type { Operation, Plan } from './plan.js';

/** The rights of this process: root creates namespaces directly, other users through a user namespace. */
export type Rights = 'root' | 'user';

/** A mount, with the fields of fstab. */
export interface MountEntry {
  readonly source: string;
  /** A path of the machine. */
  readonly target: string;
  /** `none` for a bind mount. */
  readonly type: string;
  readonly options: readonly string[];
}

/** Returns the mounts in order. */
export function mountTable(plan: Plan, rights: Rights): readonly MountEntry[] {
  // Only root may bind without submounts; the kernel requires other users to include them.
  const bind = rights === 'root' ? 'bind' : 'rbind';
  // Without root, the files are owned by an unmapped user and cannot be written anyway.
  const bindInPlace = (path: string): MountEntry[] =>
    rights === 'root'
      ? [{ source: path, target: path, type: 'none', options: ['bind', 'ro', 'nosuid', 'nodev', 'noexec'] }]
      : [];
  const entries = (operation: Operation): MountEntry[] => {
    const target = operation.target === '/' ? plan.root : `${plan.root}${operation.target}`;
    switch (operation.kind) {
      case 'bind': {
        const options = [bind, ...(operation.readOnly ? ['ro', ...operation.flags] : [])];
        return [{ source: operation.source, target, type: 'none', options }];
      }
      case 'overlay':
        return [{ source: 'overlay', target, type: 'overlay', options: overlayOptions(operation, rights) }];
      case 'proc':
        return [
          { source: 'proc', target, type: 'proc', options: ['nosuid', 'nodev', 'noexec'] },
          ...operation.readOnly.flatMap((path) => bindInPlace(plan.root + path)),
        ];
      case 'devpts': {
        const options = ['newinstance', 'ptmxmode=0666', 'mode=620', 'nosuid', 'noexec'];
        return [{ source: 'devpts', target, type: 'devpts', options }];
      }
      case 'dev':
        throw new Error(`a whole /dev at ${operation.target} reached mount`);
    }
  };
  return [...plan.operations.flatMap(entries), ...plan.cover.flatMap(bindInPlace)];
}

function overlayOptions({ lowers, upper, work }: Operation & { kind: 'overlay' }, rights: Rights): string[] {
  const below = `lowerdir=${lowers.join(':')}`;
  if (upper === undefined || work === undefined) return ['ro', below];
  return [below, `upperdir=${upper}`, `workdir=${work}`, ...(rights === 'user' ? ['userxattr'] : [])];
}

/** Formats an fstab for `mount -a`. */
export const fstabOf = (entries: readonly MountEntry[]): string =>
  entries
    .map(({ source, target, type, options }) => [source, target, type, options.join(',')].map(escape).join(' '))
    .map((line) => `${line} 0 0\n`)
    .join('');

const escape = (text: string): string =>
  text.replace(/[ \t\n\\#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);

const REMOUNT = 32;
const BIND = 4096;
const WITH_ALL_BELOW = 16_384;
const FLAGS: Readonly<Record<string, number>> = {
  ro: 1,
  nosuid: 2,
  nodev: 4,
  noexec: 8,
  bind: BIND,
  rbind: BIND | WITH_ALL_BELOW,
};

/** Returns the calls of mount(2): flags of a bind mount need a remount. */
export const callsOf = (entries: readonly MountEntry[]): readonly MountCall[] =>
  entries.flatMap(({ source, target, type, options }): MountCall[] => {
    const flags = options.reduce((all, option) => all | (FLAGS[option] ?? 0), 0);
    const rest = options.filter((option) => FLAGS[option] === undefined).join(',');
    if ((flags & BIND) === 0) return [{ source, target, type, flags, options: rest }];
    const call = { source, target, type, flags: flags & (BIND | WITH_ALL_BELOW), options: rest };
    const remountFlags = flags & ~call.flags;
    return remountFlags === 0 ? [call] : [call, { ...call, flags: remountFlags | BIND | REMOUNT }];
  });
