/**
 * The lifecycle of a pod on this node.
 *
 * Volumes are prepared first, then init containers run in order, then all other containers. A deletion or a deadline stops running
 * containers, and the deletion is confirmed to the API server when all have ended.
 */

import { ContainerRun } from '../container/container-run.js';
import type { PodHost } from '../container/pod-host.js';
import type { NodeContext } from '../node-context.js';
import { timestamp } from '@pipewright/apimachinery';
import type { Condition, Pod } from './pod.js';
import { PodFiles } from '../volumes/pod-volumes.js';
import { PodObjects } from './referenced-objects.js';
import { withOptionalSecrets } from './optional-secrets.js';
import { retryRequest } from '../persistent-request.js';
import { podStatus } from './pod-status.js';
import { StatusWriter } from './status-writer.js';

/** The reason why the node ended a pod. */
interface PodFailure {
  readonly reason: string;
  readonly message: string;
}

const RETRY = 2000;

/** Shared: an error with a stack for each pod would cost more than the rest of its termination. */
const ENDING = new Error('the pod ends');

/** Runs one pod. */
export class PodRun {
  /** Settles when nothing of the pod runs or remains to be written. */
  readonly done: Promise<void>;
  #pod: Pod;
  readonly #context: NodeContext;
  readonly #files: PodFiles;
  readonly #objects: PodObjects;
  readonly #ending = new AbortController();
  /** Aborted when the pod's status must not be written any more. */
  readonly #deleted = new AbortController();
  readonly #init: readonly ContainerRun[];
  readonly #main: readonly ContainerRun[];
  readonly #status: StatusWriter;
  readonly #startTime: string;
  #conditions: readonly Condition[] = [];
  #failure: PodFailure | undefined;
  #deleting = false;

  constructor(context: NodeContext, pod: Pod) {
    this.#context = context;
    this.#pod = this.#accepted(pod);
    this.#objects = new PodObjects(context.api, pod.metadata.namespace);
    this.#files = new PodFiles(context, pod, this.#objects);
    this.#startTime = timestamp(context.clock.now());
    this.#status = new StatusWriter(context, pod.metadata, () => this.#compute());
    const host: PodHost = {
      context,
      files: this.#files,
      objects: this.#objects,
      pod: () => this.#pod,
      ending: this.#ending.signal,
      changed: () => this.#status.markDirty(this.#isUrgent()),
    };
    const { initContainers = [], containers } = this.#pod.spec;
    const waiting = initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating';
    const restarts = (name: string): number =>
      pod.status?.containerStatuses?.find((it) => it.name === name)?.restartCount ?? 0;
    this.#init = initContainers.map((it) => new ContainerRun(host, it, 'init', waiting));
    this.#main = containers.map((it) => new ContainerRun(host, it, 'main', waiting, restarts(it.name)));
    this.done = this.#live();
  }

  /** Updates the pod to the API server's version. */
  update(pod: Pod): void {
    this.#pod = this.#accepted(pod);
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#deleting = true;
      this.#end(pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30);
      return;
    }
    this.#files.refresh(pod);
    for (const container of this.#pod.spec.containers) {
      this.#main.find((it) => it.record.name === container.name)?.redefine(container);
    }
  }

  #accepted(pod: Pod): Pod {
    return this.#context.optionalSecrets ? withOptionalSecrets(pod) : pod;
  }

  /** Kills the containers of a pod that was removed from the API server. */
  removed(): void {
    this.#status.stop();
    this.#deleted.abort(ENDING);
    this.#end(0);
  }

  /** Whether the pod is removed, or bound to another node. */
  get isGone(): boolean {
    return this.#deleted.signal.aborted;
  }

  /** Kills the containers when the node stops; the status in the API server stays. */
  async abandon(): Promise<void> {
    this.removed();
    await this.done;
  }

  #end(graceSeconds: number): void {
    this.#ending.abort(ENDING);
    for (const run of [...this.#init, ...this.#main]) void run.stop(graceSeconds);
  }

  async #live(): Promise<void> {
    try {
      this.#status.markDirty(this.#isUrgent());
      this.#context.events.record(
        this.#pod,
        'Normal',
        'Scheduled',
        `Successfully assigned ${this.#pod.metadata.namespace}/${this.#pod.metadata.name} to ${this.#context.node.name}`,
      );
      await this.#runAll();
    } catch (error) {
      this.#context.log(
        `pod ${this.#pod.metadata.namespace}/${this.#pod.metadata.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        'error',
      );
      this.#failure = { reason: 'NodeError', message: error instanceof Error ? error.message : String(error) };
      this.#end(0);
    }
    this.#status.markDirty(true);
    await this.#status.settled();
    this.#ending.abort(ENDING);
    if (this.#deleting) await this.#confirmDeletion();
    if (this.#context.runtime.usesFiles) {
      await this.#files
        .remove()
        .catch((error: unknown) => this.#context.log(`${this.#files.directory} was not removed: ${String(error)}`));
    }
  }

  /** Deletes the object after all containers have ended. */
  async #confirmDeletion(): Promise<void> {
    const { namespace, name, uid } = this.#pod.metadata;
    await retryRequest(this.#context, `pod ${namespace}/${name} is not deleted`, this.#deleted.signal, () =>
      this.#context.api.delete(`/api/v1/namespaces/${namespace}/pods/${name}`, {
        gracePeriodSeconds: 0,
        preconditions: { uid },
      }),
    );
  }

  async #runAll(): Promise<void> {
    const refusal = this.#files.refusal(this.#pod);
    if (refusal !== undefined) {
      this.#failure = refusal;
      this.#context.events.record(this.#pod, 'Warning', 'FailedMount', refusal.message);
      return;
    }
    void this.#watchDeadline();
    if (!(await this.#mounted())) return;
    void this.#files.keepTokens(this.#pod, this.#ending.signal);
    for (const run of this.#init) {
      await run.run();
      const { state } = run.record;
      if (state.kind !== 'terminated' || state.terminated.exitCode !== 0 || this.#ending.signal.aborted) return;
    }
    await Promise.all(this.#main.map((run) => run.run()));
  }

  /** Waits for all volumes, recording events. @returns false if the pod ended first */
  async #mounted(): Promise<boolean> {
    const { signal } = this.#ending;
    await this.#objects.load(this.#pod);
    let lastMessage: string | undefined;
    while (!signal.aborted) {
      const setup = await this.#files.prepare(this.#pod);
      if (setup.kind === 'ready') return !this.#ending.signal.aborted;
      if (lastMessage !== setup.message)
        this.#context.events.record(this.#pod, 'Warning', 'FailedMount', setup.message);
      lastMessage = setup.message;
      if (setup.missing === undefined) await this.#context.clock.sleep(RETRY, signal);
      else await this.#objects.changed(setup.missing, signal).catch(() => this.#context.clock.sleep(RETRY, signal));
    }
    return false;
  }

  async #watchDeadline(): Promise<void> {
    const seconds = this.#pod.spec.activeDeadlineSeconds;
    if (seconds === undefined) return;
    await this.#context.clock.sleep(seconds * 1000, this.#ending.signal);
    if (this.#ending.signal.aborted) return;
    this.#failure = {
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    };
    this.#context.events.record(this.#pod, 'Normal', 'DeadlineExceeded', this.#failure.message);
    this.#end(this.#pod.spec.terminationGracePeriodSeconds ?? 30);
  }

  /** Whether status changes are written without delay: those of created and running containers are batched, unless the clock is virtual. */
  #isUrgent(): boolean {
    if (this.#context.clock.ofMachine !== true || this.#deleting) return true;
    return [...this.#init, ...this.#main].some(
      ({ record: { state, restarts } }) =>
        restarts > 0 || state.kind === 'terminated' || (state.kind === 'waiting' && state.message !== undefined),
    );
  }

  #compute(): object {
    const status = podStatus({
      pod: this.#pod,
      init: this.#init.map((it) => it.record),
      main: this.#main.map((it) => it.record),
      ip: this.#context.node.ip,
      startTime: this.#startTime,
      now: timestamp(this.#context.clock.now()),
      previous: this.#conditions,
      ...(this.#failure !== undefined && { failure: this.#failure }),
    });
    this.#conditions = status['conditions'] as readonly Condition[]; // the type that podStatus returns
    return status;
  }
}

/**
 * Returns the status of a pod whose containers ended with an earlier process of this node. That process may have started them before it
 * could write so, and no container may run again: a pod of which only the binding was written is lost, too.
 */
export function lostStatus(pod: Pod, now: Date): object | undefined {
  const { phase } = pod.status ?? {};
  if ((pod.spec.restartPolicy ?? 'Always') !== 'Never' || phase === 'Succeeded' || phase === 'Failed') return undefined;
  const terminated = {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    startedAt: null,
    finishedAt: timestamp(now),
  };
  return {
    phase: 'Failed',
    containerStatuses: pod.spec.containers.map(({ name, image = '' }) => {
      const known = pod.status?.containerStatuses?.find((status) => status.name === name);
      if ('terminated' in (known?.state ?? {})) return known;
      const unknown = { name, image, imageID: '', restartCount: 0, lastState: {}, ...known };
      return { ...unknown, ready: false, started: false, state: { terminated } };
    }),
  };
}
