/**
 * What the steps of a simulation do: a runtime whose containers follow a test's script.
 *
 * The pods are those that the controller makes for a real cluster, where a small shell program in each container waits for
 * the step before. No shell runs here, so this file keeps the order, from the arguments of that program: the index of the
 * step and the number of steps.
 */

import { fake, type ContainerSpec, type FakeOutcome, type Runtime } from '@pipewright/cluster';
import { resultsReport, decodeTurn, type DecodedTurn } from '@pipewright/controller';
import { closestMatch, TEKTON_LABELS } from '@pipewright/tekton';
import type { SimulatedTime } from './edge/simulated-time.js';
import type { Scripts } from './scripts.js';
import { SimulationError } from './simulation-error.js';
import type { ScriptedStep, StepRecord } from './step.js';

/** Steps that resources put around a task's own. */
const OF_RESOURCE = /^(git-source|create-dir|source-copy|source-mkdir|image-digest-exporter|pr-source|fetch|upload)-/;

interface PodState {
  readonly attempt: number;
  /** How the steps ended, by place, once they have; the others wait on it. */
  readonly ended: Map<number, Settled<number>>;
  /** What its steps have written; absent while no script has said anything of results. */
  results?: Readonly<Record<string, string>>;
  /** Whether a step has reported them. */
  reported: boolean;
}

/** A promise, and what settles it. */
interface Settled<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

/** What is filled in as a step goes on. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A runtime for one simulation, and what its steps did. */
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

  /** The steps that have run, in the order in which they began. */
  get steps(): readonly StepRecord[] {
    return [...this.#records.values()];
  }

  async #start(runtime: Runtime, container: ContainerSpec, signal?: AbortSignal): ReturnType<Runtime['start']> {
    const done = this.#time.begin();
    this.#stopped.set(container, new AbortController());
    const started = await runtime.start(container, signal);
    done();
    if (started.kind === 'started') void started.container.exit.then(({ exitCode }) => this.#end(container, exitCode));
    return started;
  }

  /** Also of a step that was stopped: it sleeps no longer. */
  #end(container: ContainerSpec, exitCode: number): void {
    this.#time.begin()();
    this.#stopped.get(container)?.abort();
    this.#stopped.delete(container);
    const record = this.#records.get(container);
    if (record) Object.assign(record, { exitCode, ended: this.#time.elapsed / 1000 });
  }

  #outcome(container: ContainerSpec): FakeOutcome | Promise<FakeOutcome> {
    if (!container.identity.container.startsWith('step-')) return { duration: 'forever' }; // a sidecar, until it is stopped
    return this.#run(container).catch((error: unknown) => {
      this.#scripts.fail(error); // the test's own script has thrown: its error is what the test is to see
      return { exitCode: 1 };
    });
  }

  async #run(container: ContainerSpec): Promise<FakeOutcome> {
    const { labels, podUid, image } = container.identity;
    const turn: DecodedTurn = decodeTurn(container.argv) ?? { index: 0, count: 1, own: container.argv };
    const { index, own: argv } = turn;
    const pod = this.#pod(podUid, labels[TEKTON_LABELS.taskRun] ?? '');
    const before = index === 0 ? 0 : await endOf(pod, index - 1).promise;
    if (before !== 0) {
      endOf(pod, index).resolve(1);
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
    const done = this.#scripts.of(call) ?? {};
    const takes = this.#scripts.millisecondsOf(done);
    const signal = this.#stopped.get(container)?.signal ?? AbortSignal.abort();
    if (takes > 0) await this.#time.sleep(takes, signal);
    if (takes > 0 && signal.aborted) return {}; // it was stopped
    const exitCode = done.exitCode ?? 0;
    if (done.results) pod.results = { ...pod.results, ...done.results };
    if (exitCode === 0) rejectUnknownResults(call.task, pod, turn);
    const message = exitCode === 0 ? messageOf(container.argv, done, pod) : undefined;
    endOf(pod, index).resolve(exitCode);
    return {
      exitCode,
      ...(done.output !== undefined && { output: done.output }),
      ...(message !== undefined && { message }),
    };
  }

  #pod(uid: string, run: string): PodState {
    const known = this.#pods.get(uid);
    if (known) return known;
    const attempt = (this.#attempts.get(run) ?? 0) + 1;
    this.#attempts.set(run, attempt);
    const pod: PodState = { attempt, ended: new Map(), reported: false };
    this.#pods.set(uid, pod);
    return pod;
  }
}

function endOf({ ended }: PodState, index: number): Settled<number> {
  const known = ended.get(index);
  if (known) return known;
  let resolve: (exitCode: number) => void = () => undefined;
  const promise = new Promise<number>((settle) => (resolve = settle));
  const made = { promise, resolve };
  ended.set(index, made);
  return made;
}

/** Throws if a script writes results that the task does not declare: they would never be read. */
function rejectUnknownResults(task: string, pod: PodState, turn: DecodedTurn): void {
  const { index, count } = turn;
  const results = turn.results?.names ?? [];
  const reports = results.length > 0 || (index === count - 1 && !pod.reported);
  pod.reported ||= reports;
  const unknown = Object.keys(pod.results ?? {}).find((it) => !results.includes(it));
  if (unknown === undefined || !reports) return;
  const meant = closestMatch(unknown, results);
  throw new SimulationError(
    `a script writes the result "${unknown}", which the task "${task}" does not have`,
    meant === undefined ? `it has: ${results.join(', ') || 'none'}` : `did you mean "${meant}"?`,
  );
}

/** What the step leaves for the controller, as real ones do. */
function messageOf(argv: readonly string[], { resourceResults = {} }: ScriptedStep, pod: PodState): string | undefined {
  const { results } = pod;
  const report = resultsReport(argv, (name) => (results === undefined ? name : results[name]));
  const ofResources = Object.entries(resourceResults).flatMap(([name, those]) =>
    Object.entries(those).map(([key, value]) => ({ key, value, resourceRef: { name } })),
  );
  if (report === undefined && ofResources.length === 0) return undefined;
  return JSON.stringify([...(JSON.parse(report ?? '[]') as readonly object[]), ...ofResources]);
}
