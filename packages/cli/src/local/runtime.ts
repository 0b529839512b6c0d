/** Chooses what runs containers, and refuses up front where it cannot. */

import { fake, sandbox, type Runtime } from '@pipewright/cluster';
import { resultsReport } from '@pipewright/controller';
import { UsageError } from '../diagnostics/usage-error.js';

/** The runtime of that name. With the fake one every result of a task reads as its own name, so that the graph can be tried. */
export const createRuntime = (name: 'sandbox' | 'fake'): Runtime =>
  name === 'fake'
    ? fake({ script: ({ argv }) => ({ message: resultsReport(argv, (result) => result) ?? '' }) })
    : sandbox();

/** Tries the runtime. @returns how it works, for people. Throws a UsageError with status 3 when it does not. */
export async function probeRuntime(runtime: Runtime): Promise<string> {
  const probe = await runtime.probe();
  if (probe.usable) return [`runtime ${runtime.name} (${probe.how})`, ...probe.notes].join('; ');
  const { message, hints, code } = probe.problem;
  throw new UsageError(
    `${code}: ${message}`,
    [...hints, 'to try the graph without running anything: --runtime fake'].join('\n'),
    { status: 3 },
  );
}
