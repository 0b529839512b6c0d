/**
 * Records the objects of one namespace with informers, including deleted objects.
 *
 * Waiting methods check their condition after every change, without fixed delays.
 */

import {
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  Informer,
  resource,
  type KubeClient,
  type KubeObject,
  type Resource,
} from '@pipewright/kube';
import { PIPELINE_RUNS, TASK_RUNS } from '@pipewright/tekton';
import type { JsonObject } from './json.js';
import type { Release } from './recording.js';

/** The runs of each version of Tekton. */
const RUNS: Readonly<Record<Release, readonly Resource[]>> = {
  'v0.9.2': [PIPELINE_RUNS, TASK_RUNS],
  'v1.15': [
    resource('tekton.dev/v1', 'pipelineruns', 'PipelineRun', true),
    resource('tekton.dev/v1', 'taskruns', 'TaskRun', true),
    resource('tekton.dev/v1beta1', 'customruns', 'CustomRun', true),
  ],
};

/** Records the runs, pods and claims of one namespace. */
export class NamespaceRecorder {
  readonly #informers: ReadonlyMap<string, Informer>;
  readonly #deleted = new Map<string, { readonly kind: string; readonly name: string; readonly object: JsonObject }>();
  #notify: () => void = () => undefined;
  #changes = 0;

  constructor(client: KubeClient, namespace: string, release: Release) {
    const watched = [...RUNS[release], PODS, PERSISTENT_VOLUME_CLAIMS];
    this.#informers = new Map(
      watched.map((of) => [
        of.kind,
        new Informer(client, of, {
          namespace,
          onChange: (_, { before, after }) => {
            if (before && !after) this.#recordDeletion(of.kind, before);
            this.#changes++;
            this.#notify();
          },
        }),
      ]),
    );
  }

  async start(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.start().synced));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.stop()));
  }

  /** Returns the existing objects of a kind, sorted by name. */
  list(kind: string): readonly JsonObject[] {
    const found = this.#informers.get(kind)?.list() ?? [];
    return (found as unknown as readonly JsonObject[]).toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)); // the API speaks JSON
  }

  get deleted(): readonly { readonly kind: string; readonly name: string; readonly object: JsonObject }[] {
    return [...this.#deleted.values()];
  }

  /** Waits until the condition is true. Returns false if it is still false at the deadline (milliseconds of `performance.now()`). */
  async waitUntil(condition: () => boolean, deadline: number): Promise<boolean> {
    while (!condition()) {
      if (!(await this.#nextChange(deadline - performance.now()))) return condition();
    }
    return true;
  }

  /** Waits until no object has changed for a period, at most until the deadline. */
  async waitForQuiet(periodMs: number, deadline: number): Promise<void> {
    while (performance.now() < deadline) {
      const before = this.#changes;
      await this.#nextChange(periodMs);
      if (this.#changes === before) return;
    }
  }

  /** Resolves with true at the next change, or with false after the timeout. */
  #nextChange(timeoutMs: number): Promise<boolean> {
    if (timeoutMs <= 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      this.#notify = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  #recordDeletion(kind: string, before: KubeObject): void {
    const object = before as unknown as JsonObject; // the API speaks JSON
    this.#deleted.set(`${kind} ${nameOf(object)} ${before.metadata.uid ?? ''}`, { kind, name: nameOf(object), object });
  }
}

const nameOf = (object: JsonObject): string => String((object['metadata'] as JsonObject)['name'] ?? ''); // every object has metadata
