/** Chooses what runs containers, and refuses up front where it cannot. */

import { fake, sandbox, type Runtime } from '@pipewright/cluster';
import { UsageError } from '../usage-error.js';

/** The runtime of that name. */
export const runtimeNamed = (name: 'sandbox' | 'fake'): Runtime => (name === 'fake' ? fake() : sandbox());

/** Tries the runtime. @returns how it works, for people. Throws a UsageError with status 3 when it does not. */
export async function tryRuntime(runtime: Runtime): Promise<string> {
  const probe = await runtime.probe();
  if (probe.usable) return [`runtime ${runtime.name} (${probe.how})`, ...probe.notes].join('; ');
  const { message, hints, code } = probe.problem;
  throw new UsageError(
    `${code}: ${message}`,
    [...hints, 'to try the graph without running anything: --runtime fake'].join('\n'),
    { status: 3 },
  );
}
