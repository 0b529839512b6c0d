/** Follows the steps of one pod, in order: start, every line, end. */

import type { KubeClient } from '@pipewright/kube';
import type { Mask } from '../masking/mask.js';
import { foldLines } from '../terminal/lines.js';
import type { SeenContainer, SeenPod } from './observed.js';

/** Told what the steps do. */
export interface StepSink {
  readonly start: (step: string) => void;
  readonly line: (step: string, line: string) => void;
  readonly end: (step: string, exitCode: number, reason: string) => void;
}

/** What it takes. */
export interface PodFollowing {
  readonly pod: SeenPod;
  /** The pod as it is now; undefined when it is gone. */
  readonly look: () => SeenPod | undefined;
  readonly until: <T>(found: () => T | undefined) => Promise<T | undefined>;
  readonly client: KubeClient;
  readonly mask: Mask;
  readonly sink: StepSink;
  readonly signal: AbortSignal;
}

const STEP = 'step-';

/** Resolves when the last step that ran has ended and its log is shown. Steps after a failed one do not run. */
export async function followPod(following: PodFollowing): Promise<void> {
  const containers =
    following.pod.spec?.containers?.map(({ name }) => name).filter((name) => name.startsWith(STEP)) ?? [];
  for (const container of containers) {
    if (!(await followStep(following, container))) return;
  }
}

/** @returns whether the next step may run */
async function followStep(following: PodFollowing, container: string): Promise<boolean> {
  const { look, until, sink } = following;
  const step = container.slice(STEP.length);
  const begun = await until(() => {
    const pod = look();
    if (pod === undefined) return 'gone';
    const state = stateOf(pod, container);
    if (state?.running !== undefined || state?.terminated !== undefined) return 'started';
    return isOver(pod) ? 'gone' : undefined;
  });
  if (begun !== 'started') return false;
  sink.start(step);
  await followLog(following, container, (line) => sink.line(step, line));
  const ended = await until(() => {
    const pod = look();
    return pod === undefined ? 'gone' : (stateOf(pod, container)?.terminated ?? (isOver(pod) ? 'gone' : undefined));
  });
  if (ended === undefined || ended === 'gone') return false;
  sink.end(step, ended.exitCode, ended.reason ?? '');
  return ended.exitCode === 0;
}

const stateOf = (pod: SeenPod, container: string): SeenContainer['state'] =>
  pod.status?.containerStatuses?.find(({ name }) => name === container)?.state;

const isOver = ({ status }: SeenPod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Shows a container's log to its end. A log that breaks off is said to; the run goes on. */
async function followLog(
  { pod, client, mask, signal }: PodFollowing,
  container: string,
  show: (line: string) => void,
): Promise<void> {
  const { name = '', namespace } = pod.metadata;
  const hidden = mask.stream();
  const folder = foldLines();
  const text = new TextDecoder();
  const take = (chunk: string): void => folder.push(hidden.push(chunk)).forEach(show);
  // A signal of this log's own: a request listens to its signal for as long as that lives.
  const here = new AbortController();
  const leave = (): void => here.abort(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  try {
    const stream = await client.podLogs({ namespace, name }, { container, follow: true, signal: here.signal });
    for await (const bytes of endingWith(stream, here.signal)) take(text.decode(bytes, { stream: true }));
  } catch (cause) {
    if (!signal.aborted) show(`(the log breaks off here: ${cause instanceof Error ? cause.message : String(cause)})`);
  } finally {
    signal.removeEventListener('abort', leave);
  }
  take(text.decode());
  folder.push(hidden.end()).forEach(show);
  folder.end().forEach(show);
}

/** A stream that ends when the signal fires: a server in this process need not notice that its reader has gone. */
async function* endingWith(stream: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  const leave = (): void => void reader.cancel().catch(() => undefined); // a stream that broke has nothing to cancel
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    signal.removeEventListener('abort', leave);
    reader.releaseLock();
  }
}
