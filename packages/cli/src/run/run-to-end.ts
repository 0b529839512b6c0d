/**
 * Waits for the end of runs: until they finish, or are stopped by a signal or by `--timeout`.
 *
 * Separate from the command because stopping takes time: steps get SIGTERM, and those that ignore it are killed after
 * the grace period of their pod. Uses the clock of the caller.
 */

import type { KubeClient } from '@pipewright/kube';
import type { Clock } from '@pipewright/apimachinery';
import { formatDuration } from '@pipewright/tekton';
import { whenAborted, OUTPUT_CLOSED, STATUS_OF, type StopRequests } from '../terminal/stop-requests.js';
import { cancelRuns } from './session/cancel.js';
import type { EndedRun, Follower, StartedRun } from './follow/follower.js';
import { waitingNotice } from './follow/still-running.js';

/** Options of `runToEnd`. */
export interface RunToEndOptions {
  readonly client: KubeClient;
  readonly follower: Follower;
  readonly requests: StopRequests;
  readonly note: (message: string) => void;
  readonly clock: Clock;
  /** Milliseconds after which to stop the runs. */
  readonly timeoutMs?: number | undefined;
}

/** The outcome of the runs. `status`: the exit status if they were stopped. */
export interface RunsResult {
  readonly ended: readonly EndedRun[];
  readonly isStopped: boolean;
  readonly status?: number;
}

/** Milliseconds that cancelled runs may take to end before the cluster is closed. */
const GRACE_MS = 40_000;
/** Milliseconds after which steps that handle SIGTERM should have ended. */
const FIRST_NOTICE_MS = 2_000;
const NEXT_NOTICE_MS = 10_000;

/** Follows the runs until all of them have ended. */
export async function runToEnd(runs: readonly StartedRun[], options: RunToEndOptions): Promise<RunsResult> {
  const { follower, requests, clock, timeoutMs } = options;
  const all = Promise.all(runs.map((each) => follower.follow(each)));
  const limit = timer(clock, timeoutMs);
  const signal = await Promise.race([
    all.then(() => ENDED),
    limit.elapsed.then(() => TIMEOUT),
    whenAborted(requests.stop),
  ]);
  limit.stop();
  if (signal === ENDED) return { ended: await all, isStopped: false };
  if (signal !== TIMEOUT) {
    options.note(`stopping the steps (${signal}); ${killHint(signal)}`);
    return { ended: await stopRuns(runs, all, options, signal), isStopped: true, status: STATUS_OF[signal] ?? 1 };
  }
  const text = `--timeout ${formatDuration(timeoutMs ?? 0)}`;
  options.note(`stopping the steps: ${text} has passed`);
  follower.timedOut(`stopped by ${text}`);
  const ended = await stopRuns(runs, all, options, TIMEOUT);
  // A run may have finished just before the timeout.
  const isTimedOut = ended.some(({ outcome }) => outcome === 'timed-out');
  return { ended, isStopped: true, ...(isTimedOut && { status: TIMED_OUT_STATUS }) };
}

/** The status that `timeout` of coreutils uses. */
const TIMED_OUT_STATUS = 124;

const ENDED = 'ended';
const TIMEOUT = 'timeout';

/** Cancels the runs, and waits until their steps have ended, a kill is requested, or the grace period is over. */
async function stopRuns(
  runs: readonly StartedRun[],
  all: Promise<readonly EndedRun[]>,
  { client, follower, requests, note, clock }: RunToEndOptions,
  signal: string,
): Promise<readonly EndedRun[]> {
  await cancelRuns(client, runs);
  let cancelNotice: () => void = () => undefined;
  const notice = (): void => {
    const text = waitingNotice(follower.running(), clock.date().getTime(), killHint(signal));
    if (text !== undefined) note(text);
    cancelNotice = clock.after(NEXT_NOTICE_MS, notice);
  };
  cancelNotice = clock.after(FIRST_NOTICE_MS, notice);
  const grace = timer(clock, GRACE_MS);
  const kill = signal === TIMEOUT ? requests.stop : requests.kill;
  const haveEnded = await Promise.race([
    all.then(() => true),
    whenAborted(kill).then(() => false),
    grace.elapsed.then(() => false),
  ]);
  grace.stop();
  cancelNotice();
  if (!haveEnded) await follower.stop();
  return all;
}

function killHint(signal: string): string {
  if (signal === 'SIGINT') return 'press Ctrl-C again to kill them now';
  return signal === TIMEOUT || signal === OUTPUT_CLOSED
    ? 'press Ctrl-C to kill them now'
    : `a second ${signal} kills them now`;
}

function timer(
  clock: Clock,
  milliseconds: number | undefined,
): { readonly elapsed: Promise<void>; readonly stop: () => void } {
  let stop = (): void => undefined;
  const elapsed = new Promise<void>((resolve) => {
    if (milliseconds !== undefined) stop = clock.after(milliseconds, resolve);
  });
  return { elapsed, stop: () => stop() };
}
