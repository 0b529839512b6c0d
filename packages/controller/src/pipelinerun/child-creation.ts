/**
 * Decides about the API server's answers to the creation of a PipelineRun's TaskRuns.
 *
 * Pure. Separate from the plan because the edge asks here which rejections are final: others are retried.
 */

import type { ConditionUpdate } from '@pipewright/tekton';

/** The API server's answer to the creation of a TaskRun. */
export type ChildCreation =
  /** The TaskRun exists and belongs to the run; this or an earlier request created it. */
  | { readonly kind: 'created' }
  /** A TaskRun of this name exists and belongs to another object. */
  | { readonly kind: 'name-taken' }
  | Rejection;

/** The API server refused to create a TaskRun. */
export interface Rejection {
  readonly kind: 'rejected';
  readonly message: string;
}

/** Reports whether a rejection ends the run. `reason`: of the API server's Status. */
export const isFinalRejection = ({ reason }: { readonly reason: string }): boolean =>
  reason === 'Invalid' || reason === 'BadRequest';

/** Returns the end of a run some of whose TaskRuns, by name, were not created; undefined if all were. */
export function creationFailure(creations: ReadonlyMap<string, ChildCreation>): ConditionUpdate | undefined {
  const messages = [...creations].flatMap(([name, creation]) => failureMessage(name, creation) ?? []);
  const message = messages.at(-1);
  return message === undefined ? undefined : { status: 'False', reason: 'TaskRunCreationFailed', message };
}

function failureMessage(name: string, creation: ChildCreation): string | undefined {
  switch (creation.kind) {
    case 'created':
      return undefined;
    case 'name-taken':
      return `the TaskRun "${name}" exists already and belongs to something else; delete it and run again`;
    case 'rejected':
      return `the TaskRun "${name}" was refused: ${creation.message}`;
  }
}
