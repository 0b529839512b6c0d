/**
 * Checks every committed change of runs and pods against their rules.
 *
 * It sees each change in the order of revisions, and outlives the processes that it checks.
 */

import type { KubeObject } from '@pipewright/kube';
import type { Violations } from './violations.js';

interface Status {
  readonly conditions?: readonly { readonly type?: string; readonly status?: string; readonly reason?: string }[];
  readonly completionTime?: string;
  readonly retriesStatus?: readonly unknown[];
  readonly podName?: string;
}

const statusOf = (object: KubeObject): Status => (object as { readonly status?: Status }).status ?? {};
const conditionOf = (object: KubeObject): string =>
  JSON.stringify([
    statusOf(object).conditions?.find(({ type }) => type === 'Succeeded'),
    statusOf(object).completionTime,
  ]);

/** Whether a run has ended. */
export function hasEnded(object: KubeObject): boolean {
  const status = statusOf(object).conditions?.find(({ type }) => type === 'Succeeded')?.status;
  return status === 'True' || status === 'False';
}

/** The storage's names for the collections of runs and pods. */
export const PLACES = {
  pods: '/pods',
  taskRuns: 'tekton.dev/taskruns',
  pipelineRuns: 'tekton.dev/pipelineruns',
} as const;

/** Checks runs and pods. */
export class RunOracle {
  readonly #violations: Violations;
  readonly #controllerStarts: () => number;
  /** The uid of each attempt's pod, by the TaskRun's uid and the pod's name, which is computed from the attempt. */
  readonly #pods = new Map<string, { readonly uid: string; readonly controllerStarts: number }>();
  /** The terminal condition of a run, by its uid and attempt. */
  readonly #ends = new Map<string, string>();
  /** Names of pods that a user deleted before the TaskRun's status named them. */
  readonly #deletedUnnamed = new Set<string>();
  /** Names of pods that a later controller has created again, as it may; see `userDeletes`. */
  readonly #recreated = new Set<string>();
  /** Names of pods that a status has named. */
  readonly #named = new Set<string>();
  /** Uids of the pods whose containers were started, by pod name. */
  readonly #started = new Map<string, string>();
  readonly #starts = new Set<string>();

  /** @param controllerStarts returns how often the controller was started */
  constructor(violations: Violations, controllerStarts: () => number) {
    this.#violations = violations;
    this.#controllerStarts = controllerStarts;
  }

  /** Records an object that was committed, or found at a start. */
  saw(place: string, object: KubeObject): void {
    if (place === PLACES.pods) this.#sawPod(object);
    if (place === PLACES.taskRuns || place === PLACES.pipelineRuns) this.#sawRun(object);
  }

  /**
   * Records that a user deletes a pod. If the controller crashes before it has written the pod's name to the status, the next controller
   * does not know the pod and creates it again, as Tekton does.
   */
  userDeletes(pod: string): void {
    if (!this.#named.has(pod)) this.#deletedUnnamed.add(pod);
  }

  /** Records the start of a container. */
  started(pod: string, podUid: string, container: string): void {
    const before = this.#started.get(pod);
    if (before !== undefined && before !== podUid && !this.#recreated.has(pod))
      this.#violations.add('an attempt runs once', `${pod} ran as ${before}, and runs again as ${podUid}`);
    this.#started.set(pod, podUid);
    const start = `${podUid}/${container}`;
    if (this.#starts.has(start))
      this.#violations.add('an attempt runs once', `${container} of ${pod} is started again`);
    this.#starts.add(start);
  }

  #sawPod({ metadata }: KubeObject): void {
    const { name = '', uid = '' } = metadata;
    const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'TaskRun')?.uid;
    if (owner === undefined) return;
    const attempt = `${owner}/${name}`;
    const before = this.#pods.get(attempt);
    if (before?.uid === uid) return;
    const controllerStarts = this.#controllerStarts();
    this.#pods.set(attempt, { uid, controllerStarts });
    if (!before) return;
    const isForgotten = this.#deletedUnnamed.has(name) && !this.#named.has(name);
    if (isForgotten && before.controllerStarts < controllerStarts) this.#recreated.add(name);
    else this.#violations.add('one pod for each attempt', `${name} was ${before.uid}, and is created again as ${uid}`);
  }

  #sawRun(run: KubeObject): void {
    const { name = '', uid = '' } = run.metadata;
    const { podName } = statusOf(run);
    if (podName !== undefined) this.#named.add(podName);
    const attempt = `${uid}/${String(statusOf(run).retriesStatus?.length ?? 0)}`;
    const before = this.#ends.get(attempt);
    const now = conditionOf(run);
    if (before !== undefined && before !== now)
      this.#violations.add('a terminal condition never changes', `${run.kind ?? ''} ${name}: ${before}, then ${now}`);
    if (hasEnded(run)) this.#ends.set(attempt, now);
  }
}
