/**
 * The life cycle of a process in a sandbox: launch, status, output, signals, exec and exit.
 */

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ignoresSigterm, send } from '../launchers/first-process.js';
import type { Programs } from '../launchers/launcher.js';
import type { Rights } from '../launchers/mount-table.js';
import type { Pipe } from '../launchers/output-pipe.js';
import type { ContainerSpec, ExecResult, Exit, RunningContainer } from '../runtime.js';
import type { StartedProcess } from '../launchers/starter.js';

/** The outcome of a launch. */
export type SandboxLaunch =
  | { readonly kind: 'created'; readonly container: RunningContainer }
  | { readonly kind: 'failed'; readonly message: string };

/** Dependencies of a process. */
export interface ProcessContext {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly programs: Programs;
  readonly rights: Rights;
  readonly now: () => Date;
}

/** The maximum size of a probe's output, as in kubelet. */
const EXEC_OUTPUT = 10_240;

/** The maximum length of a launcher's error message. */
const MAX_MESSAGE = 2000;

/** Follows a started process. Settles when the container is created or its creation has failed. */
export async function followProcess(
  spec: ContainerSpec,
  { first, pid, ended }: StartedProcess,
  output: Pipe,
  context: ProcessContext,
): Promise<SandboxLaunch> {
  let known = false;
  let early = '';
  const drained = output.drain({
    write: (chunk) => {
      if (!known && early.length < MAX_MESSAGE) early += Buffer.from(chunk).toString();
      return spec.output.write(chunk);
    },
  });
  const { isCreated, text } = await first;
  known = true;
  if (!isCreated) {
    await Promise.all([ended, drained]);
    output.recycle();
    return { kind: 'failed', message: text || early.trim() || 'the launcher exited without an error message' };
  }
  const startedAt = context.now();
  let hasEnded = false;
  const exit = Promise.all([ended, drained]).then(([{ code, signal }]): Exit => {
    hasEnded = true;
    output.recycle();
    const exitCode = signal === null ? code : 128 + constants.signals[signal];
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    return { exitCode, ...(signal !== null && { signal }), reason, startedAt, finishedAt: context.now() };
  });
  return { kind: 'created', container: running(spec, () => (hasEnded ? undefined : pid()), context, startedAt, exit) };
}

function running(
  { identity }: ContainerSpec,
  first: () => number | undefined,
  context: ProcessContext,
  startedAt: Date,
  exit: Promise<Exit>,
): RunningContainer {
  return {
    id: `sandbox://${identity.podUid}-${identity.container}-${identity.attempt}`,
    startedAt,
    exit,
    kill: (signal) => {
      const pid = first();
      if (pid !== undefined) send(pid, signal === 'SIGTERM' && ignoresSigterm(pid) ? 'SIGKILL' : signal);
    },
    exec: async (argv, signal) => {
      const pid = first();
      if (pid === undefined) return { exitCode: 126, output: 'the container is not running' };
      return runBeside(pid, argv, signal, context);
    },
  };
}

async function runBeside(
  first: number,
  argv: readonly string[],
  signal: AbortSignal,
  { programs, rights, env, cwd }: ProcessContext,
): Promise<ExecResult> {
  if (programs.nsenter === undefined) return { exitCode: 126, output: 'nsenter (util-linux) is not installed' };
  const user = rights === 'user' ? ['--user', '--preserve-credentials'] : [];
  const child = spawn(
    programs.setpriv,
    [
      ...['--pdeathsig=KILL', '--', programs.nsenter, `--target=${first}`, ...user],
      ...['--mount', '--uts', '--ipc', '--pid', '--root', `--wd=/proc/${first}/root${cwd}`, '--', ...argv],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...env }, detached: true },
  );
  const kill = (): void => {
    if (child.pid !== undefined) send(-child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', kill, { once: true });
  let output = '';
  const append = (chunk: Buffer): void => {
    if (output.length < EXEC_OUTPUT) output = (output + chunk.toString()).slice(0, EXEC_OUTPUT);
  };
  child.stdout.on('data', append);
  child.stderr.on('data', append);
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', resolve);
  });
  signal.removeEventListener('abort', kill);
  return { exitCode: code ?? 137, output };
}
