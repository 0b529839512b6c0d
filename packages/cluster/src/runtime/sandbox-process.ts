/**
 * One process in a sandbox, from launch to exit: its status pipe, its output, its signals and what is run beside it.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { cannotHearTerm, firstProcess, send } from './first-process.js';
import type { Launch, Programs, Rights } from './launcher.js';
import type { OutputPipe } from './output-pipe.js';
import type { ContainerSpec, ExecResult, Exit, RunningContainer } from './runtime.js';

/** What a launched process says on its status pipe. */
export type Launched =
  { readonly made: true; readonly container: RunningContainer } | { readonly made: false; readonly message: string };

/** What a process needs besides its command. */
export interface ProcessContext {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly pipe: OutputPipe;
  readonly programs: Programs;
  readonly rights: Rights;
  readonly now: () => Date;
}

/** How much of a probe's output is kept, as kubelet does. */
const EXEC_OUTPUT = 10_240;

/** Starts a launch, and settles when the container is made or could not be. */
export async function launchProcess(spec: ContainerSpec, launch: Launch, context: ProcessContext): Promise<Launched> {
  const { pipe } = context;
  let child: ChildProcess;
  try {
    child = spawn(launch.file, [...launch.args], {
      stdio:
        launch.statusAt === 2 ? ['ignore', pipe.writeEnd, 'pipe'] : ['ignore', pipe.writeEnd, pipe.writeEnd, 'pipe'],
      env: { ...context.env },
      detached: true, // a session and group of its own: a terminal's Ctrl-C is ours to translate
    });
  } finally {
    closeSync(pipe.writeEnd);
  }
  const drained = pipe.drain(spec.output);
  const ended = whenEnded(child, 'close');
  const words = new StatusWords(child, launch.statusAt);
  const status = await words.first();
  if (!status.made) {
    await Promise.all([ended, drained]);
    return { made: false, message: status.text.trim() || 'the launcher ended without a word' };
  }
  const startedAt = context.now();
  const exit = Promise.all([ended, drained]).then(([{ code, signal }]): Exit => {
    // unshare of util-linux 2.38 cannot end by KILL as its child did: it complains, and exits with 1.
    const by = code === 1 && words.after !== '' ? 'SIGKILL' : signal;
    const exitCode = by === null ? (code ?? 128) : 128 + constants.signals[by];
    const finishedAt = context.now();
    return {
      exitCode,
      ...(by !== null && { signal: by }),
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt,
      finishedAt,
    };
  });
  return { made: true, container: running(spec, child, context, startedAt, exit) };
}

function running(
  spec: ContainerSpec,
  child: ChildProcess,
  context: ProcessContext,
  startedAt: Date,
  exit: Promise<Exit>,
): RunningContainer {
  const pid = child.pid ?? 0;
  const gone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    id: `sandbox://${spec.identity.podUid}-${spec.identity.container}-${spec.identity.attempt}`,
    startedAt,
    exit,
    kill: (signal) => {
      if (gone()) return;
      const first = firstProcess(pid);
      if (first === undefined) send(pid, 'SIGKILL');
      else send(first, signal === 'SIGTERM' && cannotHearTerm(first) ? 'SIGKILL' : signal);
    },
    exec: async (argv, signal) => {
      const first = gone() ? undefined : firstProcess(pid);
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
  const { code } = await whenEnded(child, 'exit');
  signal.removeEventListener('abort', kill);
  return { exitCode: code ?? 137, output };
}

/** `close`: also everything on the status pipe was heard. `exit`: whatever still holds its output. */
function whenEnded(
  child: ChildProcess,
  event: 'close' | 'exit',
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ code: 127, signal: null }));
    child.once(event, (code: number | null, signal: NodeJS.Signals | null) => resolve({ code, signal }));
  });
}

/** The setup script says `ok`; bubblewrap says the number of its child. Anything else is why it failed. */
class StatusWords {
  #text = '';
  #first: { readonly made: boolean; readonly text: string } | undefined;
  readonly #settled: Promise<{ readonly made: boolean; readonly text: string }>;

  constructor(child: ChildProcess, at: 2 | 3) {
    const stream = child.stdio[at] as Readable | null | undefined; // 'pipe' at this place: the types do not follow it
    this.#settled = new Promise((resolve) => {
      const judge = (last: boolean): void => {
        if (this.#first !== undefined) return;
        if (/^ok$|"child-pid"/m.test(this.#text)) this.#first = { made: true, text: this.#text };
        else if (last) this.#first = { made: false, text: this.#text };
        if (this.#first !== undefined) resolve(this.#first);
      };
      const hear = (words: string): void => {
        this.#text = (this.#text + words).slice(0, MOST_WORDS);
        judge(false);
      };
      stream?.setEncoding('utf8');
      stream?.on('data', hear);
      stream?.on('error', () => judge(true));
      stream?.on('close', () => judge(true));
      child.once('error', (error) => {
        hear(error.message);
        judge(true);
      });
    });
  }

  first(): Promise<{ readonly made: boolean; readonly text: string }> {
    return this.#settled;
  }

  /** What was said after the container was made; bubblewrap goes on to say how it ended. */
  get after(): string {
    return this.#text.includes('child-pid') ? '' : this.#text.replace(/^ok\n/m, '');
  }
}

const MOST_WORDS = 8192;
