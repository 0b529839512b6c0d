/**
 * The lifecycle of one container: starts, restarts, probes, stops.
 *
 * Used for init and main containers. Changes go into `record`, from which the pod's status is computed, and are reported to the pod.
 */

import { linkedSignal } from '../../platform/linked-signal.js';
import type { Exit, RunningContainer } from '../../runtime/runtime.js';
import { prepareStart, type StartPreparation } from './container-start.js';
import { isAborted } from '../../platform/pod-clock.js';
import { timestamp } from '@pipewright/apimachinery';
import type { Container, Handler } from '../pod/pod.js';
import type { PodHost } from './pod-host.js';
import type { ContainerRecord, ContainerState, Terminated } from '../pod/pod-status.js';
import { repeatProbe, tryHandler, withTimeout, type ProbeResult } from '../probes/probing.js';
import { terminationOf } from './termination.js';

/** Shared: an error with a stack for each container would cost more than the rest of its termination. */
const ENDED = new Error('the container has ended');

const FIRST_BACKOFF = 10_000;
const LONGEST_BACKOFF = 300_000;
/** After this running time (milliseconds) the backoff is reset. */
const BACKOFF_RESET_MS = 600_000;

/** Runs one container. */
export class ContainerRun {
  record: ContainerRecord;
  #container: Container;
  readonly #host: PodHost;
  readonly #once: boolean;
  #running: RunningContainer | undefined;
  #redefined = new AbortController();
  #stopping: AbortController | undefined;

  /** @param restarts the number of restarts before this node adopted the pod */
  constructor(host: PodHost, container: Container, kind: 'init' | 'main', waiting: string, restarts = 0) {
    this.#host = host;
    this.#container = container;
    this.#once = kind === 'init';
    this.record = {
      name: container.name,
      image: container.image ?? '',
      state: { kind: 'waiting', reason: waiting },
      restarts,
      ready: false,
      started: false,
    };
  }

  /** Settles when the container will not be started again. */
  async run(): Promise<void> {
    const { ending, context } = this.#host;
    let backoff = 0;
    while (!ending.aborted) {
      this.#redefined = new AbortController();
      const startedAt = context.clock.now().getTime();
      const ended = await this.#attempt();
      if (ended === undefined && !this.#redefined.signal.aborted) return; // the pod ended first
      if (isAborted(ending)) return;
      if (!this.#redefined.signal.aborted) {
        if (ended === undefined || !this.#startsAgain(ended.exitCode)) return;
        if (context.clock.now().getTime() - startedAt > BACKOFF_RESET_MS) backoff = 0;
        await this.#backOff(backoff, ended);
        backoff = Math.min(backoff === 0 ? FIRST_BACKOFF : backoff * 2, LONGEST_BACKOFF);
      }
      if (ended !== undefined) this.#set({ restarts: this.record.restarts + 1, last: ended });
    }
  }

  /** Restarts the container with a patched definition (only the image can change). */
  redefine(container: Container): void {
    const before = this.#container.image;
    this.#container = container;
    if (before === container.image || (this.record.state.kind === 'terminated' && this.#running === undefined)) return;
    this.#set({ image: container.image ?? '' });
    this.#redefined.abort();
    if (this.#running !== undefined)
      void this.stop(this.#grace(), `Container ${container.name} definition changed, will be restarted`);
  }

  /** Terminates the process, and kills it after the grace period. Of repeated calls the shorter grace period applies. */
  async stop(graceSeconds: number, reason?: string): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    const { context, pod } = this.#host;
    const first = this.#stopping === undefined;
    this.#stopping?.abort();
    const now = (this.#stopping = new AbortController());
    if (first) {
      const name = this.#container.name;
      context.events.record(pod(), 'Normal', 'Killing', reason ?? `Stopping container ${name}`, name);
      const preStop = this.#container.lifecycle?.preStop;
      if (preStop !== undefined && graceSeconds > 0) await this.#hook(preStop, 'FailedPreStopHook', graceSeconds);
      if (graceSeconds > 0) running.kill('SIGTERM');
    }
    const ended = running.exit.then(() => now.abort());
    if (graceSeconds > 0) await context.clock.sleep(graceSeconds * 1000, now.signal);
    if (this.#stopping === now && this.#running === running && !now.signal.aborted) running.kill('SIGKILL');
    await Promise.race([ended, running.exit]);
  }

  /** Runs one attempt. @returns undefined if it was not started */
  async #attempt(): Promise<Terminated | undefined> {
    const { context, pod, ending } = this.#host;
    const attempt = this.record.restarts;
    const preparation = await this.#unlessEnded((signal) => this.#untilReady(signal));
    if (preparation === undefined) return undefined;
    const log = context.logs.begin(pod().metadata, this.#container.name, attempt);
    const event = (
      type: 'Normal' | 'Warning',
      reason: 'Pulled' | 'Created' | 'Started' | 'Failed',
      message: string,
    ): void => context.events.record(pod(), type, reason, message, this.#container.name);
    event('Normal', 'Pulled', `Container image ${JSON.stringify(this.record.image)} already present on machine`);
    const start = await context.runtime.start({ ...preparation.spec, output: log }, ending);
    const containerID =
      start.kind === 'started'
        ? start.container.id
        : `${context.runtime.name}://${pod().metadata.uid}-${this.record.name}-${attempt}`;
    this.#set({ containerID, imageID: this.record.image });
    if (start.kind === 'failed') {
      log.end();
      event('Warning', 'Failed', `Error: ${start.message}`);
      const { reason, exitCode, message } = start;
      const finishedAt = timestamp(context.clock.now());
      return this.#terminated({
        exitCode,
        reason,
        message,
        startedAt: '1970-01-01T00:00:00Z',
        finishedAt,
        containerID,
      });
    }
    event('Normal', 'Created', `Created container ${this.record.name}`);
    event('Normal', 'Started', `Started container ${this.record.name}`);
    const exit = await this.#watch(start.container);
    log.end();
    if (log.missing !== undefined) this.record = { ...this.record, missing: log.missing };
    const message = await terminationOf(this.#container, exit, preparation.terminationFile, log);
    return this.#terminated({
      exitCode: exit.exitCode,
      reason: exit.reason,
      ...(message !== '' && { message }),
      startedAt: timestamp(exit.startedAt),
      finishedAt: timestamp(exit.finishedAt),
      containerID,
    });
  }

  /** Follows a running container to its exit, with its probes and hooks. */
  async #watch(running: RunningContainer): Promise<Exit> {
    const { ending } = this.#host;
    const ended = new AbortController();
    const { readinessProbe, startupProbe, lifecycle } = this.#container;
    this.#running = running;
    this.#stopping = undefined;
    const hasStarted = startupProbe === undefined;
    this.#set({
      state: { kind: 'running', startedAt: timestamp(running.startedAt) },
      started: hasStarted,
      ready: hasStarted && readinessProbe === undefined,
    });
    if (ending.aborted) running.kill('SIGKILL'); // it started while the pod was ending
    if (lifecycle?.postStart !== undefined) void this.#postStart(lifecycle.postStart);
    this.#probe(running, ended.signal);
    const exit = await running.exit;
    ended.abort(ENDED);
    this.#running = undefined;
    return exit;
  }

  async #postStart(hook: Handler): Promise<void> {
    const { kind } = await this.#hook(hook, 'FailedPostStartHook', this.#grace());
    if (kind === 'failure') await this.stop(this.#grace());
  }

  async #hook(
    hook: Handler,
    reason: 'FailedPostStartHook' | 'FailedPreStopHook',
    seconds: number,
  ): Promise<ProbeResult> {
    const { context, pod } = this.#host;
    const running = this.#running;
    if (running === undefined) return { kind: 'success' };
    if (hook.sleep !== undefined) {
      await context.clock.sleep(hook.sleep.seconds * 1000);
      return { kind: 'success' };
    }
    const attempt = (signal: AbortSignal): Promise<ProbeResult> =>
      tryHandler(hook, this.#container, running, context.node.ip, signal);
    const result = await withTimeout(attempt, seconds * 1000, context.clock, new AbortController().signal);
    if (result.kind === 'failure')
      context.events.record(pod(), 'Warning', reason, result.message, this.#container.name);
    return result;
  }

  /** Starts the liveness and readiness probes once the startup probe has succeeded. */
  #probe(running: RunningContainer, ended: AbortSignal): void {
    const { context, pod } = this.#host;
    const { startupProbe, livenessProbe, readinessProbe, name } = this.#container;
    const repeat = (
      kind: 'Startup' | 'Liveness' | 'Readiness',
      probe: typeof startupProbe,
      report: (isSuccess: boolean) => void,
      until = ended,
    ): void => {
      if (probe === undefined) return;
      const attempt = (signal: AbortSignal): Promise<ProbeResult> =>
        tryHandler(probe, this.#container, running, context.node.ip, signal);
      let recorded = ''; // repeated identical failures are one event
      const count = (result: ProbeResult, isDecisive: boolean): void => {
        const message = result.kind === 'success' ? '' : result.message;
        if (result.kind === 'failure' && message !== recorded)
          context.events.record(pod(), 'Warning', 'Unhealthy', `${kind} probe failed: ${message}`, name);
        recorded = message;
        if (isDecisive) report(result.kind === 'success');
      };
      void repeatProbe(probe, attempt, count, context.clock, until);
    };
    const unhealthy = (kind: string): void =>
      void this.stop(this.#grace(), `Container ${name} failed ${kind} probe, will be restarted`);
    const startOthers = (): void => {
      repeat('Liveness', livenessProbe, (isSuccess) => (isSuccess ? undefined : unhealthy('liveness')));
      repeat('Readiness', readinessProbe, (ready) => this.#set({ ready }));
    };
    if (startupProbe === undefined) return startOthers();
    const started = new AbortController();
    const ready = readinessProbe === undefined;
    const report = (isSuccess: boolean): void => {
      started.abort();
      if (!isSuccess) return unhealthy('startup');
      this.#set({ started: true, ready });
      startOthers();
    };
    const starting = linkedSignal(ended, started.signal);
    starting.signal.addEventListener('abort', starting.release, { once: true });
    repeat('Startup', startupProbe, report, starting.signal);
  }

  /** Passes a signal that is aborted when the pod ends or the container is redefined. */
  async #unlessEnded<T>(wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const linked = linkedSignal(this.#host.ending, this.#redefined.signal);
    return wait(linked.signal).finally(linked.release);
  }

  /** Waits, recording events, until the container can be started; undefined if it must not be started any more. */
  async #untilReady(signal: AbortSignal): Promise<(StartPreparation & { kind: 'prepared' }) | undefined> {
    const { context, pod, objects } = this.#host;
    let wait = FIRST_BACKOFF;
    while (!signal.aborted) {
      const preparation = await prepareStart(this.#host, this.#container, this.record.restarts);
      if (preparation.kind === 'prepared') return preparation;
      const { reason, message, event, missing } = preparation;
      this.#waiting(reason, message);
      context.events.record(pod(), 'Warning', 'Failed', event, this.#container.name);
      if (missing !== undefined) {
        await objects.changed(missing, signal).catch(() => context.clock.sleep(wait, signal));
        continue;
      }
      await context.clock.sleep(PULL_PAUSE, signal);
      if (isAborted(signal)) return undefined;
      if (reason === 'ErrImagePull') {
        this.#waiting(
          'ImagePullBackOff',
          `Back-off pulling image ${JSON.stringify(this.record.image)}: ${reason}: ${message}`,
        );
        context.events.record(
          pod(),
          'Normal',
          'BackOff',
          `Back-off pulling image ${JSON.stringify(this.record.image)}`,
          this.#container.name,
        );
      }
      await context.clock.sleep(wait, signal);
      wait = Math.min(wait * 2, LONGEST_BACKOFF);
    }
    return undefined;
  }

  #startsAgain(exitCode: number): boolean {
    const policy = this.#host.pod().spec.restartPolicy ?? 'Always';
    if (policy === 'Never') return false;
    return exitCode !== 0 || (policy === 'Always' && !this.#once);
  }

  async #backOff(wait: number, last: Terminated): Promise<void> {
    if (wait === 0) return;
    const { context, pod } = this.#host;
    const { name } = this.record;
    const { metadata } = pod();
    const whole = `back-off ${wait / 1000}s restarting failed container=${name} pod=${metadata.name}_${metadata.namespace}(${metadata.uid})`;
    this.#set({ last, state: { kind: 'waiting', reason: 'CrashLoopBackOff', message: whole } });
    context.events.record(
      pod(),
      'Warning',
      'BackOff',
      `Back-off restarting failed container ${name} in pod ${metadata.name}_${metadata.namespace}(${metadata.uid})`,
      name,
    );
    await this.#unlessEnded((signal) => context.clock.sleep(wait, signal));
  }

  #grace(): number {
    return this.#host.pod().spec.terminationGracePeriodSeconds ?? 30;
  }

  #waiting(reason: string, message: string): void {
    this.#set({ state: { kind: 'waiting', reason, message }, ready: false, started: false });
  }

  #terminated(terminated: Terminated): Terminated {
    const state: ContainerState = { kind: 'terminated', terminated };
    this.#set({ state, started: false, ready: this.#once && terminated.exitCode === 0 });
    return terminated;
  }

  #set(change: Partial<ContainerRecord>): void {
    this.record = { ...this.record, ...change };
    this.#host.changed();
  }
}

/** The time (milliseconds) between ErrImagePull and ImagePullBackOff. */
const PULL_PAUSE = 1000;
