/**
 * The termination message: written by the container, or the end of its log if it failed without one.
 */

import { closeSync, openSync, readSync } from 'node:fs';
import type { Exit } from '../../runtime/runtime.js';
import type { Container } from '../pod/pod.js';
import type { ContainerLog } from '../logs/pod-logs.js';

/** The limit of kubelet. */
const MAX_BYTES = 4096;
const LOG_BYTES = 2048;
const LOG_LINES = 80;

/** @param file the host path of terminationMessagePath; undefined for runtimes without files */
export async function terminationOf(
  { terminationMessagePolicy }: Container,
  { exitCode, message }: Exit,
  file: string | undefined,
  log: Pick<ContainerLog, 'tail'>,
): Promise<string> {
  const written = file === undefined ? (message ?? '') : firstBytes(file);
  if (written !== '' || exitCode === 0 || terminationMessagePolicy !== 'FallbackToLogsOnError') return written;
  return log.tail(LOG_LINES, LOG_BYTES);
}

/** Reads synchronously: the file was just written, so it is cached, and another thread would take longer. */
function firstBytes(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const buffer = Buffer.alloc(MAX_BYTES);
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, MAX_BYTES, 0));
  } catch {
    return ''; // the container removed its file
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
