/** Ends runs of API versions that are checked and not executed, so that none of them waits in silence. */

import type { KubeObject, Result } from '@pipewright/kube';
import { isDone, statusWithCondition, type RunStatus } from '@pipewright/tekton';
import { resultAfterWrite, type RunWriter } from '../run-writer.js';

/** Ends a run with a message, unless it has ended. */
export async function refuseRun<T extends KubeObject & { readonly status?: RunStatus }>(
  writer: RunWriter<T>,
  run: T,
  now: Date,
): Promise<Result> {
  if (isDone(run.status)) return {};
  const message = `runs of ${run.apiVersion ?? ''} are not executed yet`;
  const update = { status: 'False', reason: 'VersionNotExecuted', message } as const;
  const write = await writer.writeStatus(
    run,
    statusWithCondition(run.status ?? {}, update, now) as NonNullable<T['status']>,
  ); // adds the common fields
  return write === 'written' ? {} : resultAfterWrite(write);
}
