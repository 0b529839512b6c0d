/**
 * Converts a container's specification to a directory tree and a list of mounts.
 *
 *     scratch/layer-…   files of the container's shape: private directories, mount points, added files
 *     directory/upper   files that the container writes
 *     scratch/root      the mount point of the root; each container has its own mount namespace, so all share it
 *
 * If the container uses the host's root, the layer is the root, with the host's directories mounted read-only. A
 * directory that needs an entry the host lacks (a mount point in /usr, an /etc/gitconfig) becomes an overlay of the
 * layer over the host's directory or, without overlays, a directory of bind mounts. With a custom root filesystem, the
 * layer is the writable upper directory.
 */

import { randomBytes } from 'node:crypto';
import { constants, cpSync, lstatSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  DEVICES,
  flagsOf,
  HOST_PATHS,
  isWithin,
  MACHINE_WIDE,
  PRIVATE_DIRECTORIES,
  toCover,
  type HostMount,
} from '../host/host-mounts.js';
import { DEFAULT_PATH, executableProblem } from '../host/executable.js';
import type { HostFileCache } from '../host/host-files.js';
import { populateDev, makeDirectory } from '../launchers/layer-files.js';
import { entryKind, shapeOf, type Kind } from './layer-shape.js';
import { HOST_DIRECTORY, type MergedDirectories } from './merged-directory.js';
import type { Operation, Plan } from '../launchers/plan.js';
import { RootView, type ResolvedPath, type ViewMount } from '../host/root-view.js';
import type { ContainerSpec } from '../runtime.js';

/** Capabilities of the machine, found by the probe. */
export interface Capabilities {
  readonly overlay: boolean;
  /** `mount`: a private /proc. `bind`: the host's /proc, if the kernel does not allow mounting a private one. */
  readonly proc: 'mount' | 'bind';
  /** Whether the launcher creates a private /dev. @default false */
  readonly dev?: boolean;
}

/** The maximum number of bind mounts; above it, a directory of symlinks is faster. */
const MAX_BINDS = 24;

/** The state that containers of one runtime share. */
export interface PlanCache {
  /** The layers, by shape. */
  readonly layers: Map<string, string>;
  readonly merged: MergedDirectories;
  readonly fileCache: HostFileCache;
  /** The path of Node. */
  readonly nodeProgram: string;
}

/**
 * Writes the container's files and plans its mounts. Synchronous and cheap: containers of the same shape (root, mount
 * points, added files) share a layer.
 *
 * @param cache the shared state, which the plan extends
 */
export function planSandbox(
  spec: ContainerSpec,
  capabilities: Capabilities,
  mounts: readonly HostMount[],
  cache: PlanCache,
): Plan {
  cache.fileCache.begin();
  const draft = new PlanBuilder(spec, capabilities, mounts, cache);
  draft.addRoot();
  draft.addDevices(capabilities);
  for (const overlay of spec.rootfs === 'host' ? spec.overlays : []) draft.addOverlays(overlay, '/', overlay);
  draft.addNetworkFiles();
  for (const mount of [...spec.mounts].sort((a, b) => a.target.length - b.target.length)) {
    draft.bind(mount.target, mount.source, mount.readOnly, draft.kinds.get(mount.source));
  }
  for (const [path, content] of Object.entries(spec.hostFiles)) draft.addFile(path, content);
  const cwd = draft.point(spec.cwd, 'directory');
  if (capabilities.overlay) cache.layers.set(draft.shape, draft.layer);
  // Checked before listing the mounts, which adds empty mount points to the layer if overlays are unavailable.
  const refusal = executableProblem(draft.view, spec.argv[0], spec.env['PATH'] ?? DEFAULT_PATH, cwd);
  const cover =
    spec.privileged === true ? [] : toCover(mounts).filter((path) => cache.fileCache.lstat(path) !== undefined);
  const operations = draft.operations(capabilities);
  const directories = operations.flatMap((it) =>
    it.kind === 'overlay' && it.upper && it.work ? [it.upper, it.work] : [],
  );
  return { root: rootOf(spec), operations, cwd, cover, directories, refusal };
}

const rootOf = ({ scratch }: ContainerSpec): string => join(scratch, 'root');

class PlanBuilder {
  readonly view: RootView;
  /** The kinds of the sources of the specification's mounts. */
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly #spec: ContainerSpec;
  readonly #mounts: readonly HostMount[];
  readonly #merged: MergedDirectories;
  readonly #fileCache: HostFileCache;
  readonly #nodeProgram: string;
  /** Shared by containers of the same shape if overlays are available; otherwise private to this container. */
  readonly layer: string;
  readonly shape: string;
  /** Whether the layer is complete and shared, and must not change. */
  readonly #isBuilt: boolean;
  readonly #proc: Operation[] = [];
  #files = 0;

  constructor(
    spec: ContainerSpec,
    { overlay }: Capabilities,
    mounts: readonly HostMount[],
    { layers, merged, fileCache, nodeProgram }: PlanCache,
  ) {
    this.view = new RootView(fileCache);
    this.#fileCache = fileCache;
    this.#nodeProgram = nodeProgram;
    this.kinds = new Map(spec.mounts.map(({ source }) => [source, entryKind(source)]));
    this.#spec = spec;
    this.#mounts = mounts;
    this.#merged = merged;
    this.shape = overlay ? join(spec.scratch, shapeOf(spec, this.kinds)) : spec.directory;
    const known = layers.get(this.shape);
    const fresh = overlay
      ? join(spec.scratch, `layer-${randomBytes(8).toString('hex')}`)
      : join(spec.directory, 'layer');
    this.layer = known ?? fresh;
    this.#isBuilt = known !== undefined;
    if (!this.#isBuilt) makeDirectory(this.layer);
    makeDirectory(spec.directory);
    makeDirectory(rootOf(spec));
  }

  addRoot(): void {
    const { rootfs, overlays, readOnlyRoot = false } = this.#spec;
    const below = rootfs === 'host' ? [] : [...[...overlays].reverse(), rootfs];
    // Lookups in a complete layer may be cached; a layer under construction and an image's directory may change.
    const isCacheable = this.#isBuilt && rootfs === 'host';
    this.view.put({ target: '/', sources: [this.layer, ...below], readOnly: readOnlyRoot, isConstant: isCacheable });
    if (rootfs !== 'host') return;
    if (!this.#isBuilt) {
      for (const [path, mode] of Object.entries(PRIVATE_DIRECTORIES)) makeDirectory(join(this.layer, path), mode);
      symlinkSync('/run', join(this.layer, 'var/run'));
      symlinkSync('/run/lock', join(this.layer, 'var/lock'));
    }
    for (const path of HOST_PATHS) this.#showHost(path);
    const shown = this.view.mounts.filter((mount) => mount.target !== '/');
    for (const { target } of this.#mounts) {
      if (shown.some((mount) => target !== mount.target && isWithin(target, mount.target)))
        this.#put(target, target, true);
    }
    this.#showNode();
  }

  /** Mounts Node in the container's PATH if it is outside the shared directories (nvm, volta). */
  #showNode(): void {
    const node = this.#nodeProgram;
    if (!HOST_PATHS.some((mount) => isWithin(node, mount))) this.bind('/usr/local/bin/node', node, true);
  }

  #showHost(path: string): void {
    const stats = this.#fileCache.lstat(path);
    if (stats === undefined) return;
    if (stats.isSymbolicLink()) {
      if (this.#isBuilt) return;
      makeDirectory(dirname(join(this.layer, path)));
      symlinkSync(readlinkSync(path), join(this.layer, path));
    } else this.#bindConstant(path, stats.isDirectory() ? 'directory' : 'file', true);
  }

  /** Adds /dev. A custom root filesystem gets a private /dev, since device files of an image are not trusted. */
  addDevices({ proc, dev: hasDev = false }: Capabilities): void {
    if (hasDev) {
      this.point('/dev', 'directory');
      this.#proc.push({ kind: 'dev', target: '/dev' });
    } else this.#addDev();
    this.point('/proc', 'directory');
    if (proc === 'mount') this.#proc.push({ kind: 'proc', target: '/proc', readOnly: this.#machineWide() });
    else this.bind('/proc', '/proc', false);
    this.bind('/sys', '/sys', true);
  }

  #addDev(): void {
    const inLayer = this.#spec.rootfs === 'host';
    const dev = inLayer ? join(this.layer, 'dev') : join(this.#spec.directory, 'dev');
    if (!inLayer || !this.#isBuilt) populateDev(dev);
    if (!inLayer) this.bind('/dev', dev, false);
    for (const name of DEVICES) {
      const device = join('/dev', name);
      if (this.#fileCache.lstat(device) !== undefined) this.#bindConstant(device, 'file', false);
    }
    this.#proc.push({ kind: 'devpts', target: '/dev/pts' });
  }

  /** Returns paths in /proc that namespaces do not isolate: root could change the host through them (sysctl). */
  #machineWide(): readonly string[] {
    if (this.#spec.privileged === true) return [];
    return MACHINE_WIDE.filter((path) => this.#fileCache.lstat(path) !== undefined);
  }

  /** Adds files that describe the host's network, which containers share. */
  addNetworkFiles(): void {
    for (const path of ['/etc/resolv.conf', '/etc/hosts']) {
      if (this.#spec.rootfs !== 'host' || this.view.resolve(path).stats === undefined) {
        if (this.#fileCache.lstat(path) !== undefined) this.bind(path, path, true);
      }
    }
  }

  /** Adds an overlay directory: as another layer where directories match, otherwise by copying. */
  addOverlays(overlay: string, at: string, directory: string): void {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const from = join(directory, entry.name);
      const resolved = this.view.resolve(join(at, entry.name));
      const mount = this.view.get(resolved.path);
      if (!entry.isDirectory() || resolved.stats?.isDirectory() !== true) {
        const owner = this.view.mountOf(resolved.path);
        this.#copy(from, join(this.layer, resolved.path));
        if (owner !== undefined) this.#augment(owner);
      } else if (mount !== undefined && mount.target !== '/' && from === join(overlay, resolved.path)) {
        this.view.put({ ...mount, sources: [from, ...mount.sources] });
        this.#addOverlaysBelow(overlay, mount);
      } else this.addOverlays(overlay, resolved.path, from);
    }
  }

  /** Adds an overlay to host mounts below a directory, which would otherwise hide it. */
  #addOverlaysBelow(overlay: string, { target }: ViewMount): void {
    for (const mount of this.view.mounts) {
      if (mount.target === target || !isWithin(mount.target, target)) continue;
      const overlayPath = join(overlay, mount.target);
      const stats = lstatSync(overlayPath, { throwIfNoEntry: false });
      if (stats?.isDirectory() === true) this.view.put({ ...mount, sources: [overlayPath, ...mount.sources] });
      else if (stats?.isFile() === true) this.view.put({ ...mount, sources: [overlayPath] });
    }
  }

  #copy(from: string, to: string): void {
    if (this.#isBuilt) return;
    makeDirectory(dirname(to));
    cpSync(from, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  }

  /** Adds a file. Below a volume, it is a bind mount, so that the volume is not modified. */
  addFile(path: string, content: string): void {
    const resolved = this.view.resolve(path);
    const owner = this.view.mountOf(resolved.path);
    if (owner !== undefined && this.#isVolume(owner)) {
      const file = join(this.#spec.directory, `file-${this.#files++}`);
      writeFileSync(file, content, { mode: 0o644 });
      this.bind(path, file, true);
      return;
    }
    const file = join(this.layer, resolved.path);
    if (!this.#isBuilt) {
      makeDirectory(dirname(file));
      writeFileSync(file, content, { mode: 0o644 });
    }
    if (owner !== undefined) this.#augment(owner);
  }

  bind(target: string, source: string, readOnly: boolean, kind = entryKind(source)): void {
    this.#put(this.point(target, kind), source, readOnly);
  }

  /** Bind-mounts a host path at the same path. */
  #bindConstant(path: string, kind: Kind, readOnly: boolean): void {
    this.view.put({ target: this.point(path, kind), sources: [path], readOnly, isConstant: this.#isBuilt });
  }

  #put(target: string, source: string, readOnly: boolean): void {
    this.view.put({ target, sources: [source], readOnly });
  }

  /** Creates a mount point if missing. @returns the path without symlinks */
  point(path: string, kind: Kind): string {
    const resolved: ResolvedPath = this.view.resolve(path);
    if (resolved.stats !== undefined) return resolved.path;
    const owner = this.view.mountOf(resolved.path);
    const inVolume = owner !== undefined && this.#isVolume(owner);
    const base = inVolume
      ? join(owner.sources[0] ?? '', resolved.path.slice(owner.target.length))
      : join(this.layer, resolved.path);
    if (kind === 'directory') makeDirectory(base);
    else {
      makeDirectory(dirname(base));
      writeFileSync(base, '', { mode: 0o644 });
    }
    if (owner !== undefined && !inVolume) this.#augment(owner);
    return resolved.path;
  }

  /** Adds the layer's directory on top of a mount of the host. */
  #augment(mount: ViewMount): void {
    const layerPath = join(this.layer, mount.target);
    if (mount.target !== '/' && !mount.sources.includes(layerPath))
      this.view.put({ ...mount, sources: [layerPath, ...mount.sources] });
  }

  #isVolume(mount: ViewMount): boolean {
    return mount.target === '/dev' || this.#spec.mounts.some(({ source }) => mount.sources.includes(source));
  }

  operations(capabilities: Capabilities): Operation[] {
    const all = this.view.mounts.flatMap((mount) => this.#mount(mount, capabilities));
    const depth = (at: Operation): number => (at.target === '/' ? 0 : at.target.split('/').length);
    return [...all, ...this.#proc].sort((a, b) => depth(a) - depth(b));
  }

  #mount(mount: ViewMount, { overlay }: Capabilities): Operation[] {
    const { target, sources, readOnly } = mount;
    const [first = '', ...others] = sources;
    if (target === '/' && overlay && !readOnly) {
      const [upper, work] = [join(this.#spec.directory, 'upper'), join(this.#spec.directory, 'work')];
      return [{ kind: 'overlay', target, lowers: sources.map((it) => this.#plain(it)), upper, work }];
    }
    if (others.length === 0) return [this.#bindOf(target, first, readOnly)];
    if (overlay) return [{ kind: 'overlay', target, lowers: sources.map((it) => this.#plain(it)) }];
    if (target !== '/') return this.#bindEntries(target, sources);
    // Without overlays, the launcher has copied the root into the layer.
    return [this.#bindOf(target, first, readOnly)];
  }

  /** Returns a path usable in overlay options, which commas and colons separate: paths with them get a symlink. */
  #plain(source: string): string {
    if (!/[,:\\]/.test(source)) return source;
    const name = join(this.#spec.directory, `lower-${this.#files++}`);
    symlinkSync(source, name);
    return name;
  }

  /** Mounts a directory without an overlay: with bind mounts per entry, or with symlinks if there are too many. */
  #bindEntries(target: string, sources: readonly string[]): Operation[] {
    const layerPath = join(this.layer, target);
    const names = new Set(sources.flatMap((source) => readdirSync(source)));
    if (names.size > MAX_BINDS) return this.#link(target, sources);
    return [...names].sort().flatMap((name): Operation[] => {
      const path = join(target, name);
      if (this.view.get(path) !== undefined) return [];
      const here = sources.map((source) => join(source, name)).filter((it) => lstatSync(it, { throwIfNoEntry: false }));
      const [upper = ''] = here;
      const stats = lstatSync(upper);
      if (upper === join(layerPath, name) && !(stats.isDirectory() && here.length > 1)) return [];
      if (stats.isSymbolicLink()) {
        symlinkSync(readlinkSync(upper), join(layerPath, name));
        return [];
      }
      if (!stats.isDirectory()) {
        makeDirectory(layerPath);
        writeFileSync(join(layerPath, name), '');
        return [this.#bindOf(path, upper, true)];
      }
      makeDirectory(join(layerPath, name));
      const directories = here.filter((it) => lstatSync(it).isDirectory());
      return directories.length > 1 ? this.#bindEntries(path, directories) : [this.#bindOf(path, upper, true)];
    });
  }

  #link(target: string, sources: readonly string[]): Operation[] {
    const below = this.view.mounts.filter((it) => it.target !== target && isWithin(it.target, target));
    const points = below.map(({ target: path, sources: [source = ''] }) => ({ path, kind: entryKind(source) }));
    const merged = this.#merged.merge(this.#spec.scratch, { target, sources, layer: this.layer, points });
    const host = join(HOST_DIRECTORY, target);
    makeDirectory(join(this.layer, host));
    return [this.#bindOf(host, sources.at(-1) ?? '', true), this.#bindOf(target, merged, true)];
  }

  #bindOf(target: string, source: string, readOnly: boolean): Operation {
    return { kind: 'bind', source, target, readOnly, flags: readOnly ? flagsOf(this.#mounts, source) : [] };
  }
}
