/**
 * Support for sandbox tests: a default specification, and running a container to completion. As a program, it runs one
 * container, for tests that need another user or a parent process that is killed.
 *
 *     node --import tsx sandbox-container.ts LAUNCHER DIRECTORY COMMAND [ARG…]
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sandbox } from '../../src/runtime/sandbox/sandbox.js';
import type { Launcher } from '../../src/runtime/launchers/starter.js';
import type { ContainerSpec, Exit, Runtime, StartResult } from '../../src/runtime/runtime.js';

let containers = 0;

/** Returns the specification of a container on the host's root with one volume at /workspace. */
export function specIn(
  directory: string,
  argv: ContainerSpec['argv'],
  overrides: Partial<ContainerSpec> = {},
): ContainerSpec {
  const volume = join(directory, 'workspace');
  mkdirSync(volume, { recursive: true });
  return {
    identity: { namespace: 'default', pod: 'p', podUid: 'uid', labels: {}, container: 'c', image: 'host', attempt: 0 },
    directory: join(directory, `container-${process.pid}-${containers++}`),
    scratch: join(directory, 'scratch'),
    rootfs: 'host',
    overlays: [],
    mounts: [{ source: volume, target: '/workspace', readOnly: false }],
    hostFiles: {},
    argv,
    env: {},
    cwd: '/workspace',
    hostname: 'p',
    output: { write: () => undefined },
    ...overrides,
  };
}

/** The exit code and output of a container, or why it did not start. */
export type RunResult =
  | { readonly kind: 'started'; readonly exit: Exit; readonly printed: string }
  | Extract<StartResult, { kind: 'failed' }>;

/** Runs a container to completion. */
export async function runToEnd(runtime: Runtime, spec: ContainerSpec): Promise<RunResult> {
  const chunks: Buffer[] = [];
  const output = {
    write: (chunk: Uint8Array) => {
      chunks.push(Buffer.from(chunk));
      return undefined;
    },
  };
  const started = await runtime.start({ ...spec, output });
  if (started.kind === 'failed') return started;
  return { kind: 'started', exit: await started.container.exit, printed: Buffer.concat(chunks).toString() };
}

const [, program, launcher, directory, command, ...args] = process.argv;
if (program?.endsWith('sandbox-container.ts') === true && directory !== undefined && command !== undefined) {
  const output = {
    write: (chunk: Uint8Array) => {
      process.stdout.write(chunk);
      return undefined;
    },
  };
  const started = await sandbox({ launchers: [launcher as Launcher] }).start(
    specIn(directory, [command, ...args], { output }),
  );
  if (started.kind === 'failed') process.stdout.write(`${started.message}\n`);
  process.exitCode = started.kind === 'started' ? (await started.container.exit).exitCode : 200;
}
