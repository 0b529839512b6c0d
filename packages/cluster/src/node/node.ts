/**
 * The node: schedules pods, runs its own, and reports their status.
 *
 *     API server ──list, watch pods──▶ node ──▶ PodRun ──▶ ContainerRun ──▶ Runtime
 *                ◀──status, events────────────────┘
 *
 * It is the only node and its own scheduler: a pod that does not fit waits until the Node object changes. Decisions rely on lists and
 * watches; when a watch ends it lists again, so a missed event only causes a delay.
 */

import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { JsonObject } from '../model/json.js';
import type { PodLogs } from '../model/pod-logs.js';
import { systemClock, timestamp, type Clock } from '@pipewright/apimachinery';
import type { ClusterLog } from '../platform/cluster-log.js';
import { openMemoryDirectory } from '../runtime/host/memory-directory.js';
import { openRunDirectory, openTemporaryDirectory, type RunDirectory } from '../runtime/host/run-directory.js';
import type { Runtime } from '../runtime/runtime.js';
import { isAborted, podClock, type PodClock } from '../platform/pod-clock.js';
import type { Images } from './container/image.js';
import { ApiStatusError, NodeApi, type Send } from './node-api.js';
import type { ClaimDirectory, InCluster, NodeContext } from './node-context.js';
import type { Condition, Pod } from './pod/pod.js';
import { thisMachine, type Machine } from './machine.js';
import { registerNode, type NodeShape } from './node-object.js';
import { unschedulableReason } from './placement.js';
import { retryRequest } from './persistent-request.js';
import { absentClaim } from './pod/pod-claims.js';
import { PodEvents } from './pod/pod-events.js';
import { LogStore, type ContainerLogs } from './logs/pod-logs.js';
import { lostStatus, PodRun } from './pod/pod-run.js';

/** Options of `startNode`. */
export interface NodeOptions {
  /** Sends requests as the node's user. */
  readonly send: Send;
  readonly runtime: Runtime;
  readonly images: Images;
  /** The remedy for an image without a stand-in. @default 'configure an image source for the node' */
  readonly imageHint?: string;
  /** Files mounted read-only into every container, by absolute path. @default none */
  readonly hostFiles?: Readonly<Record<string, string>>;
  /** Whether pods may mount directories of the machine. @default false */
  readonly allowHostPath?: boolean;
  /** Returns the directory of the machine that is the volume of a claim. @default - each claim has a directory of its own */
  readonly claimDirectory?: ClaimDirectory;
  /** Whether containers start without missing Secrets, for runtimes that run no processes. @default false */
  readonly optionalSecrets?: boolean;
  /** Labels and resources of the Node object beyond the default ones. @default none */
  readonly shape?: NodeShape;
  /**
   * The directory of persistent volumes, and of files that a crashed process leaves for the next to remove.
   *
   * @default - nothing persists: a private directory below the system's temporary directory
   */
  readonly stateDir?: string;
  /** The directory of logs that survive a restart. @default in the process's temporary directory */
  readonly logDir?: string;
  /** Replaces the log files, for tests. With a runtime without files the node then uses no disk. @default files in `logDir` */
  readonly logs?: ContainerLogs;
  /** Returns the address of the API server; called when the first pod with a token starts. */
  readonly inCluster: () => Promise<InCluster>;
  /** Properties for the Node object. @default this machine */
  readonly machine?: Machine;
  /** Time and timers of requests. @default the machine's */
  readonly wireClock?: Clock;
  /** The time of pods, for tests. @default made of `wireClock` */
  readonly clock?: PodClock;
  /** Receives messages for the operator. @default they are dropped */
  readonly log?: ClusterLog;
}

/** A running node. */
export interface Node {
  readonly logs: PodLogs;
  /** Kills running containers and removes their files; settles when nothing is left. */
  close(): Promise<void>;
}

/** The name and address of the node: containers share the machine's network. */
export const NODE = { name: 'pipewright', ip: '127.0.0.1' } as const;

const RETRY = 500;

/** Starts a node. */
export async function startNode(options: NodeOptions): Promise<Node> {
  const { send, runtime, images, inCluster, stateDir, log = () => undefined } = options;
  const wireClock = options.wireClock ?? systemClock;
  const clock = options.clock ?? podClock(wireClock);
  const api = new NodeApi(send);
  const nodeDirectory = await openDirectory(options);
  const runDirectory = nodeDirectory.path;
  const inMemory = runtime.usesFiles ? await openMemoryDirectory('node') : undefined;
  const context: NodeContext = {
    api,
    runtime,
    images,
    imageHint: options.imageHint ?? 'configure an image source for the node',
    hostFiles: options.hostFiles ?? {},
    allowHostPath: options.allowHostPath ?? false,
    claimDirectory: options.claimDirectory ?? (() => undefined),
    optionalSecrets: options.optionalSecrets ?? false,
    logs: options.logs ?? new LogStore(options.logDir ?? join(runDirectory, 'logs'), clock.now),
    events: new PodEvents({ api, clock, wireClock, node: NODE.name, log }),
    clock,
    wireClock,
    node: NODE,
    runDirectory,
    memoryDirectory: inMemory?.path ?? runDirectory,
    claimsDirectory: join(stateDir ?? runDirectory, 'claims'),
    inCluster,
    log,
  };
  const node = { ...NODE, machine: options.machine ?? thisMachine(), runtime: runtime.name };
  const pods = new Pods(context, await registerNode(api, node, options.shape ?? {}, clock.now()));
  const watching = Promise.all([pods.watch(), pods.watchNode()]);
  return {
    logs: context.logs,
    close: async () => {
      await pods.stop();
      await watching;
      await pods.logsRemoved();
      await context.events.flush();
      await Promise.all([nodeDirectory.remove(), inMemory?.remove()]);
    },
  };
}

/** Opens the directory of this process; a placeholder if nothing is written. */
async function openDirectory({ runtime, stateDir, logs }: NodeOptions): Promise<RunDirectory> {
  if (logs !== undefined && !runtime.usesFiles) return { path: '/', remove: () => Promise.resolve() };
  return stateDir === undefined ? openTemporaryDirectory('node') : openRunDirectory(stateDir, 'node');
}

const PATH = '/api/v1/pods';
const NODES = '/api/v1/nodes';
const NODE_WATCH = `${NODES}?watch=true&fieldSelector=metadata.name%3D${NODE.name}`;

/** A pod of an earlier process whose end is being written. */
interface Ending {
  pod: Pod;
  isWritten: Promise<void>;
}

/** All pods of this node. */
class Pods {
  readonly #context: NodeContext;
  readonly #runs = new Map<string, PodRun>();
  readonly #binding = new Set<string>();
  /** Pods that do not fit the node, by uid, with the reason. */
  readonly #unschedulable = new Map<string, { readonly pod: Pod; readonly reason: string }>();
  /** Uids of finished pods; a late watch may show them in an earlier state. */
  readonly #finished = new Set<string>();
  /** By uid: pods of an earlier process whose end is being written. */
  readonly #ending = new Map<string, Ending>();
  /** Log removals in progress. */
  readonly #removals = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  #node: JsonObject;

  constructor(context: NodeContext, node: JsonObject) {
    this.#context = context;
    this.#node = node;
    setMaxListeners(0, this.#stopped.signal); // every repeated request of a pod also listens
  }

  /** Watches the Node object: a changed label or a removed cordon may make pods fit. */
  async watchNode(): Promise<void> {
    const { api, clock, log } = this.#context;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        for await (const { type, object } of api.watch<JsonObject>(NODE_WATCH, signal)) {
          if (type === 'DELETED') continue;
          this.#node = object;
          for (const { pod } of [...this.#unschedulable.values()]) this.#handlePod(pod, false);
        }
      } catch (error) {
        if (isAborted(signal)) return;
        if (!(error instanceof ApiStatusError && error.status === 410)) log(`watching nodes: ${String(error)}`);
        await clock.sleep(RETRY, signal);
      }
    }
  }

  /** Lists and watches pods until the node stops. */
  async watch(): Promise<void> {
    const { api, clock, log } = this.#context;
    const { signal } = this.#stopped;
    let isFirst = true; // running pods in the first list belong to an earlier process
    while (!signal.aborted) {
      try {
        const { items, metadata } = await api.list<Pod>(PATH);
        for (const pod of items) this.#handlePod(pod, isFirst);
        isFirst = false;
        const uids = new Set(items.map((it) => it.metadata.uid));
        const known = [...this.#runs.keys(), ...this.#finished, ...this.#unschedulable.keys()];
        for (const uid of known) if (!uids.has(uid)) this.#forget(uid);
        // Those that come later are known by then.
        const isKnown = (uid: string): boolean => uids.has(uid) || this.#runs.has(uid) || this.#finished.has(uid);
        this.#removeLogs(this.#context.logs.retain(isKnown));
        const path = `${PATH}?watch=true&allowWatchBookmarks=true&resourceVersion=${metadata.resourceVersion}`;
        for await (const { type, object } of api.watch<Pod>(path, signal)) {
          if (type === 'DELETED') this.#deleted(object);
          else this.#handlePod(object, false);
        }
      } catch (error) {
        if (isAborted(signal)) return;
        if (!(error instanceof ApiStatusError && error.status === 410)) log(`watching pods: ${String(error)}`);
        await clock.sleep(RETRY, signal);
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all([
      ...[...this.#runs.values()].map((run) => run.abandon()),
      ...[...this.#ending.values()].map(({ isWritten }) => isWritten),
    ]);
  }

  /** Settles when the logs of all deleted pods are removed. */
  async logsRemoved(): Promise<void> {
    await Promise.all(this.#removals);
  }

  #handlePod(pod: Pod, atStart: boolean): void {
    const { uid, deletionTimestamp } = pod.metadata;
    const { nodeName = '' } = pod.spec;
    const run = this.#runs.get(uid);
    if (run !== undefined) return run.update(pod);
    if (this.#stopped.signal.aborted) return;
    if (nodeName === '') {
      if (deletionTimestamp === undefined) this.#assign(pod);
      return;
    }
    if (nodeName !== NODE.name) return;
    if (this.#finished.has(uid)) return this.#finish(pod, undefined);
    const status = atStart && !isFinished(pod) ? lostStatus(pod, this.#context.clock.now()) : undefined;
    if (isFinished(pod) || status !== undefined) return this.#finish(pod, status);
    const started = new PodRun(this.#context, pod);
    this.#runs.set(uid, started);
    if (deletionTimestamp !== undefined) started.update(pod);
    void started.done.then(() => {
      if (!started.isGone) this.#finished.add(uid);
      this.#runs.delete(uid);
    });
  }

  /** Writes the end of a pod of an earlier process, and confirms its deletion. */
  #finish(pod: Pod, status: object | undefined): void {
    const { uid } = pod.metadata;
    this.#finished.add(uid);
    const known = this.#ending.get(uid);
    if (known) known.pod = pod;
    else if (status !== undefined || pod.metadata.deletionTimestamp !== undefined) {
      const ending: Ending = { pod, isWritten: Promise.resolve() };
      this.#ending.set(uid, ending);
      ending.isWritten = this.#writeEnd(ending, status);
    }
  }

  async #writeEnd(ending: Ending, status: object | undefined): Promise<void> {
    const { uid, namespace, name } = ending.pod.metadata;
    const { api } = this.#context;
    const { signal } = this.#stopped;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    try {
      if (status !== undefined)
        await retryRequest(this.#context, `the end of pod ${namespace}/${name} is not written`, signal, () =>
          api.patch(`${path}/status`, { metadata: { uid }, status }),
        );
      if (ending.pod.metadata.deletionTimestamp === undefined) return; // it may have been deleted meanwhile
      await retryRequest(this.#context, `pod ${namespace}/${name} is not deleted`, signal, () =>
        api.delete(path, { gracePeriodSeconds: 0, preconditions: { uid } }),
      );
    } finally {
      this.#ending.delete(uid); // in the same turn as the check above, so that a later deletion is handled
    }
  }

  /** Claims a pod if it fits; otherwise reports why it does not. */
  #assign(pod: Pod): void {
    const reason = unschedulableReason({ ...pod }, this.#node);
    if (reason !== undefined) this.#notify(pod, reason);
    else void this.#claim(pod);
  }

  /** Reports once why a pod does not fit. */
  #notify(pod: Pod, reason: string): void {
    const { api, clock, events } = this.#context;
    const { uid, namespace, name } = pod.metadata;
    const isReported = this.#unschedulable.get(uid)?.reason === reason;
    this.#unschedulable.set(uid, { pod, reason });
    if (isReported) return;
    events.record(pod, 'Warning', 'FailedScheduling', reason);
    const conditions: readonly Condition[] = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: reason,
        lastProbeTime: null,
        lastTransitionTime: timestamp(clock.now()),
      },
    ];
    const description = `the condition PodScheduled of pod ${namespace}/${name} is not written`;
    void retryRequest(this.#context, description, this.#stopped.signal, () =>
      api.patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, { metadata: { uid }, status: { conditions } }),
    );
  }

  /** Binds the pod to this node and runs it. */
  async #claim(pod: Pod): Promise<void> {
    const { uid, namespace, name } = pod.metadata;
    if (this.#binding.has(uid)) return;
    this.#binding.add(uid);
    const { api, clock, log } = this.#context;
    const { signal } = this.#stopped;
    try {
      for (let absent = await absentClaim(api, pod); absent !== undefined; absent = await absentClaim(api, pod)) {
        this.#notify(pod, `0/1 nodes are available: 1 persistentvolumeclaim ${JSON.stringify(absent)} not found.`);
        await clock.sleep(1000, signal);
        if (signal.aborted || !this.#unschedulable.has(uid)) return; // it was deleted
      }
      this.#unschedulable.delete(uid);
      const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
      const claimed = await retryRequest(this.#context, `pod ${namespace}/${name} is not claimed`, signal, () =>
        api.patch<Pod>(path, { metadata: { uid }, spec: { nodeName: NODE.name } }),
      );
      if (claimed) this.#handlePod(claimed, false);
    } catch (error) {
      if (!isAborted(signal)) log(`pod ${namespace}/${name} was not claimed: ${String(error)}`);
    } finally {
      this.#binding.delete(uid);
    }
  }

  #deleted({ metadata }: Pod): void {
    this.#forget(metadata.uid);
    this.#removeLogs(this.#context.logs.remove(metadata));
  }

  /** Tracks a log removal until it is done. */
  #removeLogs(removal: Promise<void>): void {
    const removed = removal
      .catch((error: unknown) => this.#context.log(`logs of deleted pods were not removed: ${String(error)}`))
      .finally(() => this.#removals.delete(removed));
    this.#removals.add(removed);
  }

  #forget(uid: string): void {
    this.#unschedulable.delete(uid);
    this.#finished.delete(uid);
    this.#runs.get(uid)?.removed();
  }
}

const isFinished = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';
