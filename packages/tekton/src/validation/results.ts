/**
 * Checks references to task results for unknown tasks, unknown results and malformed references.
 *
 * `graph.ts` reports cycles.
 */

import type { ParamAssignment, PipelineModel } from '../model/model.js';
import { hasTasksPrefix, parseResultRefs } from '../variables/result-references.js';
import type { FieldPath } from '../model/field-path.js';
import { textsOfParamValue } from '../model/param.js';
import type { ValidationContext } from './context.js';

/**
 * Checks result references using only the pipeline itself: its tasks, and the results of embedded tasks.
 * `context` is the list of tasks.
 */
export function checkResults(pipeline: PipelineModel, context: ValidationContext): void {
  const names = pipeline.tasks.map(({ name }) => name);
  const known = new Set(names);
  const embeddedResults = new Map(
    pipeline.tasks.flatMap(({ name, source }) =>
      source?.kind === 'embedded' ? [[name, source.task.results] as const] : [],
    ),
  );
  for (const { text, path } of textsOf(pipeline)) {
    const at = [...context.path, ...path];
    for (const variable of malformedIn(text)) context.report.add('RESULT_MALFORMED', at, { variable }, { value: text });
    for (const { task } of parseResultRefs(text)) {
      if (!known.has(task))
        context.report.add('RESULT_TASK_UNKNOWN', at, context.report.unknownName(task, names), { value: text });
    }
  }
  checkDeclaredResults(pipeline, embeddedResults, context);
}

/** Checks result references against `declared`: results by name of the pipeline task. Skips tasks not in it. */
export function checkDeclaredResults(
  pipeline: PipelineModel,
  declared: ReadonlyMap<string, readonly string[]>,
  context: ValidationContext,
): void {
  if (declared.size === 0) return;
  const known = new Map([...declared].map(([task, results]) => [task, new Set(results)]));
  for (const { text, path } of textsOf(pipeline)) {
    for (const { task, result } of parseResultRefs(text)) {
      const results = declared.get(task);
      if (!results || known.get(task)?.has(result)) continue;
      const details = { task, ...context.report.unknownName(result, results) };
      context.report.add('RESULT_UNKNOWN', [...context.path, ...path], details, { value: text });
    }
  }
}

/** Returns variables that start with `tasks.` but are not valid result references, for example `tasks.a.status`. */
const malformedIn = (text: string): readonly string[] =>
  [...text.matchAll(/\$\((tasks\.[^()\s]*)\)/g)]
    .map(([, variable = '']) => variable)
    .filter((variable) => hasTasksPrefix(variable) && parseResultRefs(`$(${variable})`).length === 0);

interface Text {
  readonly text: string;
  readonly path: FieldPath;
}

/** Yields each string in the params of tasks and conditions that contains `$(tasks.`. */
function* textsOf({ tasks }: PipelineModel): Generator<Text> {
  for (const [index, { params, conditions }] of tasks.entries()) {
    yield* textsIn(params, [index, 'params']);
    for (const [place, condition] of conditions.entries())
      yield* textsIn(condition.params, [index, 'conditions', place, 'params']);
  }
}

function* textsIn(params: readonly ParamAssignment[], path: FieldPath): Generator<Text> {
  for (const [index, { value }] of params.entries()) {
    const at = [...path, index, 'value'];
    const texts = textsOfParamValue(value).map(({ text, key }) => ({
      text,
      path: key === undefined ? at : [...at, key],
    }));
    yield* texts.filter(({ text }) => text.includes('$(tasks.'));
  }
}
