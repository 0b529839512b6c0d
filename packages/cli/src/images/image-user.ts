/**
 * Resolves the user of an image to numeric IDs with the image's own /etc/passwd and /etc/group, as container runtimes
 * do.
 */

import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ImageError } from './image-error.js';

/** @returns `uid:gid`. Throws an `ImageError` if the image does not define the name. */
export function numericUser(user: string, root: string): string {
  const [name = '', group] = user.split(':');
  const accounts = table(root, '/etc/passwd');
  const account = /^\d+$/.test(name)
    ? accounts.find(([, , uid]) => uid === name)
    : accounts.find(([first]) => first === name);
  const uid = /^\d+$/.test(name) ? name : name === 'root' ? (account?.[2] ?? '0') : account?.[2];
  if (uid === undefined) throw unknownAccount(`user ${name}`, '/etc/passwd');
  if (group === undefined || group === '') return `${uid}:${account?.[3] ?? '0'}`;
  if (/^\d+$/.test(group)) return `${uid}:${group}`;
  const gid = table(root, '/etc/group').find(([first]) => first === group)?.[2] ?? (group === 'root' ? '0' : undefined);
  if (gid === undefined) throw unknownAccount(`group ${group}`, '/etc/group');
  return `${uid}:${gid}`;
}

const unknownAccount = (what: string, file: string): ImageError =>
  new ImageError(
    `runs as the ${what}, which is not in its ${file}`,
    'set runAsUser in the securityContext of the step, or build the image with a number as its USER',
  );

/** Maximum size in bytes of an account file. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

function table(root: string, path: string): readonly (readonly string[])[] {
  const file = resolveInImage(root, path);
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() !== true || stats.size > MAX_FILE_BYTES) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
}

/** Returns the host path of a file in the image, with symbolic links resolved relative to the image's root. */
function resolveInImage(root: string, path: string): string {
  let remaining = path.split('/');
  let at = root;
  for (let links = 0; remaining.length > 0 && links < 40;) {
    const [part = '', ...rest] = remaining;
    remaining = rest;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      at = at === root ? at : dirname(at);
      continue;
    }
    const next = join(at, part);
    if (lstatSync(next, { throwIfNoEntry: false })?.isSymbolicLink() !== true) at = next;
    else {
      links += 1;
      const target = readlinkSync(next);
      if (target.startsWith('/')) at = root;
      remaining = [...target.split('/'), ...remaining];
    }
  }
  return remaining.length > 0 ? join(root, '.none') : at;
}
