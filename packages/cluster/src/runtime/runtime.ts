/**
 * What runs containers: the seam between the node, which knows pods, and the machine, which knows processes.
 *
 *     node ──ContainerSpec──▶ Runtime.start ──▶ RunningContainer ──exit──▶ node
 *                                    └──output──▶ log
 *
 * A runtime knows no API object. It is given absolute directories, arrays of strings and a place for output, and it
 * answers with how the process ended. Two exist: `sandbox` (Linux namespaces) and `fake` (scripted, no processes).
 */

/** A directory or a file of the host that a container sees at `target`. */
export interface Mount {
  readonly source: string;
  /** Absolute path inside the container; made when it is not there. */
  readonly target: string;
  readonly readOnly: boolean;
}

/** Where output goes. The promise, when there is one, asks the writer to wait: memory stays bounded. */
export interface OutputSink {
  write(chunk: Uint8Array): Promise<void> | undefined;
}

/** What a process runs as. */
export interface ContainerUser {
  readonly uid: number;
  /** Default: 0, as container runtimes do. */
  readonly gid?: number;
}

/** Who the container is, for people and for the script of a fake. */
export interface ContainerIdentity {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly container: string;
  readonly image: string;
  /** 0 for the first start, then one more for each restart. */
  readonly attempt: number;
}

/** One container, said completely. */
export interface ContainerSpec {
  readonly identity: ContainerIdentity;
  /** A directory of the container's own, for whatever the runtime keeps; absolute, made by the runtime, removed by the node. */
  readonly directory: string;
  /** A directory that all containers of a node share, for what need be made only once; removed with the node. */
  readonly scratch: string;
  /** `host`: the machine's own root filesystem, read-only. Otherwise an absolute directory, with a private writable layer. */
  readonly rootfs: 'host' | string;
  /** Directories laid over the root, later ones on top. */
  readonly overlays: readonly string[];
  readonly mounts: readonly Mount[];
  /** Files laid over the root, by absolute path. */
  readonly hostFiles: Readonly<Record<string, string>>;
  /** The command and its arguments: never read by a shell. */
  readonly argv: readonly [string, ...string[]];
  /** The whole environment: nothing of the caller's own is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute; made when it is not there. */
  readonly cwd: string;
  /** Default: the user the root filesystem belongs to (uid 0 inside). */
  readonly user?: ContainerUser;
  readonly hostname: string;
  /** Keeps the capabilities that are otherwise taken away. @default false */
  readonly privileged?: boolean;
  /** @default false */
  readonly noNewPrivileges?: boolean;
  /** @default false */
  readonly readOnlyRoot?: boolean;
  readonly output: OutputSink;
}

/** How a container ended. */
export interface Exit {
  /** The process's own, or 128 + the signal's number. */
  readonly exitCode: number;
  readonly signal?: NodeJS.Signals;
  readonly reason: 'Completed' | 'Error' | 'OOMKilled';
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** The termination message, from a runtime whose containers have no files to write it to. */
  readonly message?: string;
}

/** How a command run beside a container's process ended (probes, lifecycle hooks). */
export interface ExecResult {
  readonly exitCode: number;
  /** The first 10 KiB of what it printed. */
  readonly output: string;
}

/** A container that runs. */
export interface RunningContainer {
  readonly id: string;
  readonly startedAt: Date;
  /** Settles, and never rejects, when the process has ended and all its output was handed over. */
  readonly exit: Promise<Exit>;
  /** Asks the container's first process to end. A signal that it cannot hear (an unhandled TERM) ends it at once. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Runs a command inside the container. Aborting kills the command. */
  exec(argv: readonly [string, ...string[]], signal: AbortSignal): Promise<ExecResult>;
}

/** A container runs, or it could not be started and nothing of it is left. */
export type StartResult =
  | { readonly started: true; readonly container: RunningContainer }
  | {
      readonly started: false;
      /** `StartError`: the command cannot be run. `ContainerCannotRun`: the runtime could not make the container. */
      readonly reason: 'StartError' | 'ContainerCannotRun';
      readonly exitCode: 127 | 128;
      readonly message: string;
    };

/** What trying showed. */
export type Probe =
  | { readonly usable: true; /** How, in a few words. */ readonly how: string; readonly notes: readonly string[] }
  | { readonly usable: false; readonly problem: RuntimeProblem };

/** Why a runtime cannot be used here, and what to do about it. */
export class RuntimeProblem extends Error {
  override readonly name = 'RuntimeProblem';
  /** Scripts match on it. */
  readonly code: 'SANDBOX_NO_NAMESPACES' | 'SANDBOX_NOT_LINUX' | 'SANDBOX_NO_PROGRAM' | 'SANDBOX_NO_PROCESSES';
  /** What to change, one remedy each. */
  readonly hints: readonly string[];

  constructor(code: RuntimeProblem['code'], message: string, hints: readonly string[]) {
    super(message);
    this.code = code;
    this.hints = hints;
  }
}

/** Runs containers. */
export interface Runtime {
  readonly name: 'sandbox' | 'fake';
  /** False: containers see no files, so the node need not write volumes. */
  readonly usesFiles: boolean;
  /** Decides by trying, once; later calls give the same answer. */
  probe(): Promise<Probe>;
  /** Starts a container. An aborted signal before the process runs gives `ContainerCannotRun`. */
  start(spec: ContainerSpec, signal?: AbortSignal): Promise<StartResult>;
  /** Removes a directory that containers had, and all of them are gone. One that is not there needs no removing. */
  remove(directory: string): Promise<void>;
}
