/** Checks the results of a pipeline, which consist of results of its tasks. */

import type { PipelineResult, PipelineSpec } from '../types.js';
import { checkDuplicates, fail, type CheckContext, type WebhookError } from './check-context.js';
import { parseResultReference, textsOfValue } from './pipeline-texts.js';
import { expressionsIn } from './variables.js';

const EXPECTED = 'invalid value: expected pipeline results to be task result expressions but';

/** Checks the results. `context` is the spec of the pipeline. */
export function checkPipelineResults(spec: PipelineSpec, context: CheckContext): void {
  const names = {
    tasks: new Set((spec.tasks ?? []).map(({ name }) => name)),
    finally: new Set((spec.finally ?? []).map(({ name }) => name)),
  };
  const { results = [] } = spec;
  checkDuplicates(results, context, { what: 'result', at: (index) => ['results', index, 'name'] });
  results.forEach((result, index) => {
    checkResult(result, index, names, context);
  });
}

type TaskNames = Readonly<Record<'tasks' | 'finally', ReadonlySet<string>>>;

function checkResult({ name, value }: PipelineResult, index: number, names: TaskNames, context: CheckContext): void {
  const fields = [`results[${String(index)}].value`];
  const expressions = textsOfValue(value, []).flatMap(({ text }) => expressionsIn(text));
  const references = expressions.map(parseResultReference);
  const webhook: WebhookError[] = [];
  if (expressions.length === 0) webhook.push({ message: `${EXPECTED} no expressions were found`, fields });
  if (!references.some((reference) => reference !== undefined))
    webhook.push({ message: `${EXPECTED} an invalid expressions was found`, fields });
  const unknown = references.find((reference) => reference !== undefined && !names[reference.kind].has(reference.task));
  // Tekton looks for the tasks in strings only.
  const isText = typeof value === 'string' && value !== '';
  if (isText && (expressions.length === 0 || unknown !== undefined || references.includes(undefined)))
    webhook.push({ message: 'invalid value: referencing a nonexistent task', fields });
  if (webhook.length === 0 && unknown === undefined) return;
  const invalid = expressions.find((_, index) => references[index] === undefined);
  const reason =
    unknown === undefined
      ? invalid === undefined
        ? 'has no reference to a result of a task'
        : `has $(${invalid}), which is not a result of a task`
      : unknown.kind === 'finally'
        ? `refers to a finally task '${unknown.task}' that does not exist`
        : `refers to a task '${unknown.task}' that is not under \`tasks\``;
  fail(
    context,
    'PIPELINE_RESULT_INVALID',
    { name, reason },
    {
      at: ['results', index, 'value'],
      value,
      ...(webhook.length > 0 && { webhook }),
    },
  );
}
