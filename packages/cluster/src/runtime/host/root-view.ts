/**
 * The file tree of a planned container.
 *
 * A view is a table of mounts, each with one or more host directories, top layer first. It resolves paths as the container will: through
 * the container's own symlinks, which never leave the view, to a host file. Mount points and the command are looked up here, so that a
 * hostile symlink in an image or a volume cannot redirect the launcher to the host.
 */

import { readlinkSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { tryLstat, type HostFileCache } from './host-files.js';

/** A mount of the view. Deeper mounts hide the contents of others. */
export interface ViewMount {
  readonly target: string;
  /** Host paths, top layer first. */
  readonly sources: readonly string[];
  readonly readOnly: boolean;
  /** Whether no container can change its sources, so that lookups may be cached. @default false */
  readonly isConstant?: boolean;
}

/** The result of resolving a path. */
export interface ResolvedPath {
  /** The path with every symlink resolved. */
  readonly path: string;
  readonly host: string | undefined;
  readonly stats: Stats | undefined;
}

/** The kernel's limit. */
const MAX_SYMLINKS = 40;

/** The mounts of a planned container. Mutable: the plan adds mounts. */
export class RootView {
  readonly #mounts = new Map<string, ViewMount>();
  readonly #fileCache: HostFileCache | undefined;

  /** @param fileCache caches lookups in constant mounts. @default nothing is cached */
  constructor(fileCache?: HostFileCache) {
    this.#fileCache = fileCache;
  }

  get mounts(): readonly ViewMount[] {
    return [...this.#mounts.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
  }

  put(mount: ViewMount): void {
    this.#mounts.set(mount.target, mount);
  }

  get(target: string): ViewMount | undefined {
    return this.#mounts.get(target);
  }

  /** Returns the deepest mount that contains a path without symlinks. */
  mountOf(path: string): ViewMount | undefined {
    for (let at = path; ; at = dirname(at)) {
      const mount = this.#mounts.get(at);
      if (mount !== undefined || at === '/') return mount;
    }
  }

  /** Resolves the symlinks of a path. Components that do not exist are kept. */
  resolve(path: string): ResolvedPath {
    let remaining = path.split('/').filter((part) => part !== '' && part !== '.');
    let at: ResolvedPath = this.#lookUp('/');
    for (let links = 0; remaining.length > 0;) {
      const [part = '', ...rest] = remaining;
      remaining = rest;
      if (part === '..') {
        at = this.#lookUp(dirname(at.path));
        continue;
      }
      const next = this.#lookUp(join(at.path, part));
      if (next.stats?.isSymbolicLink() !== true || next.host === undefined) {
        at = next;
        continue;
      }
      links += 1;
      if (links > MAX_SYMLINKS) throw new Error(`${path}: too many levels of symbolic links`);
      const target = readlinkSync(next.host);
      if (target.startsWith('/')) at = this.#lookUp('/');
      remaining = [...target.split('/').filter((it) => it !== '' && it !== '.'), ...remaining];
    }
    return at;
  }

  #lookUp(path: string): ResolvedPath {
    const mount = this.mountOf(path);
    for (const source of mount?.sources ?? []) {
      const host = mount?.target === path ? source : join(source, path.slice((mount?.target ?? '').length));
      const stats = mount?.isConstant === true && this.#fileCache ? this.#fileCache.lstat(host) : tryLstat(host);
      if (stats !== undefined) return { path, host, stats };
    }
    return { path, host: undefined, stats: undefined };
  }
}
