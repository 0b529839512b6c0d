/**
 * One process in a sandbox, from launch to exit: its status, its output, its signals and what is run beside it.
 */

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { cannotHearTerm, firstProcess, send } from './first-process.js';
import { launchScript, type Forker } from './forker.js';
import type { Launch, Programs, Rights } from './launcher.js';
import type { Pipe } from './output-pipe.js';
import type { ContainerSpec, ExecResult, Exit, RunningContainer } from './runtime.js';
import { StatusWords } from './status-words.js';

/** What became of a launch. */
export type Launched =
  { readonly made: true; readonly container: RunningContainer } | { readonly made: false; readonly message: string };

/** What a process needs besides its command. */
export interface ProcessContext {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly output: Pipe;
  readonly status: Pipe;
  readonly forker: Forker;
  readonly programs: Programs;
  readonly rights: Rights;
  readonly now: () => Date;
}

/** A process that was started, however it was. */
interface Started {
  readonly words: StatusWords;
  readonly pid: () => number | undefined;
  readonly ended: Promise<{ readonly code: number; readonly signal: NodeJS.Signals | null }>;
}

/** How much of a probe's output is kept, as kubelet does. */
const EXEC_OUTPUT = 10_240;

/** Starts a launch, and settles when the container is made or could not be. */
export async function launchProcess(spec: ContainerSpec, launch: Launch, context: ProcessContext): Promise<Launched> {
  const drained = context.output.drain(spec.output);
  const started = launch.by === 'fork' ? fork(spec, launch, context) : spawnDirectly(launch, context);
  const { words } = started;
  const status = await words.first;
  if (!status.made) {
    await Promise.all([started.ended, drained]);
    return {
      made: false,
      message: status.text || context.forker.complaint.trim() || 'the launcher ended without a word',
    };
  }
  const startedAt = context.now();
  let over = false;
  const exit = Promise.all([started.ended, drained]).then(([{ code, signal }]): Exit => {
    over = true;
    // unshare of util-linux 2.38 cannot end by KILL as its child did: it complains, and exits with 1.
    const by = code === 1 && words.complaint !== '' ? 'SIGKILL' : signal;
    const exitCode = by === null ? code : 128 + constants.signals[by];
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    return { exitCode, ...(by !== null && { signal: by }), reason, startedAt, finishedAt: context.now() };
  });
  return { made: true, container: running(spec, () => (over ? undefined : started.pid()), context, startedAt, exit) };
}

function fork({ directory }: ContainerSpec, launch: Launch, { env, output, status, forker }: ProcessContext): Started {
  const words = new StatusWords();
  const heard = status.drain({
    write: (chunk) => {
      words.hear(Buffer.from(chunk).toString());
      if (words.pid !== undefined) release(); // both pipes are open at the other end
      return undefined;
    },
  });
  const release = (): void => {
    output.release();
    status.release();
  };
  const script = launchScript({
    output: output.path,
    status: status.path,
    env,
    command: [launch.file, ...launch.args],
  });
  writeFileSync(join(directory, 'launch'), script, { mode: 0o600 });
  const ended = forker.run(directory).then(async (code) => {
    release();
    await heard;
    words.end();
    return { code, signal: null };
  });
  return { words, pid: () => words.pid, ended };
}

function spawnDirectly(launch: Launch, { env, output, status }: ProcessContext): Started {
  const words = new StatusWords();
  const child = spawn(launch.file, [...launch.args], {
    stdio: ['ignore', output.writeEnd, output.writeEnd, 'pipe'],
    env: { ...env },
    detached: true, // a session and group of its own: a terminal's Ctrl-C is ours to translate
  });
  output.release();
  status.discard();
  const stream = child.stdio[3] as Readable; // 'pipe' above: the types do not follow the fourth entry
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => words.hear(chunk));
  stream.on('error', () => words.end());
  stream.on('close', () => words.end());
  const ended: Started['ended'] = new Promise((resolve) => {
    child.once('error', (error) => {
      words.hear(error.message);
      words.end();
      resolve({ code: 127, signal: null });
    });
    child.once('close', (code: number | null, signal: NodeJS.Signals | null) => resolve({ code: code ?? 128, signal }));
  });
  return { words, pid: () => child.pid, ended };
}

function running(
  { identity }: ContainerSpec,
  launcher: () => number | undefined,
  context: ProcessContext,
  startedAt: Date,
  exit: Promise<Exit>,
): RunningContainer {
  return {
    id: `sandbox://${identity.podUid}-${identity.container}-${identity.attempt}`,
    startedAt,
    exit,
    kill: (signal) => {
      const pid = launcher();
      if (pid === undefined) return;
      const first = firstProcess(pid);
      if (first === undefined) send(pid, 'SIGKILL');
      else send(first, signal === 'SIGTERM' && cannotHearTerm(first) ? 'SIGKILL' : signal);
    },
    exec: async (argv, signal) => {
      const pid = launcher();
      const first = pid === undefined ? undefined : firstProcess(pid);
      if (first === undefined) return { exitCode: 126, output: 'the container is not running' };
      return runBeside(first, argv, signal, context);
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
  const keep = (chunk: Buffer): void => {
    if (output.length < EXEC_OUTPUT) output = (output + chunk.toString()).slice(0, EXEC_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', resolve);
  });
  signal.removeEventListener('abort', kill);
  return { exitCode: code ?? 137, output };
}
