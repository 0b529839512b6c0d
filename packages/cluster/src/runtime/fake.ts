/**
 * A runtime without processes: each container does what a script says, in virtual time.
 *
 * For tests of whatever runs on pods: outcomes, output and durations are chosen by image, labels, names or argv, and
 * hours pass in no time when the clock is a virtual one.
 */

import { constants } from 'node:os';
import { laterTurn, systemClock, type Clock } from '../platform/clock.js';
import { removeTree } from './host/remove-tree.js';
import type { ContainerSpec, ExecResult, Exit, Probe, RunningContainer, Runtime, StartResult } from './runtime.js';

/** What a container does. Everything absent is what a container does that simply succeeds, at once, in silence. */
export interface FakeOutcome {
  /** @default 0 */
  readonly exitCode?: number;
  /** How long it runs, in milliseconds of the clock. `forever`: until it is killed. @default 0 */
  readonly duration?: number | 'forever';
  /** What it prints. @default '' */
  readonly output?: string;
  /** Its termination message. @default '' */
  readonly message?: string;
  /** It cannot be started, for this reason, as when its command does not exist. @default it can */
  readonly startError?: string;
  /** Whether it ends when asked to, with 128 + 15. @default true */
  readonly handlesSigterm?: boolean;
  /** What commands beside it (probes, hooks) give. @default exit code 0 */
  readonly exec?: (argv: readonly string[]) => ExecResult;
}

/** Chooses what a container does, when it starts; undefined: it succeeds. A promise keeps it running until settled. */
export type FakeScript = (container: ContainerSpec) => FakeOutcome | undefined | Promise<FakeOutcome | undefined>;

/** Options of `fake`. */
export interface FakeOptions {
  /** @default everything succeeds at once */
  readonly script?: FakeScript;
  /** Whose time durations are in. @default the machine's */
  readonly clock?: FakeClock;
  /** Whose turns of the event loop a container takes that ends at once. @default the machine's */
  readonly wireClock?: Clock;
}

/** The part of a clock that the fake reads. */
export interface FakeClock {
  now(): Date;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Runs containers by script. */
export function fake({
  script = () => undefined,
  clock = MACHINE,
  wireClock = systemClock,
}: FakeOptions = {}): Runtime {
  return {
    name: 'fake',
    usesFiles: false,
    remove: removeTree,
    probe: (): Promise<Probe> =>
      Promise.resolve({ usable: true, how: 'scripted, no processes', notes: ['nothing is really run'] }),
    start: (spec, signal): Promise<StartResult> => startFake(spec, { script, clock, wireClock }, signal),
  };
}

const MACHINE: FakeClock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    }),
};

async function startFake(
  spec: ContainerSpec,
  { script, clock, wireClock }: Required<FakeOptions>,
  signal?: AbortSignal,
): Promise<StartResult> {
  if (signal?.aborted === true) {
    return { started: false, reason: 'ContainerCannotRun', exitCode: 128, message: 'cancelled before it started' };
  }
  const answer = script(spec);
  const scripted = answer instanceof Promise ? undefined : (answer ?? {});
  if (scripted?.startError !== undefined) {
    return { started: false, reason: 'StartError', exitCode: 128, message: scripted.startError };
  }
  const startedAt = clock.now();
  const killed = new AbortController();
  let signalled: NodeJS.Signals | undefined;
  let outcome: FakeOutcome | undefined = scripted;
  const exit = (async (): Promise<Exit> => {
    outcome = (await untilKilled(answer, killed.signal)) ?? {};
    if (outcome.output !== undefined) await spec.output.write(Buffer.from(outcome.output));
    const { duration = 0, message } = outcome;
    if (duration === 'forever') await untilKilled(new Promise(() => undefined), killed.signal);
    else if (duration > 0 && !killed.signal.aborted) await clock.sleep(duration, killed.signal);
    else await laterTurn(wireClock);
    const exitCode = signalled === undefined ? (outcome.exitCode ?? 0) : 128 + constants.signals[signalled];
    return {
      exitCode,
      ...(signalled !== undefined && { signal: signalled }),
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt,
      finishedAt: clock.now(),
      ...(message !== undefined && signalled === undefined && { message }),
    };
  })();
  const container: RunningContainer = {
    id: `fake://${spec.identity.podUid}-${spec.identity.container}-${spec.identity.attempt}`,
    startedAt,
    exit,
    kill: (by) => {
      if (by === 'SIGTERM' && outcome?.handlesSigterm === false) return;
      signalled ??= by;
      killed.abort();
    },
    exec: (argv) => Promise.resolve(outcome?.exec?.(argv) ?? { exitCode: 0, output: '' }),
  };
  return { started: true, container };
}

function untilKilled<T>(wanted: T | Promise<T>, killed: AbortSignal): Promise<T | undefined> {
  if (killed.aborted) return Promise.resolve(undefined);
  const end = new Promise<undefined>((resolve) =>
    killed.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  return Promise.race([wanted, end]);
}
