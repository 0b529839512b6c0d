/**
 * What tasks of a pipeline have produced, as other tasks and the results of the pipeline refer to it.
 *
 * Pure. A task with a matrix has the results of each combination; together they are arrays.
 */

import { isArrayValue, type ParamValue } from '../model/param.js';
import { noReplacements, type MutableReplacements, type ValueReplacements } from '../variables/pipeline-values.js';
import type { TaskReference, TaskResultReference } from '../variables/task-references.js';
import type { MissingResult } from './schedule.js';

/** Results by name. */
export type ResultValues = ReadonlyMap<string, ParamValue>;

/** What one task has produced. */
export interface TaskReport {
  /** `None`: it has not run. */
  readonly status: 'Succeeded' | 'Failed' | 'None';
  /** The reason of its condition; empty if it has none. */
  readonly reason: string;
  /** Results of its runs: one, or one for each combination. */
  readonly runs: readonly ResultValues[];
  readonly hasMatrix: boolean;
}

/** What the tasks have produced that references name. */
export interface TaskReports {
  readonly of: (task: string) => TaskReport;
  /** What `$(tasks.status)` stands for. */
  readonly aggregateStatus: () => string;
}

/** References with their values. */
export interface ResolvedReferences {
  readonly replacements: ValueReplacements;
  /** The results without a value, in order. */
  readonly missing: readonly MissingResult[];
}

/** Resolves references. One that asks for a key or for elements of a text stays as it is, as in Tekton. */
export function resolveReferences(references: readonly TaskReference[], reports: TaskReports): ResolvedReferences {
  const replacements = noReplacements();
  const missing: MissingResult[] = [];
  for (const reference of references) {
    const { variable } = reference;
    switch (reference.kind) {
      case 'aggregateStatus':
        replacements.strings.set(variable, reports.aggregateStatus());
        break;
      case 'status':
      case 'reason':
        replacements.strings.set(variable, reports.of(reference.task)[reference.kind]);
        break;
      case 'matrixLength':
        addLength(replacements, reference, reports.of(reference.task));
        break;
      case 'result': {
        const value = resultValue(reports.of(reference.task), reference.result);
        const problem = value === undefined ? {} : addResult(replacements, reference, value);
        if (problem) missing.push({ task: reference.task, result: reference.result, ...problem });
      }
    }
  }
  return { replacements, missing };
}

/** Returns a result; undefined if the task has not produced it. Of a task with a matrix, the texts of all combinations. */
export function resultValue({ runs, hasMatrix }: TaskReport, result: string): ParamValue | undefined {
  if (!hasMatrix) return runs[0]?.get(result);
  const values = runs.map((run) => run.get(result));
  const texts = values.filter((value) => typeof value === 'string');
  return values.length > 0 && texts.length === values.length ? texts : undefined;
}

function addLength(
  { strings }: MutableReplacements,
  { variable, result }: TaskReference & { readonly kind: 'matrixLength' },
  { runs }: TaskReport,
): void {
  const counted = result === undefined ? runs : runs.filter((run) => run.has(result));
  strings.set(variable, String(counted.length));
}

/** Adds the part of a value that a reference asks for. Returns why an array does not have it. */
function addResult(
  { strings, arrays, objects }: MutableReplacements,
  { variable, part, task, result }: TaskResultReference,
  value: ParamValue,
): Pick<MissingResult, 'message'> | undefined {
  if (typeof value === 'string') {
    if (!part) strings.set(variable, value);
  } else if (isArrayValue(value)) {
    if (part?.kind === 'all') arrays.set(variable, value);
    if (part?.kind !== 'index') return undefined;
    const element = value[part.index];
    if (element === undefined) {
      const size = `the result "${result}" of task "${task}" has ${String(value.length)} elements`;
      return { message: `Invalid task result reference: $(${variable}) is out of range: ${size}` };
    }
    strings.set(variable, element);
  } else {
    if (part?.kind === 'all') objects.set(variable, value);
    if (part?.kind === 'key' && Object.hasOwn(value, part.key)) strings.set(variable, value[part.key] ?? '');
  }
  return undefined;
}
