/**
 * The termination message: what a container wrote for its pod's status, or the end of its log when it failed silently.
 */

import { closeSync, openSync, readSync } from 'node:fs';
import type { Exit } from '../../runtime/runtime.js';
import type { Container } from '../pod/pod.js';
import type { ContainerLog } from '../logs/pod-logs.js';

/** As kubelet bounds it. */
const MAX_BYTES = 4096;
const LOG_BYTES = 2048;
const LOG_LINES = 80;

/** @param file where the container's terminationMessagePath lies on the host; undefined when it has no files */
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

/** Read at once: a page of a file that was just written is in memory, and to wait for another thread takes longer. */
function firstBytes(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const buffer = Buffer.alloc(MAX_BYTES);
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, MAX_BYTES, 0));
  } catch {
    return ''; // the container's own doing: what it removed is not there
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
