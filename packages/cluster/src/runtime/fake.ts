/**
 * A runtime without processes: each container follows a script, in virtual time.
 *
 * For tests of code that runs pods: exit codes, output and durations depend on image, labels, names or argv, and hours pass instantly with
 * a virtual clock.
 */

import { constants } from 'node:os';
import { sleep, laterTurn, systemClock, type Clock } from '@pipewright/apimachinery';
import type { PodClock } from '../platform/pod-clock.js';
import { removeTree } from './host/remove-tree.js';
import type {
  ContainerSpec,
  ExecResult,
  Exit,
  RuntimeProbe,
  RunningContainer,
  Runtime,
  StartResult,
} from './runtime.js';

/** The behaviour of a container; the defaults describe a container that succeeds at once without output. */
export interface FakeOutcome {
  /** @default 0 */
  readonly exitCode?: number;
  /** The running time in milliseconds of the clock; `forever` until it is killed. @default 0 */
  readonly duration?: number | 'forever';
  /** Its output. @default '' */
  readonly output?: string;
  /** Its termination message. @default '' */
  readonly message?: string;
  /** Fails the start with this message, as for a missing command. @default the start succeeds */
  readonly startError?: string;
  /** Whether it exits on SIGTERM, with 128 + 15. @default true */
  readonly handlesSigterm?: boolean;
  /** The results of probe and hook commands. @default exit code 0 */
  readonly exec?: (argv: readonly string[]) => ExecResult;
}

/** Returns the behaviour of a container at its start; undefined for success. A promise keeps the container running until it settles. */
export type FakeScript = (container: ContainerSpec) => FakeOutcome | undefined | Promise<FakeOutcome | undefined>;

/** Options of `fake`. */
export interface FakeOptions {
  /** @default every container succeeds at once */
  readonly script?: FakeScript;
  /** The clock of durations. @default the machine's */
  readonly clock?: PodClock;
  /** Schedules the exit of containers that end at once. @default the machine's */
  readonly wireClock?: Clock;
}

/** Creates a runtime that runs containers by script. */
export function fake({
  script = () => undefined,
  clock = MACHINE,
  wireClock = systemClock,
}: FakeOptions = {}): Runtime {
  return {
    name: 'fake',
    usesFiles: false,
    remove: removeTree,
    probe: (): Promise<RuntimeProbe> =>
      Promise.resolve({ kind: 'usable', description: 'scripted, no processes', notes: ['no commands are executed'] }),
    start: (spec, signal): Promise<StartResult> => startFake(spec, { script, clock, wireClock }, signal),
  };
}

/** The machine's time. Its timers keep the process alive. */
const MACHINE: PodClock = {
  now: () => systemClock.date(),
  sleep: (milliseconds, signal) => sleep(systemClock, milliseconds, signal),
};

async function startFake(
  spec: ContainerSpec,
  { script, clock, wireClock }: Required<FakeOptions>,
  signal?: AbortSignal,
): Promise<StartResult> {
  if (signal?.aborted === true) {
    return { kind: 'failed', reason: 'ContainerCannotRun', exitCode: 128, message: 'cancelled before it started' };
  }
  const answer = script(spec);
  const scripted = answer instanceof Promise ? undefined : (answer ?? {});
  if (scripted?.startError !== undefined) {
    return { kind: 'failed', reason: 'StartError', exitCode: 128, message: scripted.startError };
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
  return { kind: 'started', container };
}

function untilKilled<T>(value: T | Promise<T>, killed: AbortSignal): Promise<T | undefined> {
  if (killed.aborted) return Promise.resolve(undefined);
  const end = new Promise<undefined>((resolve) =>
    killed.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  return Promise.race([value, end]);
}
