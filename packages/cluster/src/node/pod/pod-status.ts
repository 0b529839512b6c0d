/**
 * Computes a pod's status from the states of its containers, as kubelet does. Pure.
 */

import type { MissingOutput } from '../logs/log-file.js';
import type { Condition, Container, Pod } from './pod.js';

/** The terminated state, in wire format. */
export interface Terminated {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: string;
  readonly message?: string;
  readonly startedAt: string | null;
  readonly finishedAt: string;
  readonly containerID?: string;
}

/** The state of a container. */
export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly kind: 'running'; readonly startedAt: string }
  | { readonly kind: 'terminated'; readonly terminated: Terminated };

/** The current and previous states of a container. */
export interface ContainerRecord {
  readonly name: string;
  readonly image: string;
  readonly state: ContainerState;
  readonly last?: Terminated;
  readonly restarts: number;
  readonly ready: boolean;
  readonly started: boolean;
  readonly containerID?: string;
  readonly imageID?: string;
  /** Output that is missing from its log. */
  readonly missing?: MissingOutput | undefined;
}

/** The condition of a pod whose logs are incomplete. Kubelet has no such condition, so the name is qualified. */
export const LOGS_INCOMPLETE = 'pipewright.dev/LogsIncomplete';

/** The input of a pod's status. */
export interface PodState {
  readonly pod: Pod;
  readonly init: readonly ContainerRecord[];
  readonly main: readonly ContainerRecord[];
  readonly ip: string;
  readonly startTime: string;
  readonly now: string;
  readonly previous: readonly Condition[];
  /** Set if the node itself ended the pod. */
  readonly failure?: { readonly reason: string; readonly message: string };
}

/** Returns the phase by kubelet's rules (pkg/kubelet getPhase). */
export function phaseOf({
  pod,
  init,
  main,
  failure,
}: Omit<PodState, 'ip'>): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  if (failure !== undefined) return 'Failed';
  const policy = pod.spec.restartPolicy ?? 'Always';
  const failedInit = init.some(({ state }) => state.kind === 'terminated' && state.terminated.exitCode !== 0);
  if (failedInit && policy === 'Never') return 'Failed';
  if (init.some(({ state }) => !succeeded(state))) return 'Pending';
  const anyIs = (kind: ContainerState['kind']): boolean => main.some(({ state }) => state.kind === kind);
  if (main.some(({ state, last }) => state.kind === 'waiting' && last === undefined)) return 'Pending';
  if (anyIs('running')) return 'Running';
  if (anyIs('waiting')) return 'Running'; // it will be started again
  if (policy === 'Always') return 'Running';
  const allSucceeded = main.every(({ state }) => succeeded(state));
  if (allSucceeded) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

const succeeded = (state: ContainerState): boolean => state.kind === 'terminated' && state.terminated.exitCode === 0;

/** Returns the status of a pod. */
export function podStatus(state: PodState): Readonly<Record<string, unknown>> {
  const { pod, init, main, ip, startTime, failure } = state;
  const phase = phaseOf(state);
  return {
    phase,
    conditions: conditionsOf(state, phase),
    ...(failure !== undefined && { reason: failure.reason, message: failure.message }),
    hostIP: ip,
    podIP: ip,
    podIPs: [{ ip }],
    startTime,
    ...(init.length > 0 && { initContainerStatuses: init.map(containerStatus) }),
    containerStatuses: main.map(containerStatus),
    qosClass: qosClass(pod),
  };
}

function conditionsOf({ init, main, now, previous }: PodState, phase: string): Condition[] {
  const initialised = init.every(({ state }) => succeeded(state));
  const pending = init.filter(({ state }) => !succeeded(state)).map((it) => it.name);
  const unready = main.filter((it) => !it.ready).map((it) => it.name);
  const isFinished = phase === 'Succeeded' || phase === 'Failed';
  const notReady =
    phase === 'Succeeded'
      ? { reason: 'PodCompleted' }
      : phase === 'Failed'
        ? { reason: 'PodFailed' }
        : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const ready = !isFinished && unready.length === 0;
  const condition = (
    type: string,
    isTrue: boolean,
    reason: { readonly reason: string; readonly message?: string } | object = {},
  ): Condition => {
    const status = isTrue ? 'True' : 'False';
    const before = previous.find((it) => it.type === type);
    const since = before?.status === status ? before.lastTransitionTime : now;
    return {
      type,
      status,
      ...(!isTrue || phase === 'Succeeded' ? reason : {}),
      lastProbeTime: null,
      lastTransitionTime: since,
    };
  };
  return [
    condition(
      'Initialized',
      initialised,
      initialised
        ? { ...(phase === 'Succeeded' && { reason: 'PodCompleted' }) }
        : { reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${pending.join(' ')}]` },
    ),
    condition('Ready', ready, notReady),
    condition('ContainersReady', ready, notReady),
    condition('PodScheduled', true),
    ...incompleteLogs([...init, ...main], previous, now),
  ];
}

function incompleteLogs(
  containers: readonly ContainerRecord[],
  previous: readonly Condition[],
  now: string,
): readonly Condition[] {
  const causes = containers.flatMap(({ name, missing }) =>
    missing === undefined
      ? []
      : [`the log of container "${name}" lacks ${String(missing.bytes)} bytes: ${missing.cause}`],
  );
  if (causes.length === 0) return [];
  const since = previous.find(({ type }) => type === LOGS_INCOMPLETE)?.lastTransitionTime ?? now;
  return [
    {
      type: LOGS_INCOMPLETE,
      status: 'True',
      reason: 'LogNotWritten',
      message: causes.join('; '),
      lastProbeTime: null,
      lastTransitionTime: since,
    },
  ];
}

function containerStatus(record: ContainerRecord): Readonly<Record<string, unknown>> {
  const { name, image, state, last, restarts, ready, started, containerID, imageID } = record;
  return {
    name,
    state: stateOf(state),
    lastState: last === undefined ? {} : { terminated: last },
    ready,
    restartCount: restarts,
    image,
    imageID: imageID ?? '',
    ...(containerID !== undefined && { containerID }),
    started,
  };
}

function stateOf(state: ContainerState): object {
  switch (state.kind) {
    case 'waiting':
      return { waiting: { reason: state.reason, ...(state.message !== undefined && { message: state.message }) } };
    case 'running':
      return { running: { startedAt: state.startedAt } };
    case 'terminated':
      return { terminated: state.terminated };
  }
}

/** Returns the QoS class, by the resources of all containers. */
export function qosClass({ spec }: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const all: readonly Container[] = [...(spec.initContainers ?? []), ...spec.containers];
  const set = (map: Readonly<Record<string, string | number>> | undefined): boolean =>
    Object.values(map ?? {}).some((value) => !/^0+[a-zA-Z]*$/.test(String(value)));
  if (!all.some(({ resources }) => set(resources?.limits) || set(resources?.requests))) return 'BestEffort';
  const guaranteed = all.every(({ resources }) =>
    ['cpu', 'memory'].every((name) => {
      const limit = resources?.limits?.[name];
      return limit !== undefined && String(resources?.requests?.[name] ?? limit) === String(limit);
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
