/** Selects the container runtime, and checks early whether it works. */

import { fake, sandbox, type Runtime } from '@pipewright/cluster';
import { resultsReport } from '@pipewright/controller';
import { UsageError } from '../diagnostics/usage-error.js';

/**
 * Creates a runtime by name. With the fake one, the value of each task result is its name, so that the graph can be
 * tested.
 */
export const createRuntime = (name: 'sandbox' | 'fake'): Runtime =>
  name === 'fake'
    ? fake({ script: ({ argv }) => ({ message: resultsReport(argv, (result) => result) ?? '' }) })
    : sandbox();

/** Tests the runtime. @returns a description of how it works. Throws a UsageError with status 3 if it does not. */
export async function probeRuntime(runtime: Runtime): Promise<string> {
  const probe = await runtime.probe();
  if (probe.kind === 'usable') return [`runtime ${runtime.name} (${probe.description})`, ...probe.notes].join('; ');
  const { message, hints, code } = probe.problem;
  throw new UsageError(
    `${code}: ${message}`,
    [...hints, 'to test the graph without running steps: --runtime fake'].join('\n'),
    { status: 3 },
  );
}
