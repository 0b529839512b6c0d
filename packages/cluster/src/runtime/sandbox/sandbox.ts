/**
 * Runs containers in Linux namespaces, without a daemon, an image store or root.
 *
 * Each container has its own mount, PID, IPC and UTS namespaces, and shares the host's network. It protects against
 * accidents, and is not a security boundary: see docs/internals/decisions/0008-pods-not-tricks.md.
 *
 * `probe` starts a trial container with each launcher of this machine, and keeps those that work, with their
 * capabilities. Nothing is inferred from settings, and the probe's notes list every fallback.
 */

import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DEFAULT_PATH, splitEnvironment, startErrorMessage } from '../host/executable.js';
import { HostFileCache } from '../host/host-files.js';
import { hostMounts, type HostMount } from '../host/host-mounts.js';
import { isRoot, type Programs } from '../launchers/launcher.js';
import type { Rights } from '../launchers/mount-table.js';
import { PerlRemover } from '../launchers/perl-remover.js';
import { removeTree } from '../host/remove-tree.js';
import { openTemporaryDirectory } from '../host/run-directory.js';
import { RuntimeProblem, type ContainerSpec, type RuntimeProbe, type Runtime, type StartResult } from '../runtime.js';
import { planSandbox, type Capabilities, type PlanCache } from './sandbox-plan.js';
import { explainRefusal, readRestrictions, withProcessRemedy } from './sandbox-probe.js';
import { MergedDirectories } from './merged-directory.js';
import { followProcess } from './sandbox-process.js';
import { starterOf, type Launcher, type Starter } from '../launchers/starter.js';

/** Options of `sandbox`. */
export interface SandboxOptions {
  /**
   * The launchers that may be used, in order of preference.
   *
   * @default - ['bubblewrap', 'perl', 'unshare']; the others serve what bubblewrap does not support (other users, overlays)
   */
  readonly launchers?: readonly Launcher[];
  /** @default the machine's clock */
  readonly now?: () => Date;
}

/** A working launcher and its capabilities. */
interface Method {
  readonly launcher: Launcher;
  readonly starter: Starter;
  readonly capabilities: Capabilities;
}

const PROGRAM_DIRECTORIES = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin', '/run/current-system/sw/bin'];

/** Runs containers in Linux namespaces. */
export function sandbox(options: SandboxOptions = {}): Runtime {
  return new Sandbox(options);
}

class Sandbox implements Runtime {
  readonly name = 'sandbox';
  readonly usesFiles = true;
  readonly #launchers: readonly Launcher[];
  readonly #now: () => Date;
  readonly #rights: Rights = process.getuid?.() === 0 ? 'root' : 'user';
  #mounts: readonly HostMount[] = [];
  readonly #planCache: PlanCache = {
    layers: new Map(),
    merged: new MergedDirectories(),
    fileCache: new HostFileCache(),
    get nodeProgram() {
      return realpathSync(process.execPath);
    },
  };
  /** Results of trials, by launcher and filesystem. */
  readonly #methods = new Map<string, Promise<Method | undefined>>();
  /** Device numbers of filesystems, by directory. */
  readonly #devices = new Map<string, number>();
  #programs: Programs | undefined;
  #remover: PerlRemover | undefined;
  readonly #starters = new Map<Launcher, Starter>();
  #probe: Promise<RuntimeProbe> | undefined;

  constructor({ launchers = ['bubblewrap', 'perl', 'unshare'], now = () => new Date() }: SandboxOptions) {
    this.#launchers = launchers;
    this.#now = now;
  }

  probe(): Promise<RuntimeProbe> {
    return (this.#probe ??= this.#tryAll());
  }

  remove(directory: string): Promise<void> {
    const { perl } = this.#programs ?? {};
    if (perl === undefined) return removeTree(directory);
    return (this.#remover ??= new PerlRemover(perl)).remove(directory);
  }

  async start(spec: ContainerSpec, signal?: AbortSignal): Promise<StartResult> {
    const probe = await this.probe();
    if (probe.kind === 'unusable') return cannotRun(`${probe.problem.message}. ${probe.problem.hints.join('; ')}`);
    if (this.#rights === 'user' && !isRoot(spec.user)) {
      const { uid = 0, gid = 0 } = spec.user ?? {};
      return cannotRun(
        `an ordinary user can run containers only as uid 0, not as ${uid}:${gid}; run as root to use other users`,
      );
    }
    const method = await this.#methodFor(spec);
    if (typeof method === 'string') return cannotRun(method);
    const result = await this.#startWith(method, spec, signal);
    return result.kind === 'started' ? result : { ...result, message: withProcessRemedy(result.message) };
  }

  /** Returns the first launcher that supports a container, or the reason why none does. */
  async #methodFor(spec: ContainerSpec): Promise<Method | string> {
    let copies: Method | undefined;
    let works = false;
    for (const launcher of this.#starters.keys()) {
      const method = await this.#methodAt(spec.scratch, launcher);
      if (method === undefined) continue;
      works = true;
      if (!isRoot(spec.user) && launcher === 'bubblewrap') continue;
      if (spec.rootfs === 'host' || method.capabilities.overlay) return method;
      copies ??= method;
    }
    if (copies !== undefined) return copies;
    return works
      ? 'bubblewrap runs containers only as uid 0, and unshare is not available here'
      : `no container can be created in ${spec.scratch}`;
  }

  /** Tries a launcher once per filesystem, since overlays depend on it. */
  #methodAt(scratch: string, launcher: Launcher, errors: string[] = []): Promise<Method | undefined> {
    let device = this.#devices.get(scratch);
    if (device === undefined) {
      mkdirSync(scratch, { recursive: true });
      this.#devices.set(scratch, (device = statSync(scratch).dev));
    }
    const key = `${launcher} ${device}`;
    let method = this.#methods.get(key);
    if (method === undefined) {
      method = this.#tryLauncher(launcher, join(scratch, 'trial'), errors);
      this.#methods.set(key, method);
    }
    return method;
  }

  async #startWith({ starter, capabilities }: Method, spec: ContainerSpec, signal?: AbortSignal): Promise<StartResult> {
    const programs = this.#programs;
    if (programs === undefined) return cannotRun('not probed');
    try {
      if (spec.rootfs !== 'host' && !capabilities.overlay) await copyRoot(spec);
      const plan = planSandbox(spec, capabilities, this.#mounts, this.#planCache);
      if (plan.refusal !== undefined) {
        return { kind: 'failed', reason: 'StartError', exitCode: 128, message: startErrorMessage(plan.refusal) };
      }
      const output = await starter.pipes.take(spec.scratch);
      if (signal?.aborted === true) {
        output.discard();
        return cannotRun('cancelled before it started');
      }
      const context = {
        env: { PATH: DEFAULT_PATH, ...splitEnvironment(spec.env).carried },
        cwd: plan.cwd,
        programs,
        rights: this.#rights,
        now: this.#now,
      };
      const started = await starter.start(spec, plan, output).catch((error: unknown) => {
        output.discard();
        throw error;
      });
      const followed = await followProcess(spec, started, output, context);
      return followed.kind === 'created'
        ? { kind: 'started', container: followed.container }
        : cannotRun(followed.message);
    } catch (error) {
      return cannotRun(error instanceof Error ? error.message : String(error));
    }
  }

  async #tryAll(): Promise<RuntimeProbe> {
    if (process.platform !== 'linux') {
      const problem = new RuntimeProblem('SANDBOX_NOT_LINUX', `a sandbox needs Linux, this is ${process.platform}`, [
        'run inside a Linux virtual machine',
      ]);
      return { kind: 'unusable', problem };
    }
    const programs = findPrograms();
    if (programs instanceof RuntimeProblem) return { kind: 'unusable', problem: programs };
    for (const launcher of this.#launchers) {
      const starter = starterOf(launcher, programs, this.#rights);
      if (starter !== undefined) this.#starters.set(launcher, starter);
    }
    if (this.#starters.size === 0) {
      const problem = new RuntimeProblem('SANDBOX_NO_PROGRAM', 'bubblewrap (bwrap) is not installed', [
        'install bubblewrap',
      ]);
      return { kind: 'unusable', problem };
    }
    this.#programs = programs;
    this.#mounts = hostMounts();
    const directory = await openTemporaryDirectory('probe');
    const errors: string[] = [];
    let best: Method | undefined;
    try {
      for (const launcher of this.#starters.keys()) {
        best ??= await this.#methodAt(directory.path, launcher, errors);
      }
    } finally {
      await directory.remove();
    }
    if (best === undefined)
      return { kind: 'unusable', problem: explainRefusal(readRestrictions(), errors[0] ?? 'no launcher was tried') };
    return { kind: 'usable', description: describe(best, this.#rights), notes: notesOn(best, this.#rights) };
  }

  /** Tries a launcher with decreasing capabilities, and uses the first set that works. */
  async #tryLauncher(launcher: Launcher, directory: string, errors: string[]): Promise<Method | undefined> {
    const starter = this.#starters.get(launcher);
    if (starter === undefined) return undefined;
    const overlays = launcher === 'bubblewrap' ? [false] : [true, false];
    for (const proc of ['mount', 'bind'] as const) {
      for (const overlay of overlays) {
        const method: Method = { launcher, starter, capabilities: { overlay, proc, dev: launcher === 'bubblewrap' } };
        const result = await this.#startWith(method, trial(join(directory, `${launcher}-${proc}-${overlay}`)));
        if (result.kind === 'failed') errors.push(result.message);
        else if ((await result.container.exit).exitCode === TRIAL_EXIT) return method;
        else errors.push(`${launcher} did not run its command`);
      }
    }
    return undefined;
  }
}

const TRIAL_EXIT = 37;

/** Returns a trial container that uses every feature: a file added to /etc, and a mount point that the host lacks. */
const trial = (directory: string): ContainerSpec => {
  const volume = `${directory}-volume`;
  mkdirSync(volume, { recursive: true });
  return {
    identity: {
      namespace: 'probe',
      pod: 'probe',
      podUid: 'probe',
      labels: {},
      container: 'probe',
      image: '',
      attempt: 0,
    },
    directory,
    scratch: join(directory, 'scratch'),
    rootfs: 'host',
    overlays: [],
    mounts: [{ source: volume, target: '/probe/volume', readOnly: false }],
    hostFiles: { '/etc/pipewright-probe': '' },
    argv: ['/bin/sh', '-c', `test -e /etc/pipewright-probe && test -d /proc/self && exit ${TRIAL_EXIT}`],
    env: {},
    cwd: '/probe/volume',
    hostname: 'probe',
    output: { write: () => undefined },
  };
};

const cannotRun = (message: string): StartResult => ({
  kind: 'failed',
  reason: 'ContainerCannotRun',
  exitCode: 128,
  message,
});

/** Copies the root filesystem, in place of an overlay. */
async function copyRoot(spec: ContainerSpec): Promise<void> {
  const layer = join(spec.directory, 'layer');
  mkdirSync(layer, { recursive: true });
  for (const from of [spec.rootfs, ...spec.overlays]) {
    await promisify(execFile)('cp', ['-a', '--reflink=auto', '--', `${from}/.`, layer]);
  }
}

const NEEDED = ['sh', 'unshare', 'mount', 'setpriv', 'setsid', 'mkfifo'] as const;

function findPrograms(): Programs | RuntimeProblem {
  const find = (name: string): string | undefined => PROGRAM_DIRECTORIES.map((it) => join(it, name)).find(isExecutable);
  const [sh, unshare, mount, setpriv, setsid, mkfifo] = NEEDED.map(find);
  if (!sh || !unshare || !mount || !setpriv || !setsid || !mkfifo) {
    const missing = NEEDED.filter((name) => find(name) === undefined);
    return new RuntimeProblem(
      'SANDBOX_NO_PROGRAM',
      `a sandbox needs ${missing.join(', ')}, not found in ${PROGRAM_DIRECTORIES.join(':')}`,
      ['install util-linux, mount and coreutils with the package manager of this machine'],
    );
  }
  const nsenter = find('nsenter');
  const bwrap = find('bwrap');
  const perl = find('perl');
  return {
    sh,
    unshare,
    mount,
    setpriv,
    setsid,
    mkfifo,
    ...(nsenter !== undefined && { nsenter }),
    ...(bwrap !== undefined && { bwrap }),
    ...(perl !== undefined && { perl }),
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const describe = ({ launcher }: Method, rights: Rights): string =>
  `Linux namespaces (${launcher}${rights === 'root' ? ', as root' : ', as an ordinary user'})`;

function notesOn({ launcher, capabilities }: Method, rights: Rights): string[] {
  return [
    "containers share this machine's network",
    ...(rights === 'user' ? ['processes have uid 0 inside and your uid outside; other users are not available'] : []),
    ...(capabilities.overlay || launcher === 'bubblewrap'
      ? []
      : ['overlay filesystems are not available here: root filesystems are copied for each container']),
    ...(capabilities.proc === 'mount'
      ? []
      : ["containers see this machine's processes: a private /proc is not available here"]),
  ];
}
