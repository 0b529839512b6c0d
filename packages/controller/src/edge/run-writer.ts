/**
 * Writes the status and metadata of runs of one kind, and keeps the cache in step.
 *
 * Separate from the reconcilers because all of them write alike: a merge patch of what changed, guarded by the resourceVersion that
 * was read. Relies on {@link MutationCache} to show a write before the watch does.
 */

import {
  hasReason,
  keyOf,
  parseKey,
  type EventRecorder,
  type KubeClient,
  type KubeObject,
  type Result,
} from '@pipewright/kube';
import { resourceOf } from '@pipewright/tekton';
import type { RunEvent } from '../run/events.js';
import { mergePatch } from '../run/merge-patch.js';
import type { MutationCache } from './mutation-cache.js';

/** The result of writing a status. `stale`: the run has changed, so decide again; `gone`: the run has been deleted. */
export type StatusWriteResult = 'written' | 'stale' | 'gone';

/** Returns when to reconcile again after a status that was not written. */
export const resultAfterWrite = (write: Exclude<StatusWriteResult, 'written'>): Result =>
  write === 'stale' ? { requeueAfterMs: 1 } : {};

interface Run extends KubeObject {
  readonly status?: object;
}

type StringMap = Readonly<Record<string, string>>;

/** What a writer of one kind works with. */
export interface RunWriterOptions<T extends Run> {
  readonly client: KubeClient;
  readonly cache: MutationCache<T>;
  readonly recorder: EventRecorder;
  /** Returns the events that a written status causes. */
  readonly eventsOf: (run: T, status: NonNullable<T['status']>) => readonly RunEvent[];
  /** Called with the server's response to a written status. The cache does not report own writes to its listeners. */
  readonly onWritten: (run: T) => void;
}

/** Writes runs of one kind. */
export class RunWriter<T extends Run> {
  readonly #options: RunWriterOptions<T>;

  constructor(options: RunWriterOptions<T>) {
    this.#options = options;
  }

  /** Writes what changed of a run's status, if anything did, and records the events that it causes. */
  async writeStatus(run: T, status: NonNullable<T['status']>): Promise<StatusWriteResult> {
    const { client, cache, eventsOf, onWritten } = this.#options;
    const patch = mergePatch(run.status ?? {}, status);
    if (!patch) return 'written';
    const resource = resourceOf(run);
    const { namespace, name = '', uid, resourceVersion } = run.metadata;
    const body = { metadata: { resourceVersion }, status: patch };
    try {
      const options = { type: 'merge', subresource: 'status' } as const;
      onWritten(cache.record(await client.patch<T>(resource, { namespace, name }, body, options)));
    } catch (error) {
      if (!hasReason(error, 'NotFound') && !hasReason(error, 'Conflict')) throw error;
      const latest = await client.get<T>(resource, { namespace, name });
      if (latest?.metadata.uid !== uid || !latest) {
        if (uid !== undefined) cache.recordDeleted(keyOf(run), uid);
        return 'gone';
      }
      if (latest.metadata.resourceVersion === resourceVersion) throw error; // the same decision would fail again
      cache.record(latest);
      return 'stale';
    }
    this.recordEvents(run, eventsOf(run, status));
    return 'written';
  }

  /** Adds labels and annotations to a run unless it has them. */
  async writeMetadata(
    key: string,
    wanted: { readonly labels: StringMap; readonly annotations: StringMap },
  ): Promise<void> {
    const { client, cache } = this.#options;
    const run = cache.get(key);
    if (!run) return;
    if (hasAll(run.metadata.labels, wanted.labels) && hasAll(run.metadata.annotations, wanted.annotations)) return;
    const { namespace, name } = parseKey(key);
    const body = { metadata: { labels: wanted.labels, annotations: wanted.annotations } };
    try {
      cache.record(await client.patch<T>(resourceOf(run), { namespace, name }, body, { type: 'merge' }));
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
  }

  /** Records events about a run. */
  recordEvents(run: T, events: readonly RunEvent[]): void {
    for (const event of events) this.#options.recorder.record(run, event);
  }
}

const hasAll = (existing: StringMap | undefined, wanted: StringMap): boolean =>
  Object.entries(wanted).every(([name, value]) => existing?.[name] === value);
