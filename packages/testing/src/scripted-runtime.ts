/**
 * What the steps of a simulation do: a runtime whose containers follow a test's script.
 *
 * The pods are those that the controller makes for a real cluster, where a small shell program in each container waits for
 * the step before. No shell runs here, so the order is kept by this file, by what that program is told: which step it is,
 * and of how many.
 */

import { fake, type FakeOutcome, type FakeScript, type Runtime } from '@pipewright/cluster';
import type { ScriptedStep, StepCall, StepRecord, StepScripts } from './step.js';

/** Steps that resources put around a task's own. */
const OF_RESOURCE = /^(git-source|create-dir|source-copy|source-mkdir|image-digest-exporter|pr-source|fetch|upload)-/;

interface PodState {
  readonly attempt: number;
  /** How the steps ended, by place, once they have; the others wait on it. */
  readonly ended: Map<number, PromiseWithResolver>;
}

interface PromiseWithResolver {
  readonly promise: Promise<number>;
  readonly resolve: (exitCode: number) => void;
}

/** A runtime for one simulation, and what its steps did. */
export class ScriptedRuntime {
  readonly #scripts: StepScripts;
  readonly #pods = new Map<string, PodState>();
  readonly #attempts = new Map<string, number>();
  readonly steps: StepRecord[] = [];
  readonly runtime: Runtime;

  constructor(scripts: StepScripts) {
    this.#scripts = scripts;
    this.runtime = fake({ script: (container) => this.#outcome(container) });
  }

  #outcome({ identity, argv, env }: Parameters<FakeScript>[0]): FakeOutcome | Promise<FakeOutcome> {
    const { container, labels, podUid, image } = identity;
    if (!container.startsWith('step-')) return { duration: 'forever' }; // a sidecar, until it is stopped
    const run = labels['tekton.dev/taskRun'] ?? '';
    const task = labels['tekton.dev/pipelineTask'] ?? run;
    const pod = this.#pod(podUid, run);
    const { index, own } = turnOf(argv);
    const call = { task, step: container.slice('step-'.length), attempt: pod.attempt, argv: own, env, image };
    return this.#run(call, pod, index);
  }

  async #run(call: StepCall, pod: PodState, index: number): Promise<FakeOutcome> {
    const before = index === 0 ? 0 : await endOf(pod, index - 1).promise;
    if (before !== 0) {
      endOf(pod, index).resolve(1);
      return { exitCode: 1, output: 'Skipping step because a previous step failed\n' };
    }
    const done = this.#scripted(call) ?? {};
    const exitCode = done.exitCode ?? 0;
    this.steps.push({ ...call, exitCode, ofResource: OF_RESOURCE.test(call.step) });
    const message = messageOf(done);
    endOf(pod, index).resolve(exitCode);
    return {
      exitCode,
      ...(done.output !== undefined && { output: done.output }),
      ...(message !== undefined && { message }),
    };
  }

  #scripted(call: StepCall): ScriptedStep | undefined {
    const script = this.#scripts[call.task]?.[call.step];
    if (typeof script === 'function') return script(call);
    return isList(script) ? script[Math.min(call.attempt, script.length) - 1] : script;
  }

  #pod(uid: string, run: string): PodState {
    const known = this.#pods.get(uid);
    if (known) return known;
    const attempt = (this.#attempts.get(run) ?? 0) + 1;
    this.#attempts.set(run, attempt);
    const pod = { attempt, ended: new Map() };
    this.#pods.set(uid, pod);
    return pod;
  }
}

const isList = (script: unknown): script is readonly ScriptedStep[] => Array.isArray(script);

function endOf({ ended }: PodState, index: number): PromiseWithResolver {
  const known = ended.get(index);
  if (known) return known;
  let resolve: (exitCode: number) => void = () => undefined;
  const promise = new Promise<number>((settle) => (resolve = settle));
  const made = { promise, resolve };
  ended.set(index, made);
  return made;
}

/** Which step this is, and what is the user's own of its command. */
function turnOf(argv: readonly string[]): { readonly index: number; readonly own: readonly string[] } {
  const start = argv.indexOf('pipewright');
  if (start < 0 || argv[start - 2] !== '-c') return { index: 0, own: argv };
  const end = argv.indexOf('--', start);
  const at = argv.indexOf('-i', start);
  return { index: at > 0 && at < end ? Number(argv[at + 1]) : 0, own: argv.slice(end + 1) };
}

/** What the step leaves for the controller, as real ones do. */
function messageOf({ results = {}, resourceResults = {} }: ScriptedStep): string | undefined {
  const entries = [
    ...Object.entries(results).map(([key, value]) => ({ key, value, type: 'TaskRunResult' })),
    ...Object.entries(resourceResults).flatMap(([name, facts]) =>
      Object.entries(facts).map(([key, value]) => ({ key, value, resourceRef: { name } })),
    ),
  ];
  return entries.length > 0 ? JSON.stringify(entries) : undefined;
}
