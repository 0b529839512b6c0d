/**
 * Watches runs and emits their events.
 *
 * Level-triggered: a change only triggers another evaluation of the current state. The steps of a pod are followed one
 * after the other, so that logs are in order and the last line of a step precedes its end event.
 */

import type { KubeClient } from '@pipewright/kube';
import { byOwner, EVENTS, PODS, Informer } from '@pipewright/kube';
import { PIPELINE_RUNS, TASK_RUNS, TEKTON_LABELS, type TaskDependencies } from '@pipewright/tekton';
import type { EventSink, TaskOutcome } from './events.js';
import { FollowedTasks } from './followed-tasks.js';
import {
  resourceResultsOf,
  taskResultsOf,
  outcomeOf,
  tryFindSucceededCondition,
  type ObservedPipelineRun,
  type ObservedPod,
  type ObservedTaskRun,
} from './observed.js';
import { checkResultText, ConditionNames, skipsOf, type Skip } from './skips.js';
import { runningContainers, type RunningContainer } from './still-running.js';
import { TaskNotices } from './task-notices.js';
import { podOf, unreadySidecars, type ObservedEvent } from './unready-sidecars.js';
import { Watchers } from './watchers.js';
import { followPod, type StepSink } from './pod-logs.js';
import { CANCELLED, resultOf, type RunResult } from './run-result.js';
import type { Mask } from '../../masking/mask.js';

/** A run that was created. */
export interface StartedRun {
  readonly kind: 'PipelineRun' | 'TaskRun';
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** Its tasks in declared order, with their dependencies; for a TaskRun, its own name. */
  readonly tasks: TaskDependencies;
}

/** The outcome of a run. */
export interface EndedRun {
  readonly name: string;
  readonly outcome: TaskOutcome;
}

/** Dependencies of a follower. */
export interface FollowerOptions {
  readonly client: KubeClient;
  /** Masks the logs. */
  readonly mask: Mask;
  /** Receives the events, whose texts are not masked. */
  readonly emit: EventSink;
  readonly now: () => Date;
}

/** Follows any number of runs. */
export class Follower {
  readonly #client: KubeClient;
  readonly #mask: Mask;
  readonly #emit: EventSink;
  readonly #now: () => Date;
  readonly #watchers = new Watchers();
  readonly #conditionNames = new ConditionNames();
  readonly #newTaskRuns = new Map<string, ObservedTaskRun[]>();
  /** One controller per pod: with a shared signal, removing a listener would search those of all pods. */
  readonly #logRequests = new Set<AbortController>();
  #isStopped = false;
  /** The message of the timeout that cancelled the runs. */
  #timeout: string | undefined;
  readonly #runs: Informer<ObservedPipelineRun>;
  readonly #taskRuns: Informer<ObservedTaskRun>;
  readonly #pods: Informer<ObservedPod>;
  readonly #failedProbes: Informer<ObservedEvent>;

  constructor({ client, mask, emit, now }: FollowerOptions) {
    this.#client = client;
    this.#mask = mask;
    this.#emit = emit;
    this.#now = now;
    const changed = (...subjects: readonly string[]): void => subjects.forEach((each) => this.#watchers.changed(each));
    this.#runs = new Informer<ObservedPipelineRun>(client, PIPELINE_RUNS, { onChange: (key) => changed(RUN + key) });
    this.#taskRuns = new Informer<ObservedTaskRun>(client, TASK_RUNS, {
      onChange: (key, { before, after }) => {
        changed(TASK_RUN + key);
        if (!after || before) return;
        for (const owner of byOwner(after)) {
          this.#children(owner).push(after);
          changed(CHILDREN + owner);
        }
      },
    });
    this.#pods = new Informer<ObservedPod>(client, PODS, {
      indexers: { taskRun: taskRunKeysOf },
      onChange: (key, { before, after = before }) => {
        changed(POD + key);
        for (const owner of after ? taskRunKeysOf(after) : []) changed(TASK_RUN + owner);
      },
    });
    this.#failedProbes = new Informer<ObservedEvent>(client, EVENTS, {
      fieldSelector: 'reason=Unhealthy',
      indexers: { pod: (event) => [podOf(event)] },
      onChange: (_, { after }) => {
        const pod = after && this.#pods.get(podOf(after));
        for (const owner of pod ? taskRunKeysOf(pod) : []) changed(TASK_RUN + owner);
      },
    });
  }

  /** Starts the informers; resolves when they have synced. */
  async start(): Promise<void> {
    const reflectors = [this.#runs.start(), this.#taskRuns.start(), this.#pods.start(), this.#failedProbes.start()];
    await Promise.all(reflectors.map(({ synced }) => synced));
  }

  /** Follows a run until it has ended and its logs are complete. */
  async follow(run: StartedRun): Promise<EndedRun> {
    const startTime = this.#now();
    const { name, kind, namespace, tasks } = run;
    this.#emit({
      type: 'run-start',
      time: startTime.toISOString(),
      run: name,
      kind,
      namespace,
      tasks: [...tasks.keys()],
    });
    const end = await (kind === 'TaskRun' ? this.#followTaskRun(run, run, name) : this.#followPipelineRun(run));
    const result = this.#withTimeout(end);
    const seconds = this.#secondsSince(startTime);
    this.#emit({ type: 'run-end', time: this.#time(), run: name, ...result, seconds });
    return { name, outcome: result.outcome };
  }

  /** Makes runs that end as cancelled from now on count as timed out. */
  timedOut(message: string): void {
    this.#timeout = message;
  }

  /** Returns the steps and sidecars that are running. */
  running(): readonly RunningContainer[] {
    return runningContainers(this.#pods.list());
  }

  /** Stops watching. Runs that are still followed end as cancelled. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const each of this.#logRequests) each.abort(new Error('no longer followed'));
    this.#watchers.stop();
    await Promise.all([this.#runs.stop(), this.#taskRuns.stop(), this.#pods.stop(), this.#failedProbes.stop()]);
  }

  /** Returns the TaskRuns of an owner not followed yet. Listing all on each change would take quadratic time. */
  #children(owner: string): ObservedTaskRun[] {
    const known = this.#newTaskRuns.get(owner) ?? [];
    this.#newTaskRuns.set(owner, known);
    return known;
  }

  async #followPipelineRun(run: StartedRun): Promise<RunResult> {
    const followed = new FollowedTasks();
    let lastStatus: ObservedPipelineRun['status'];
    const end = await this.#watchers.until([RUN + keyOf(run), CHILDREN + run.uid], () => {
      const { status } = this.#runs.get(keyOf(run)) ?? {};
      for (const taskRun of this.#children(run.uid).splice(0)) this.#followChild(run, taskRun, followed);
      const skips = status === lastStatus ? [] : skipsOf(status, run.tasks);
      lastStatus = status;
      for (const skip of skips) {
        if (followed.tasks.has(skip.task)) continue;
        const predecessors = [
          ...skip.follows.checks.map((name) => followed.byName.get(name)),
          ...followed.promisesOf(skip.follows.tasks),
        ];
        followed.tasks.set(skip.task, this.#emitSkip(run, skip, Promise.all(predecessors)));
      }
      return resultOf(tryFindSucceededCondition(status?.conditions));
    });
    await Promise.all([...followed.byName.values(), ...followed.tasks.values()]);
    return end ?? CANCELLED;
  }

  /** Follows a TaskRun of a PipelineRun once. The events of its dependencies are emitted first. */
  #followChild(run: StartedRun, { metadata }: ObservedTaskRun, followed: FollowedTasks): void {
    const { name = '', uid = '', labels } = metadata;
    if (followed.byName.has(name)) return;
    const task = labels?.[TEKTON_LABELS.pipelineTask] ?? name;
    const predecessors = followed.promisesOf(run.tasks.get(task) ?? []);
    const child = { name, namespace: run.namespace, uid };
    if (labels?.[TEKTON_LABELS.conditionCheck] !== undefined) {
      const following = this.#followCheck(child, run, task, Promise.all(predecessors));
      followed.byName.set(name, following);
      followed.checks.set(task, [...(followed.checks.get(task) ?? []), following]);
      return;
    }
    const following = this.#followTaskRun(
      child,
      run,
      followed.titleOf(task),
      Promise.all([...predecessors, ...(followed.checks.get(task) ?? [])]),
    );
    followed.byName.set(name, following);
    followed.add(task, following);
  }

  async #followTaskRun(
    taskRun: TaskRunKey,
    run: StartedRun,
    task: string,
    before: Promise<unknown> = Promise.resolve(),
  ): Promise<RunResult> {
    const startTime = this.#now();
    await before;
    const reference = { run: run.name, task };
    this.#emit({ type: 'task-start', time: startTime.toISOString(), ...reference, taskRun: taskRun.name });
    const end = this.#withTimeout(
      await this.#followToEnd(taskRun, run, reference, (status) => this.#isLastAttempt(run, status)),
    );
    const ended = this.#taskRuns.get(keyOf(taskRun));
    const reported = { results: resourceResultsOf(ended?.status), taskResults: taskResultsOf(ended) };
    const seconds = this.#secondsSince(startTime);
    this.#emit({ type: 'task-end', time: this.#time(), ...reference, ...end, seconds, ...reported });
    return end;
  }

  /**
   * Returns whether no retry can follow: the task succeeded, is not part of a PipelineRun, or its PipelineRun has
   * ended.
   */
  #isLastAttempt(run: StartedRun, status: ObservedTaskRun['status']): boolean {
    if (run.kind === 'TaskRun' || outcomeOf(tryFindSucceededCondition(status?.conditions)) === 'succeeded') return true;
    const { status: whole } = this.#runs.get(keyOf(run)) ?? {};
    return outcomeOf(tryFindSucceededCondition(whole?.conditions)) !== undefined;
  }

  async #followCheck(taskRun: TaskRunKey, run: StartedRun, task: string, before: Promise<unknown>): Promise<void> {
    const startTime = this.#now();
    await before;
    const reference = { run: run.name, task, check: (await this.#conditionOf(taskRun.name, run)) ?? taskRun.name };
    this.#emit({ type: 'check-start', time: startTime.toISOString(), ...reference, taskRun: taskRun.name });
    const { outcome, reason, message: checkMessage } = await this.#followToEnd(taskRun, run, reference);
    const steps = this.#taskRuns.get(keyOf(taskRun))?.status?.steps ?? [];
    const message =
      outcome === 'succeeded'
        ? 'is true'
        : checkResultText({ reason, message: checkMessage }, steps.at(-1)?.terminated?.exitCode);
    const seconds = this.#secondsSince(startTime);
    this.#emit({ type: 'check-end', time: this.#time(), ...reference, outcome, reason, message, seconds });
  }

  /** Returns the name of a check's Condition, which the status of the run has shortly after the check is created. */
  #conditionOf(check: string, run: StartedRun): Promise<string | undefined> {
    return this.#watchers.until([RUN + keyOf(run)], () => {
      const { status } = this.#runs.get(keyOf(run)) ?? {};
      const name = this.#conditionNames.tryFind(status, check);
      return name ?? (resultOf(tryFindSucceededCondition(status?.conditions)) && check);
    });
  }

  /** Follows the pods of a TaskRun, one after the other, until it has ended and its logs are complete. */
  async #followToEnd(
    child: TaskRunKey,
    run: StartedRun,
    reference: TaskReference,
    isFinal: (status: ObservedTaskRun['status']) => boolean = () => true,
  ): Promise<RunResult> {
    const pods = new Map<string, Promise<void>>();
    let last: Promise<void> = Promise.resolve();
    const followPods = (): void => {
      for (const pod of this.#pods.byIndex('taskRun', keyOf(child))) {
        const uid = pod.metadata.uid ?? '';
        if (pods.has(uid)) continue;
        last = last.then(() => this.#followPod(pod, reference));
        pods.set(uid, last);
      }
    };
    const notices = new TaskNotices();
    const end =
      (await this.#watchers.until([TASK_RUN + keyOf(child), RUN + keyOf(run)], () => {
        const { status } = this.#taskRuns.get(keyOf(child)) ?? {};
        for (const item of [...notices.of(status), ...notices.ofSidecars(this.#unreadySidecars(child))]) {
          const emit = (): void => this.#emit({ time: this.#time(), ...reference, ...item });
          // Announce a retry only after the output of the previous attempt is complete.
          if (item.type === 'task-retry') last = last.then(emit);
          else emit();
        }
        followPods();
        return isFinal(status) ? resultOf(tryFindSucceededCondition(status?.conditions)) : undefined;
      })) ?? CANCELLED;
    followPods();
    await Promise.all(pods.values());
    return end;
  }

  /** Returns messages about the sidecars that the steps of a TaskRun wait for. */
  #unreadySidecars(child: TaskRunKey): readonly string[] {
    return this.#pods
      .byIndex('taskRun', keyOf(child))
      .flatMap((pod) => unreadySidecars(pod, this.#failedProbes.byIndex('pod', keyOf(namespacedName(pod)))));
  }

  async #followPod(pod: ObservedPod, reference: TaskReference): Promise<void> {
    const key = `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`;
    const uid = pod.metadata.uid;
    const sink: StepSink = {
      start: (step) => this.#emit({ type: 'step-start', time: this.#time(), ...reference, step }),
      line: (step, line) => this.#emit({ type: 'step-log', time: this.#time(), ...reference, step, line }),
      sidecarLine: (sidecar, line) =>
        this.#emit({ type: 'sidecar-log', time: this.#time(), ...reference, sidecar, line }),
      incomplete: (message) => this.#emit({ type: 'log-incomplete', time: this.#time(), ...reference, message }),
      end: (step, exitCode, reason) =>
        this.#emit({ type: 'step-end', time: this.#time(), ...reference, step, exitCode, reason }),
    };
    const currentPod = (): ObservedPod | undefined => {
      const pod = this.#pods.get(key);
      return pod?.metadata.uid === uid ? pod : undefined;
    };
    const logRequest = new AbortController();
    if (this.#isStopped) logRequest.abort();
    this.#logRequests.add(logRequest);
    await followPod({
      pod,
      currentPod,
      until: (found) => this.#watchers.until([POD + key], found),
      client: this.#client,
      mask: this.#mask,
      sink,
      signal: logRequest.signal,
    }).finally(() => this.#logRequests.delete(logRequest));
  }

  /** Emits the end of a skipped task, which has no TaskRun. */
  async #emitSkip({ name: run }: StartedRun, { task, reason, message }: Skip, before: Promise<unknown>): Promise<void> {
    await before;
    const time = this.#time();
    const emptyResults = { seconds: 0, results: [], taskResults: [] };
    this.#emit({ type: 'task-end', time, run, task, outcome: 'skipped', reason, message, ...emptyResults });
  }

  #withTimeout(end: RunResult): RunResult {
    if (end.outcome !== 'cancelled' || this.#timeout === undefined) return end;
    return { outcome: 'timed-out', reason: 'Timeout', message: this.#timeout };
  }

  #time(): string {
    return this.#now().toISOString();
  }

  #secondsSince(startTime: Date): number {
    return Math.round(this.#now().getTime() - startTime.getTime()) / 1000;
  }
}

/** Prefixes of subjects, each followed by a key. A change of a pod is also reported as a change of its TaskRun. */
const [RUN, TASK_RUN, POD, CHILDREN] = ['run ', 'task run ', 'pod ', 'children of '];

const keyOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  `${namespace}/${name}`;

/** Returns the key of a pod's TaskRun. */
const taskRunKeysOf = ({ metadata: { namespace = '', labels } }: ObservedPod): readonly string[] => {
  const name = labels?.[TEKTON_LABELS.taskRun];
  return name === undefined ? [] : [keyOf({ namespace, name })];
};

const namespacedName = ({
  metadata: { namespace = '', name = '' },
}: ObservedPod): { namespace: string; name: string } => ({
  namespace,
  name,
});

type TaskRunKey = Pick<StartedRun, 'name' | 'namespace' | 'uid'>;

/** The task or check that an event belongs to. */
interface TaskReference {
  readonly run: string;
  readonly task: string;
  readonly check?: string;
}
