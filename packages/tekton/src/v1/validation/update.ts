/**
 * Checks changes of the specs of TaskRuns and PipelineRuns: a started run can be stopped, and nothing else.
 *
 * Separate from the checks of single objects, because it compares two. Both have the defaults of the webhook.
 */

import { isRecord } from '../../schema/conformance.js';
import { fail, type CheckContext } from './check-context.js';

/** A run as the API server has it. */
export interface UpdatedRun {
  readonly kind?: unknown;
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** The fields that a user may change while a run is not complete. */
const CHANGEABLE: Readonly<Record<string, readonly string[]>> = {
  TaskRun: ['status', 'statusMessage'],
  PipelineRun: ['status'],
};

/** Checks an update of a run. Other kinds can be changed. `context` is the object. */
export function checkUpdate(before: UpdatedRun, after: UpdatedRun, context: CheckContext): void {
  const kind = String(after.kind);
  const changeable = CHANGEABLE[kind];
  if (!changeable || !isRecord(before.spec) || !isRecord(after.spec)) return;
  if (kind === 'PipelineRun' && after.spec['status'] === 'PipelineRunPending' && hasStarted(after)) {
    const webhook = { message: 'invalid value: PipelineRun cannot be Pending after it is started' };
    fail(
      context,
      'UPDATE_REFUSED',
      { kind, rule: 'is started, so it cannot become pending' },
      { at: ['spec', 'status'], webhook },
    );
  }
  const changed = changedFields(before.spec, after.spec);
  if (changed.length === 0) return;
  if (changed.includes('managedBy')) {
    const webhook = { message: 'invalid value: managedBy is immutable' };
    fail(
      context,
      'UPDATE_REFUSED',
      { kind, rule: 'keeps the controller that executes it' },
      { at: ['spec', 'managedBy'], webhook },
    );
  }
  if (isComplete(before)) {
    const webhook = { message: `invalid value: Once the ${kind} is complete, no updates are allowed` };
    fail(
      context,
      'UPDATE_REFUSED',
      { kind, rule: 'is complete, so its spec cannot change' },
      { at: ['spec'], webhook },
    );
  } else if (changed.some((field) => field !== 'managedBy' && !changeable.includes(field))) {
    const names = changeable.join(' and ');
    const webhook = { message: `invalid value: Once the ${kind} has started, only ${names} updates are allowed` };
    fail(
      context,
      'UPDATE_REFUSED',
      { kind, rule: `can change only ${names} once it exists` },
      { at: ['spec'], webhook },
    );
  }
}

const hasStarted = ({ status }: UpdatedRun): boolean => isRecord(status) && Boolean(status['startTime']);

function isComplete({ status }: UpdatedRun): boolean {
  const conditions: unknown = isRecord(status) ? status['conditions'] : undefined;
  const list: readonly unknown[] = Array.isArray(conditions) ? conditions : [];
  return list.some((item) => isRecord(item) && item['type'] === 'Succeeded' && item['status'] !== 'Unknown');
}

function changedFields(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields].filter((field) => !isSame(before[field], after[field]));
}

/** Whether two values are the same to Tekton, to which empty lists, objects and texts are absent. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (isEmpty(one) || isEmpty(other)) return isEmpty(one) && isEmpty(other);
  if (Array.isArray(one))
    return (
      Array.isArray(other) && one.length === other.length && one.every((item, index) => isSame(item, other[index]))
    );
  return isRecord(one) && isRecord(other) && changedFields(one, other).length === 0;
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.values(value).every(isEmpty));
