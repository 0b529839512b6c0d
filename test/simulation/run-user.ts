/** A user who submits, cancels and deletes runs, and repeats requests without an answer. */

import { ApiError, KubeClient, PODS, type KubeObject, type Resource } from '@pipewright/kube';
import type { Send } from '@pipewright/apimachinery';
import { tektonResource, V1ALPHA1 } from '@pipewright/tekton';
import type { SimProcess } from './process.js';
import type { PlannedRun } from './system-plan.js';

const NAMESPACE = 'default';

/** The user of a simulated cluster. */
export class RunUser {
  /** Whether every planned request has been answered. */
  isDone = false;
  readonly #process: SimProcess;
  readonly #client: KubeClient;
  readonly #runs: readonly PlannedRun[];

  constructor(process: SimProcess, send: Send, runs: readonly PlannedRun[]) {
    this.#process = process;
    this.#client = new KubeClient(send, { clock: process.clock });
    this.#runs = runs;
  }

  /** Starts to carry out the plan. */
  start(): void {
    this.#process.run('start', () => {
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    await this.#create(task());
    await Promise.all(this.#runs.map((run) => this.#carryOut(run)));
    this.isDone = true;
  }

  async #carryOut(run: PlannedRun): Promise<void> {
    await this.#pause(run.submitted);
    await this.#create(objectOf(run));
    if (run.cancelled !== undefined) {
      await this.#pause(run.cancelled);
      const spec = { status: run.kind === 'TaskRun' ? 'TaskRunCancelled' : 'PipelineRunCancelled' };
      await this.#repeat(() =>
        this.#client.patch(kindOf(run.kind), { namespace: NAMESPACE, name: run.name }, { spec }, { type: 'merge' }),
      );
    }
    if (run.deleted !== undefined) {
      await this.#pause(run.deleted);
      await this.delete(run.kind, run.name);
    }
  }

  /** Deletes an object. */
  async delete(kind: string, name: string): Promise<void> {
    await this.#repeat(() => this.#client.delete(kindOf(kind), { namespace: NAMESPACE, name }));
  }

  async #create(object: KubeObject): Promise<void> {
    await this.#repeat(() => this.#client.create(kindOf(object.kind ?? ''), { namespace: NAMESPACE }, object));
  }

  /** Repeats a request until its answer is final. */
  async #repeat(work: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        if (error instanceof ApiError && error.status < 500 && error.status !== 429) return;
        await this.#pause(500);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#process.clock.after(ms, resolve));
  }
}

const kindOf = (kind: string): Resource => (kind === 'Pod' ? PODS : tektonResource(V1ALPHA1, kind));

const task = (): KubeObject & { readonly spec: object } => ({
  apiVersion: V1ALPHA1,
  kind: 'Task',
  metadata: { name: 'work', namespace: NAMESPACE },
  spec: { steps: [{ name: 'step', image: 'busybox', command: ['work'] }] },
});

function objectOf({ name, kind, timeout, tasks }: PlannedRun): KubeObject & { readonly spec: object } {
  const metadata = { name, namespace: NAMESPACE };
  const limit = { timeout: `${timeout}s` };
  if (kind === 'TaskRun')
    return { apiVersion: V1ALPHA1, kind, metadata, spec: { taskRef: { name: 'work' }, ...limit } };
  const pipelineSpec = {
    tasks: tasks.map(({ name: called, runAfter, retries, timeout: own }) => ({
      name: called,
      taskRef: { name: 'work' },
      ...(runAfter.length > 0 && { runAfter }),
      ...(retries > 0 && { retries }),
      ...(own !== undefined && { timeout: `${own}s` }),
    })),
  };
  return { apiVersion: V1ALPHA1, kind, metadata, spec: { pipelineSpec, ...limit } };
}
