/**
 * The interface between the node, which manages pods, and a runtime, which manages processes.
 *
 *     node ──ContainerSpec──▶ Runtime.start ──▶ RunningContainer ──exit──▶ node
 *                                    └──output──▶ log
 *
 * A runtime does not know API objects: it gets absolute directories, lists of strings and a sink for output, and returns the exit of the
 * process. Implementations: `sandbox` (Linux namespaces) and `fake` (scripted, no processes).
 */

/** A directory or a file of the host that a container sees at `target`. */
export interface Mount {
  readonly source: string;
  /** The absolute path in the container, created if missing. */
  readonly target: string;
  readonly readOnly: boolean;
}

/** Receives output. A returned promise delays the writer, so that memory stays bounded. */
export interface OutputSink {
  write(chunk: Uint8Array): Promise<void> | undefined;
}

/** The user of a process. */
export interface ContainerUser {
  readonly uid: number;
  /** @default 0 */
  readonly gid?: number;
}

/** Identifies a container, for messages and for scripts of the fake. */
export interface ContainerIdentity {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly container: string;
  readonly image: string;
  /** The number of restarts. */
  readonly attempt: number;
}

/** The complete specification of a container. */
export interface ContainerSpec {
  readonly identity: ContainerIdentity;
  /** The container's directory for files of the runtime; absolute, created by the runtime, removed by the node. */
  readonly directory: string;
  /** A directory that all containers of a node share; removed with the node. */
  readonly scratch: string;
  /** `host`: the machine's root filesystem, read-only. Otherwise an absolute directory, with a private writable layer. */
  readonly rootfs: 'host' | string;
  /** Directories layered over the root, later ones on top. */
  readonly overlays: readonly string[];
  readonly mounts: readonly Mount[];
  /** Files added to the root, by absolute path. */
  readonly hostFiles: Readonly<Record<string, string>>;
  /** The command and its arguments, which no shell parses. */
  readonly argv: readonly [string, ...string[]];
  /** The complete environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** The absolute working directory, created if missing. */
  readonly cwd: string;
  /** @default the owner of the root filesystem (uid 0 inside) */
  readonly user?: ContainerUser;
  readonly hostname: string;
  /** Whether it keeps all capabilities. @default false */
  readonly privileged?: boolean;
  /** @default false */
  readonly noNewPrivileges?: boolean;
  /** @default false */
  readonly readOnlyRoot?: boolean;
  readonly output: OutputSink;
}

/** The exit of a container. */
export interface Exit {
  /** The process's exit code, or 128 + the signal's number. */
  readonly exitCode: number;
  readonly signal?: NodeJS.Signals;
  readonly reason: 'Completed' | 'Error' | 'OOMKilled';
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** The termination message, for runtimes without files. */
  readonly message?: string;
}

/** The result of a command that runs in a container (probes, lifecycle hooks). */
export interface ExecResult {
  readonly exitCode: number;
  /** The first 10 KiB of its output. */
  readonly output: string;
}

/** A running container. */
export interface RunningContainer {
  readonly id: string;
  readonly startedAt: Date;
  /** Settles when the process has exited and all output was passed on; never rejects. */
  readonly exit: Promise<Exit>;
  /** Signals the container's first process. A SIGTERM that it does not handle kills it at once. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Runs a command in the container. Aborting kills the command. */
  exec(argv: readonly [string, ...string[]], signal: AbortSignal): Promise<ExecResult>;
}

/** A running container, or the error; after an error nothing is left. */
export type StartResult =
  | { readonly kind: 'started'; readonly container: RunningContainer }
  | {
      readonly kind: 'failed';
      /** `StartError`: the command cannot be run. `ContainerCannotRun`: the container could not be created. */
      readonly reason: 'StartError' | 'ContainerCannotRun';
      readonly exitCode: 127 | 128;
      readonly message: string;
    };

/** Whether a runtime works on this machine. */
export type RuntimeProbe =
  | {
      readonly kind: 'usable';
      /** A short description. */ readonly description: string;
      readonly notes: readonly string[];
    }
  | { readonly kind: 'unusable'; readonly problem: RuntimeProblem };

/** Why a runtime cannot be used, with remedies. */
export class RuntimeProblem extends Error {
  override readonly name = 'RuntimeProblem';
  /** A code for scripts. */
  readonly code: 'SANDBOX_NO_NAMESPACES' | 'SANDBOX_NOT_LINUX' | 'SANDBOX_NO_PROGRAM' | 'SANDBOX_NO_PROCESSES';
  /** Remedies, one each. */
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
  /** Whether containers see files, so that the node must write volumes. */
  readonly usesFiles: boolean;
  /** Tests the runtime once; later calls return the same result. */
  probe(): Promise<RuntimeProbe>;
  /** Starts a container. A signal that is aborted before the process runs yields `ContainerCannotRun`. */
  start(spec: ContainerSpec, signal?: AbortSignal): Promise<StartResult>;
  /** Removes a directory whose containers have ended; succeeds if it does not exist. */
  remove(directory: string): Promise<void>;
}
