/**
 * A container runtime whose containers follow the scripts of a test.
 *
 * The controller creates the same pods as for a real cluster, where a shell program in each container waits for the previous
 * step. No shell runs here, so this runtime keeps the order, using that program's arguments: the index of the step and the
 * number of steps.
 */

import { fake, type ContainerSpec, type FakeOutcome, type Runtime } from '@pipewright/cluster';
import { resultsReport, decodeTurn, type DecodedTurn } from '@pipewright/controller';
import { closestMatch, TEKTON_LABELS } from '@pipewright/tekton';
import type { SimulatedTime } from './edge/simulated-time.js';
import type { Scripts } from './scripts.js';
import { SimulationError } from './simulation-error.js';
import type { ScriptedStep, StepRecord } from './step.js';

/** The names of steps that resources add to a task. */
const OF_RESOURCE = /^(git-source|create-dir|source-copy|source-mkdir|image-digest-exporter|pr-source|fetch|upload)-/;

interface PodState {
  readonly attempt: number;
  /** The exit code of each step, by index. Later steps await it. */
  readonly exitCodes: Map<number, PendingExitCode>;
  /** The results that its steps have written; absent if no script has stated any. */
  results?: Readonly<Record<string, string>>;
  /** Whether a step has reported the results. */
  reported: boolean;
}

/** A promise of an exit code, with its resolver. */
interface PendingExitCode {
  readonly promise: Promise<number>;
  readonly resolve: (exitCode: number) => void;
}

/** A record that is completed when its step ends. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The runtime of one simulation, with the records of its steps. */
export class ScriptedRuntime {
  readonly #scripts: Scripts;
  readonly #time: SimulatedTime;
  readonly #pods = new Map<string, PodState>();
  readonly #attempts = new Map<string, number>();
  readonly #records = new Map<ContainerSpec, Mutable<StepRecord>>();
  readonly #stopped = new Map<ContainerSpec, AbortController>();
  readonly runtime: Runtime;

  constructor(scripts: Scripts, time: SimulatedTime) {
    this.#scripts = scripts;
    this.#time = time;
    const runtime = fake({ script: (container) => this.#outcome(container), clock: time.nodeClock });
    this.runtime = { ...runtime, start: (container, signal) => this.#start(runtime, container, signal) };
  }

  /** The steps that have run, in the order of their start. */
  get steps(): readonly StepRecord[] {
    return [...this.#records.values()];
  }

  async #start(runtime: Runtime, container: ContainerSpec, signal?: AbortSignal): ReturnType<Runtime['start']> {
    const end = this.#time.begin();
    this.#stopped.set(container, new AbortController());
    const started = await runtime.start(container, signal);
    end();
    if (started.kind === 'started') void started.container.exit.then(({ exitCode }) => this.#end(container, exitCode));
    return started;
  }

  /** Completes the record of a step. If it was stopped, its delay ends too. */
  #end(container: ContainerSpec, exitCode: number): void {
    this.#time.begin()();
    this.#stopped.get(container)?.abort();
    this.#stopped.delete(container);
    const record = this.#records.get(container);
    if (record) Object.assign(record, { exitCode, ended: this.#time.elapsed / 1000 });
  }

  #outcome(container: ContainerSpec): FakeOutcome | Promise<FakeOutcome> {
    if (!container.identity.container.startsWith('step-')) return { duration: 'forever' }; // a sidecar runs until it is stopped
    return this.#run(container).catch((error: unknown) => {
      this.#scripts.fail(error); // a script of the test has thrown: `simulate` rejects with its error
      return { exitCode: 1 };
    });
  }

  async #run(container: ContainerSpec): Promise<FakeOutcome> {
    const { labels, podUid, image } = container.identity;
    const turn: DecodedTurn = decodeTurn(container.argv) ?? { index: 0, count: 1, own: container.argv };
    const { index, own: argv } = turn;
    const pod = this.#pod(podUid, labels[TEKTON_LABELS.taskRun] ?? '');
    const previous = index === 0 ? 0 : await exitCodeOf(pod, index - 1).promise;
    if (previous !== 0) {
      exitCodeOf(pod, index).resolve(1);
      return { exitCode: 1, output: 'Skipping step because a previous step failed\n' };
    }
    const step = container.identity.container.slice('step-'.length);
    const call = {
      ...this.#scripts.ownerOf(labels, step),
      step,
      attempt: pod.attempt,
      argv,
      env: container.env,
      image,
    };
    const began = this.#time.elapsed / 1000;
    const ofResource = OF_RESOURCE.test(step);
    this.#records.set(container, { ...call, exitCode: 0, began, ended: began, ofResource });
    const script = this.#scripts.of(call) ?? {};
    const durationMs = this.#scripts.millisecondsOf(script);
    const signal = this.#stopped.get(container)?.signal ?? AbortSignal.abort();
    if (durationMs > 0) await this.#time.sleep(durationMs, signal);
    if (durationMs > 0 && signal.aborted) return {}; // it was stopped
    const exitCode = script.exitCode ?? 0;
    if (script.results) pod.results = { ...pod.results, ...script.results };
    if (exitCode === 0) rejectUnknownResults(call.task, pod, turn);
    const message = exitCode === 0 ? messageOf(container.argv, script, pod) : undefined;
    exitCodeOf(pod, index).resolve(exitCode);
    return {
      exitCode,
      ...(script.output !== undefined && { output: script.output }),
      ...(message !== undefined && { message }),
    };
  }

  #pod(uid: string, run: string): PodState {
    const known = this.#pods.get(uid);
    if (known) return known;
    const attempt = (this.#attempts.get(run) ?? 0) + 1;
    this.#attempts.set(run, attempt);
    const pod: PodState = { attempt, exitCodes: new Map(), reported: false };
    this.#pods.set(uid, pod);
    return pod;
  }
}

function exitCodeOf({ exitCodes }: PodState, index: number): PendingExitCode {
  const known = exitCodes.get(index);
  if (known) return known;
  let resolve: (exitCode: number) => void = () => undefined;
  const promise = new Promise<number>((settle) => (resolve = settle));
  const pending = { promise, resolve };
  exitCodes.set(index, pending);
  return pending;
}

/** Throws if a script writes results that the task does not declare: they would never be read. */
function rejectUnknownResults(task: string, pod: PodState, turn: DecodedTurn): void {
  const { index, count } = turn;
  const results = turn.results?.names ?? [];
  const reports = results.length > 0 || (index === count - 1 && !pod.reported);
  pod.reported ||= reports;
  const unknown = Object.keys(pod.results ?? {}).find((it) => !results.includes(it));
  if (unknown === undefined || !reports) return;
  const suggestion = closestMatch(unknown, results);
  throw new SimulationError(
    `a script writes the result "${unknown}", which the task "${task}" does not have`,
    suggestion === undefined ? `its results are: ${results.join(', ') || 'none'}` : `did you mean "${suggestion}"?`,
  );
}

/** Returns the termination message of a step, as its entrypoint writes it for the controller. */
function messageOf(argv: readonly string[], { resourceResults = {} }: ScriptedStep, pod: PodState): string | undefined {
  const { results } = pod;
  const report = resultsReport(argv, (name) => (results === undefined ? name : results[name]));
  const ofResources = Object.entries(resourceResults).flatMap(([name, those]) =>
    Object.entries(those).map(([key, value]) => ({ key, value, resourceRef: { name } })),
  );
  if (report === undefined && ofResources.length === 0) return undefined;
  return JSON.stringify([...(JSON.parse(report ?? '[]') as readonly object[]), ...ofResources]);
}
