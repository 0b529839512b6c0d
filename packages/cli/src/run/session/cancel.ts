/** Cancels runs as `tkn pipelinerun cancel` does: the controller stops the steps, then ends the run. */

import { ApiError, type KubeClient } from '@pipewright/kube';
import { PIPELINE_RUNS, TASK_RUNS } from '@pipewright/tekton';
import type { StartedRun } from '../follow/follower.js';

/** Cancels all the runs. Ignores runs that have already ended. */
export async function cancelRuns(client: KubeClient, runs: readonly StartedRun[]): Promise<void> {
  await Promise.all(
    runs.map(async ({ kind, name, namespace }) => {
      const patch = { spec: { status: `${kind}Cancelled` } };
      const of = kind === 'PipelineRun' ? PIPELINE_RUNS : TASK_RUNS;
      await client.patch(of, { namespace, name }, patch, { type: 'merge' }).catch((cause: unknown) => {
        if (!(cause instanceof ApiError)) throw cause;
      });
    }),
  );
}
