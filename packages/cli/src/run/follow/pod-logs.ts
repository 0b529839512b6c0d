/** Follows the steps of one pod in order (start, lines, end), and its sidecars concurrently. */

import type { KubeClient } from '@pipewright/kube';
import type { Mask } from '../../masking/mask.js';
import { foldReturns, splitLines } from '../../terminal/lines.js';
import { whenAborted } from '../../terminal/stop-requests.js';
import { incompleteLogsOf, type ObservedContainer, type ObservedPod } from './observed.js';

/** Receives the events of steps and sidecars. */
export interface StepSink {
  readonly start: (step: string) => void;
  readonly line: (step: string, line: string) => void;
  readonly end: (step: string, exitCode: number, reason: string) => void;
  readonly sidecarLine: (sidecar: string, line: string) => void;
  /** Called with what is missing from the logs, after all of them have been shown. */
  readonly incomplete: (message: string) => void;
}

/** Options of `followPod`. */
export interface FollowPodOptions {
  readonly pod: ObservedPod;
  /** Returns the current state of the pod; undefined if it no longer exists. */
  readonly currentPod: () => ObservedPod | undefined;
  readonly until: <T>(found: () => T | undefined) => Promise<T | undefined>;
  readonly client: KubeClient;
  readonly mask: Mask;
  readonly sink: StepSink;
  readonly signal: AbortSignal;
}

const STEP = 'step-';
const SIDECAR = 'sidecar-';

/** Resolves when the last step that ran has ended and its log has been shown. Steps after a failed one do not run. */
export async function followPod(options: FollowPodOptions): Promise<void> {
  const names = options.pod.spec?.containers?.map(({ name }) => name) ?? [];
  const stepsEnded = new AbortController();
  const sidecars = names
    .filter((name) => name.startsWith(SIDECAR))
    .map((name) => followSidecar(options, name, stepsEnded.signal));
  for (const container of names.filter((name) => name.startsWith(STEP))) {
    if (!(await followStep(options, container))) break;
  }
  stepsEnded.abort();
  await Promise.all(sidecars);
  const pod = options.currentPod();
  const incomplete = pod && incompleteLogsOf(pod);
  if (incomplete !== undefined) options.sink.incomplete(incomplete);
}

/** Follows a sidecar's log up to the point when the steps have ended, because a sidecar may take long to stop. */
async function followSidecar(options: FollowPodOptions, container: string, stepsEnded: AbortSignal): Promise<void> {
  const { sink, until, currentPod } = options;
  const show = (line: string): void => sink.sidecarLine(container.slice(SIDECAR.length), line);
  const started = await Promise.race([until(() => startState(currentPod(), container)), whenAborted(stepsEnded)]);
  if (started !== 'started' || stepsEnded.aborted) return;
  await followLog(options, container, show, stepsEnded);
}

/** Returns whether a container has started or never will; undefined while this is open. */
function startState(pod: ObservedPod | undefined, container: string): 'started' | 'gone' | undefined {
  if (pod === undefined) return 'gone';
  const state = stateOf(pod, container);
  if (state?.running !== undefined || state?.terminated !== undefined) return 'started';
  return hasEnded(pod) ? 'gone' : undefined;
}

/** @returns whether the next step may run */
async function followStep(options: FollowPodOptions, container: string): Promise<boolean> {
  const { currentPod, until, sink } = options;
  const step = container.slice(STEP.length);
  if ((await until(() => startState(currentPod(), container))) !== 'started') return false;
  sink.start(step);
  await followLog(options, container, (line) => sink.line(step, line));
  const ended = await until(() => {
    const pod = currentPod();
    return pod === undefined ? 'gone' : (stateOf(pod, container)?.terminated ?? (hasEnded(pod) ? 'gone' : undefined));
  });
  if (ended === undefined || ended === 'gone') return false;
  sink.end(step, ended.exitCode, ended.reason ?? '');
  return ended.exitCode === 0;
}

const stateOf = (pod: ObservedPod, container: string): ObservedContainer['state'] =>
  pod.status?.containerStatuses?.find(({ name }) => name === container)?.state;

const hasEnded = ({ status }: ObservedPod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/**
 * Shows a container's log to its end. If the log breaks off, a line says so, and the run continues.
 *
 * @param stepsEnded ends it early: shows what the log contains by then, and does not wait for more
 */
async function followLog(
  { pod, client, mask, signal }: FollowPodOptions,
  container: string,
  show: (line: string) => void,
  stepsEnded?: AbortSignal,
): Promise<void> {
  const { name = '', namespace } = pod.metadata;
  const lines = maskedLines(mask);
  let receivedBytes = 0;
  const add = (bytes: Uint8Array): void => {
    receivedBytes += bytes.byteLength;
    lines.push(bytes).forEach(show);
  };
  // Uses a separate signal for this log, because a request keeps its listener for the lifetime of the signal.
  const request = new AbortController();
  const abort = (): void => request.abort(signal.reason);
  for (const each of [signal, stepsEnded]) each?.addEventListener('abort', abort, { once: true });
  if (signal.aborted || stepsEnded?.aborted === true) abort();
  try {
    const stream = await client.podLogs({ namespace, name }, { container, follow: true, signal: request.signal });
    for await (const bytes of stream) add(bytes);
  } catch (cause) {
    if (!request.signal.aborted)
      show(mask.hide(`(the log ends here: ${cause instanceof Error ? cause.message : String(cause)})`));
  } finally {
    for (const each of [signal, stepsEnded]) each?.removeEventListener('abort', abort);
  }
  if (stepsEnded?.aborted === true && !signal.aborted) {
    const whole = await completeLog(client, { namespace, name }, container);
    add(whole.subarray(receivedBytes));
  }
  lines.end().forEach(show);
}

/**
 * Converts the bytes of a log to lines without secrets. Carriage returns are applied first, so that secrets are
 * searched for in the visible text.
 */
function maskedLines(mask: Mask): {
  readonly push: (bytes: Uint8Array) => readonly string[];
  readonly end: () => readonly string[];
} {
  const text = new TextDecoder();
  const [returns, hidden, lines] = [foldReturns(), mask.stream(), splitLines()];
  const take = (part: string): readonly string[] => lines.push(hidden.push(returns.push(part)));
  return {
    push: (bytes) => take(text.decode(bytes, { stream: true })),
    end: () => [
      ...take(text.decode()),
      ...lines.push(hidden.push(returns.end())),
      ...lines.push(hidden.end()),
      ...lines.end(),
    ],
  };
}

/** Returns the complete log of a container up to now; empty if it is no longer available. */
async function completeLog(
  client: KubeClient,
  pod: { readonly namespace?: string | undefined; readonly name: string },
  container: string,
): Promise<Uint8Array> {
  try {
    const stream = await client.podLogs(pod, { container });
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    return new Uint8Array(); // the pod is gone: its steps' logs have been shown
  }
}
