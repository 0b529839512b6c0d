/** A pool of worker processes that simulate seeds, one per core. */

import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from './outcome.js';
import type { Level } from './seeds.js';

/** A request to a worker. */
export interface WorkerRequest {
  readonly level: Level;
  readonly seed: number;
  /** Whether to simulate it twice and compare the traces. */
  readonly twice: boolean;
}

/** How a pool is run. */
export interface WorkersOptions {
  /** The number of workers. @default - one per core */
  readonly count?: number;
  /** Options of Node.js for the workers. @default none */
  readonly execArgv?: readonly string[];
  /** Additional environment variables of the workers. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** Returns the next request; undefined if there are no more. */
  readonly next: () => WorkerRequest | undefined;
  /** Called with each outcome. */
  readonly done: (request: WorkerRequest, outcome: Outcome) => void;
}

/** A seed takes a tenth of a second; one that takes this long is in an endless loop within one step. */
const STUCK_MS = 120_000;

/** Short-lived objects of many seeds: a larger young generation saves a tenth of the time. */
const NODE_OPTIONS = ['--max-semi-space-size=64', '--import', 'tsx'];

/** Simulates all seeds. A worker that exits or hangs is a violation of its seed. */
export async function runInWorkers({
  count = availableParallelism(),
  execArgv = [],
  env = {},
  next,
  done,
}: WorkersOptions): Promise<void> {
  const start = (): ChildProcess =>
    fork(join(import.meta.dirname, 'worker.ts'), {
      execArgv: [...execArgv, ...NODE_OPTIONS],
      env: { ...process.env, ...env },
    });
  await Promise.all(Array.from({ length: count }, () => work(start, next, done)));
}

async function work(
  start: () => ChildProcess,
  next: WorkersOptions['next'],
  done: WorkersOptions['done'],
): Promise<void> {
  let worker: ChildProcess | undefined;
  try {
    for (let request = next(); request; request = next()) {
      if (worker?.connected !== true) worker = start();
      done(request, await ask(worker, request));
    }
  } finally {
    if (worker?.connected === true) worker.disconnect();
  }
}

function ask(worker: ChildProcess, request: WorkerRequest): Promise<Outcome> {
  const { level, seed } = request;
  return new Promise((resolve) => {
    const failed = (oracle: string, message: string): void => {
      clearTimeout(limit);
      resolve({ seed, hash: '', steps: 0, time: 0, counts: {}, violations: [{ oracle, message }] });
    };
    const limit = setTimeout(() => {
      worker.removeAllListeners();
      worker.disconnect();
      worker.kill('SIGKILL');
      failed('every step ends', `${level} seed ${seed} has not ended after ${STUCK_MS / 1000} s`);
    }, STUCK_MS);
    const exited = (code: number | null): void => failed('no exception is lost', `the worker exited: ${String(code)}`);
    const broken = (error: Error): void => failed('no exception is lost', `the worker failed: ${error.message}`);
    worker.once('exit', exited);
    worker.once('error', broken); // it could not be started, or not be reached
    worker.once('message', (outcome) => {
      clearTimeout(limit);
      worker.off('exit', exited);
      worker.off('error', broken);
      resolve(outcome as Outcome); // the worker runs `answer`
    });
    worker.send(request);
  });
}
