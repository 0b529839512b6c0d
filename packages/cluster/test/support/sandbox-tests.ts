/** Tests that need a working sandbox. Without one they are skipped, with the reason in the title. */

import { spawn, spawnSync } from 'node:child_process';
import { describe, test } from '@jest/globals';
import type { RuntimeProbe } from '../../src/runtime/runtime.js';

/** Groups tests that run containers. Skips them unless the probe found the sandbox usable. */
export function describeWithSandbox(title: string, probe: RuntimeProbe, body: () => void): void {
  if (probe.kind === 'usable') describe(title, body);
  else describe.skip(`${title} (skipped: ${probe.problem.message})`, body);
}

/** A command line that runs another one as an ordinary user: root becomes `nobody`. */
export const AS_ORDINARY_USER: readonly string[] =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

/** `test`, or `thoroughTest`. */
type TestDefinition = (title: string, body: () => Promise<void>) => void;

/**
 * Defines a test that runs containers as an ordinary user. Skips it where the kernel denies namespaces to such users; any
 * other reason for which a container does not start is a failure.
 */
export function testAsOrdinaryUser(define: TestDefinition, title: string, body: () => Promise<void>): void {
  const [file = '', ...args] = [
    ...AS_ORDINARY_USER,
    ...'unshare --user --map-root-user --mount --pid --fork true'.split(' '),
  ];
  const { status, stderr, error } = spawnSync(file, args, { encoding: 'utf8' });
  if (status === 0) define(title, body);
  else {
    const reason = error?.message ?? stderr.trim();
    test.skip(`${title} (skipped: no namespaces for ordinary users: ${reason})`, body);
  }
}

/** Runs a command to completion. Returns its exit code and its output. */
export async function runCommand(
  [file = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: unknown; readonly printed: string }> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, printed };
}
