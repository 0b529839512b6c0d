/**
 * The termination message: what a container wrote for its pod's status, or the end of its log when it failed silently.
 */

import { open } from 'node:fs/promises';
import type { Exit } from '../runtime/runtime.js';
import { lastLines } from './log-file.js';
import type { Container } from './pod.js';

/** As kubelet bounds it. */
const MOST_BYTES = 4096;
const LOG_BYTES = 2048;
const LOG_LINES = 80;

/** @param file where the container's terminationMessagePath lies on the host; undefined when it has no files */
export async function terminationOf(
  { terminationMessagePolicy }: Container,
  { exitCode, message }: Exit,
  file: string | undefined,
  log: string,
): Promise<string> {
  const written = file === undefined ? (message ?? '') : await firstBytes(file);
  if (written !== '' || exitCode === 0 || terminationMessagePolicy !== 'FallbackToLogsOnError') return written;
  return lastLines(log, LOG_LINES, LOG_BYTES);
}

async function firstBytes(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
