/**
 * Probes and lifecycle hooks: runs handlers and counts results.
 */

import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { linkedSignal } from '../../platform/linked-signal.js';
import type { RunningContainer } from '../../runtime/runtime.js';
import { isAborted, type PodClock } from '../../platform/pod-clock.js';
import type { Container, Handler, ProbeSpec } from '../pod/pod.js';

/** The result of a probe. */
export type ProbeResult = { readonly kind: 'success' } | { readonly kind: 'failure'; readonly message: string };

const SUCCESS: ProbeResult = { kind: 'success' };
const failure = (message: string): ProbeResult => ({ kind: 'failure', message });

/** Runs a handler once. An aborted run has failed. */
export async function tryHandler(
  handler: Handler,
  container: Container,
  running: RunningContainer,
  ip: string,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { exec, httpGet, tcpSocket } = handler;
  if (exec !== undefined) {
    const [first, ...others] = exec.command ?? [];
    if (first === undefined) return failure('no command');
    const { exitCode, output } = await running.exec([first, ...others], signal);
    return exitCode === 0 ? SUCCESS : failure(output.trim() || `exit code ${exitCode}`);
  }
  if (httpGet !== undefined) return tryHttp(httpGet, portOf(httpGet.port, container), ip, signal);
  if (tcpSocket !== undefined) return tryTcp(tcpSocket.host ?? ip, portOf(tcpSocket.port, container), signal);
  return SUCCESS;
}

/** Resolves a port, which may be the name of a container port. */
export function portOf(port: number | string, { ports = [] }: Container): number {
  if (typeof port === 'number') return port;
  return ports.find((it) => it.name === port)?.containerPort ?? Number.parseInt(port, 10);
}

function tryHttp(
  get: NonNullable<Handler['httpGet']>,
  port: number,
  ip: string,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const secure = get.scheme === 'HTTPS';
  const headers = Object.fromEntries((get.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  const options = { host: get.host ?? ip, port, path: get.path ?? '/', headers, signal, agent: false as const };
  return new Promise((resolve) => {
    const request = secure ? httpsRequest({ ...options, rejectUnauthorized: false }) : httpRequest(options);
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      resolve(status >= 200 && status < 400 ? SUCCESS : failure(`HTTP probe failed with statuscode: ${status}`));
    });
    request.once('error', (error) => resolve(failure(error.message)));
    request.end();
  });
}

function tryTcp(host: string, port: number, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (result: ProbeResult): void => {
      signal.removeEventListener('abort', timedOut);
      socket.destroy();
      resolve(result);
    };
    const timedOut = (): void => end(failure('timed out'));
    socket.once('connect', () => end(SUCCESS));
    socket.once('error', (error) => end(failure(error.message)));
    signal.addEventListener('abort', timedOut, { once: true });
  });
}

/** Repeats a probe until the signal is aborted, and reports each result and whether a threshold is reached. */
export async function repeatProbe(
  probe: ProbeSpec,
  attempt: (signal: AbortSignal) => Promise<ProbeResult>,
  report: (result: ProbeResult, isDecisive: boolean) => void,
  clock: PodClock,
  signal: AbortSignal,
): Promise<void> {
  const {
    initialDelaySeconds = 0,
    periodSeconds = 10,
    timeoutSeconds = 1,
    successThreshold = 1,
    failureThreshold = 3,
  } = probe;
  let successes = 0;
  let failures = 0;
  if (initialDelaySeconds > 0) await clock.sleep(initialDelaySeconds * 1000, signal);
  while (!signal.aborted) {
    const result = await withTimeout(attempt, timeoutSeconds * 1000, clock, signal);
    if (isAborted(signal)) return;
    successes = result.kind === 'success' ? successes + 1 : 0;
    failures = result.kind === 'failure' ? failures + 1 : 0;
    report(result, successes === successThreshold || failures === failureThreshold);
    await clock.sleep(periodSeconds * 1000, signal);
  }
}

/** Runs a handler, which fails after the timeout. */
export async function withTimeout(
  attempt: (signal: AbortSignal) => Promise<ProbeResult>,
  milliseconds: number,
  clock: PodClock,
  outer: AbortSignal,
): Promise<ProbeResult> {
  const done = new AbortController();
  const limit = new AbortController();
  const waiting = linkedSignal(done.signal, outer);
  const attempting = linkedSignal(limit.signal, outer);
  const timeout = clock.sleep(milliseconds, waiting.signal).then((): ProbeResult => {
    limit.abort();
    return failure(`timed out after ${milliseconds / 1000}s`);
  });
  try {
    return await Promise.race([attempt(attempting.signal), timeout]);
  } finally {
    done.abort();
    waiting.release();
    attempting.release();
  }
}
