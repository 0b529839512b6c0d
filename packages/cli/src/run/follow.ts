/**
 * Watches runs and tells what happens in them.
 *
 * It looks at what is, never at what changed: each change of anything is only a reason to look again. A pod's steps are
 * followed one after the other, as they run, so that logs come in order and the last line of a step precedes its end.
 */

import { setMaxListeners } from 'node:events';
import type { KubeClient } from '@pipewright/kube';
import { byLabel, byOwner, PODS, Reflector } from '@pipewright/kube';
import type { Waits } from '@pipewright/tekton';
import type { EventSink, TaskOutcome } from './events.js';
import { PIPELINE_RUNS, PIPELINE_TASK_LABEL, TASK_RUN_LABEL, TASK_RUNS } from './kinds.js';
import { factsOf, outcomeOf, succeeded, type SeenPipelineRun, type SeenPod, type SeenTaskRun } from './observed.js';
import { Watchers } from './watchers.js';
import { followPod, type StepSink } from './pod-logs.js';
import type { Mask } from '../masking/mask.js';

/** A run that was created. */
export interface StartedRun {
  readonly kind: 'PipelineRun' | 'TaskRun';
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** Its tasks in declared order, and those that each waits for; for a TaskRun its own name. */
  readonly tasks: Waits;
}

/** How a run ended. */
export interface EndedRun {
  readonly name: string;
  readonly outcome: TaskOutcome;
}

/** What a follower is made of. */
export interface FollowerOptions {
  readonly client: KubeClient;
  readonly mask: Mask;
  readonly emit: EventSink;
  readonly now?: () => Date;
}

/** Follows any number of runs. */
export class Follower {
  readonly #client: KubeClient;
  readonly #mask: Mask;
  readonly #emit: EventSink;
  readonly #now: () => Date;
  readonly #stop = new AbortController();
  readonly #watchers = new Watchers();
  readonly #runs: Reflector<SeenPipelineRun>;
  readonly #taskRuns: Reflector<SeenTaskRun>;
  readonly #pods: Reflector<SeenPod>;

  constructor({ client, mask, emit, now = () => new Date() }: FollowerOptions) {
    this.#client = client;
    this.#mask = mask;
    this.#emit = emit;
    this.#now = now;
    setMaxListeners(0, this.#stop.signal); // one a log that is open, and any number of them may be
    const onChange = (): void => this.#watchers.changed();
    this.#runs = new Reflector<SeenPipelineRun>(client, PIPELINE_RUNS, { onChange });
    this.#taskRuns = new Reflector<SeenTaskRun>(client, TASK_RUNS, { onChange, indexers: { owner: byOwner } });
    this.#pods = new Reflector<SeenPod>(client, PODS, { onChange, indexers: { taskRun: byLabel(TASK_RUN_LABEL) } });
  }

  /** Begins to watch; resolves when everything there is has been seen. */
  async start(): Promise<void> {
    const reflectors = [this.#runs.start(), this.#taskRuns.start(), this.#pods.start()];
    await Promise.all(reflectors.map(({ synced }) => synced));
  }

  /** Follows a run to its end, its logs included. */
  async follow(run: StartedRun): Promise<EndedRun> {
    const began = this.#now();
    const { name, kind, namespace, tasks } = run;
    this.#emit({ type: 'run-start', time: began.toISOString(), run: name, kind, namespace, tasks: [...tasks.keys()] });
    const end = await (kind === 'TaskRun' ? this.#followTaskRun(run, run, name) : this.#followPipelineRun(run));
    const seconds = this.#secondsSince(began);
    this.#emit({
      type: 'run-end',
      time: this.#time(),
      run: name,
      ...end,
      message: this.#mask.hide(end.message),
      seconds,
    });
    return { name, outcome: end.outcome };
  }

  /** Stops watching. Runs that are still followed end as cancelled. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('no longer followed'));
    this.#watchers.changed();
    await Promise.all([this.#runs.stop(), this.#taskRuns.stop(), this.#pods.stop()]);
  }

  async #followPipelineRun(run: StartedRun): Promise<End> {
    const following = new Map<string, Promise<unknown>>();
    const byTask = new Map<string, Promise<unknown>>();
    const end = await this.#until(() => {
      for (const taskRun of this.#taskRuns.by('owner', run.uid)) {
        const uid = taskRun.metadata.uid ?? '';
        const task = taskRun.metadata.labels?.[PIPELINE_TASK_LABEL] ?? taskRun.metadata.name ?? '';
        const child = { name: taskRun.metadata.name ?? '', namespace: run.namespace, uid };
        if (following.has(uid)) continue;
        // What a task waited for is told to its end first, however fast the cluster is.
        const before = Promise.all((run.tasks.get(task) ?? []).map((name) => byTask.get(name)));
        const told = this.#followTaskRun(child, run, task, before);
        following.set(uid, told);
        byTask.set(task, told);
      }
      return endOf(succeeded(this.#runs.get(`${run.namespace}/${run.name}`)?.status?.conditions));
    });
    await Promise.all(following.values());
    this.#tellSkipped(run);
    return end ?? CANCELLED;
  }

  async #followTaskRun(
    taskRun: Pick<StartedRun, 'name' | 'namespace' | 'uid'>,
    run: StartedRun,
    task: string,
    before: Promise<unknown> = Promise.resolve(),
  ): Promise<End> {
    const began = this.#now();
    await before;
    const { name, namespace } = taskRun;
    const about = { run: run.name, task };
    this.#emit({ type: 'task-start', time: began.toISOString(), ...about, taskRun: name });
    const pods = new Map<string, Promise<void>>();
    const followPods = (): void => {
      for (const pod of this.#pods.by('taskRun', name)) {
        const uid = pod.metadata.uid ?? '';
        if (pod.metadata.namespace === namespace && !pods.has(uid)) pods.set(uid, this.#followPod(pod, about));
      }
    };
    const end =
      (await this.#until(() => {
        followPods();
        return endOf(succeeded(this.#taskRuns.get(`${namespace}/${name}`)?.status?.conditions));
      })) ?? CANCELLED;
    followPods();
    await Promise.all(pods.values());
    const results = factsOf(this.#taskRuns.get(`${namespace}/${name}`)?.status);
    this.#emit({
      type: 'task-end',
      time: this.#time(),
      ...about,
      ...end,
      message: this.#mask.hide(end.message),
      seconds: this.#secondsSince(began),
      results,
    });
    return end;
  }

  #followPod(pod: SeenPod, about: { readonly run: string; readonly task: string }): Promise<void> {
    const key = `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`;
    const uid = pod.metadata.uid;
    const sink: StepSink = {
      start: (step) => this.#emit({ type: 'step-start', time: this.#time(), ...about, step }),
      line: (step, line) => this.#emit({ type: 'step-log', time: this.#time(), ...about, step, line }),
      end: (step, exitCode, reason) =>
        this.#emit({ type: 'step-end', time: this.#time(), ...about, step, exitCode, reason }),
    };
    const look = (): SeenPod | undefined => {
      const now = this.#pods.get(key);
      return now?.metadata.uid === uid ? now : undefined;
    };
    return followPod({
      pod,
      look,
      until: (found) => this.#until(found),
      client: this.#client,
      mask: this.#mask,
      sink,
      signal: this.#stop.signal,
    });
  }

  /** Tasks that a condition kept from running: they have no TaskRun, and stand in the run's status alone. */
  #tellSkipped(run: StartedRun): void {
    const children = this.#runs.get(`${run.namespace}/${run.name}`)?.status?.taskRuns ?? {};
    for (const [name, { pipelineTaskName, status }] of Object.entries(children)) {
      const condition = succeeded(status?.conditions);
      if (this.#taskRuns.get(`${run.namespace}/${name}`) !== undefined || outcomeOf(condition) !== 'skipped') continue;
      const { reason = '', message = '' } = condition ?? {};
      this.#emit({
        type: 'task-end',
        time: this.#time(),
        run: run.name,
        task: pipelineTaskName,
        outcome: 'skipped',
        reason,
        message,
        seconds: 0,
        results: [],
      });
    }
  }

  #until<T>(found: () => T | undefined): Promise<T | undefined> {
    return this.#watchers.until(found, this.#stop.signal);
  }

  #time(): string {
    return this.#now().toISOString();
  }

  #secondsSince(began: Date): number {
    return Math.round(this.#now().getTime() - began.getTime()) / 1000;
  }
}

interface End {
  readonly outcome: TaskOutcome;
  readonly reason: string;
  readonly message: string;
}

const CANCELLED: End = {
  outcome: 'cancelled',
  reason: 'Stopped',
  message: 'the cluster was stopped before the run ended',
};

function endOf(condition: Parameters<typeof outcomeOf>[0]): End | undefined {
  const outcome = outcomeOf(condition);
  return outcome && { outcome, reason: condition?.reason ?? '', message: condition?.message ?? '' };
}
