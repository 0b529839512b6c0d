/**
 * Results that tasks of a pipeline take from each other: is there such a task, and does it have such a result?
 *
 * Whether the tasks can wait for each other at all is the graph's question.
 */

import type { ParamGiven, PipelineModel } from '../model/model.js';
import { isTaskVariable, resultRefsIn } from '../variables/result-references.js';
import type { Path } from '../variables/task-fields.js';
import type { Where } from './location.js';

/** Checks what a pipeline knows by itself: its tasks, and the results of those written in place. `where` is the list of tasks. */
export function checkResults(pipeline: PipelineModel, where: Where): void {
  const names = pipeline.tasks.map(({ name }) => name);
  const known = new Set(names);
  const written = new Map(
    pipeline.tasks.flatMap(({ name, use }) => (use?.from === 'here' ? [[name, use.task.results] as const] : [])),
  );
  for (const { text, path } of textsOf(pipeline)) {
    const at = [...where.path, ...path];
    for (const variable of malformedIn(text)) where.report.add('RESULT_MALFORMED', at, { variable }, { value: text });
    for (const { task } of resultRefsIn(text)) {
      if (!known.has(task))
        where.report.add('RESULT_TASK_UNKNOWN', at, where.report.missed(task, names), { value: text });
    }
  }
  checkDeclaredResults(pipeline, written, where);
}

/** Checks the results against those that tasks declare, by name of the pipeline task; others are passed over. */
export function checkDeclaredResults(
  pipeline: PipelineModel,
  declared: ReadonlyMap<string, readonly string[]>,
  where: Where,
): void {
  if (declared.size === 0) return;
  const known = new Map([...declared].map(([task, results]) => [task, new Set(results)]));
  for (const { text, path } of textsOf(pipeline)) {
    for (const { task, result } of resultRefsIn(text)) {
      const results = declared.get(task);
      if (!results || known.get(task)?.has(result)) continue;
      const facts = { task, ...where.report.missed(result, results) };
      where.report.add('RESULT_UNKNOWN', [...where.path, ...path], facts, { value: text });
    }
  }
}

/** What begins like a result and is none: `tasks.a.results.b[0]`, `tasks.a.status`. */
const malformedIn = (text: string): readonly string[] =>
  [...text.matchAll(/\$\((tasks\.[^()\s]*)\)/g)]
    .map(([, variable = '']) => variable)
    .filter((variable) => isTaskVariable(variable) && resultRefsIn(`$(${variable})`).length === 0);

interface Text {
  readonly text: string;
  readonly path: Path;
}

/** Every text that a pipeline gives to a task or condition and that speaks of tasks. */
function* textsOf({ tasks }: PipelineModel): Generator<Text> {
  for (const [index, { params, conditions }] of tasks.entries()) {
    yield* textsIn(params, [index, 'params']);
    for (const [place, condition] of conditions.entries())
      yield* textsIn(condition.params, [index, 'conditions', place, 'params']);
  }
}

function* textsIn(params: readonly ParamGiven[], path: Path): Generator<Text> {
  for (const [index, { value }] of params.entries()) {
    const at = [...path, index, 'value'];
    const texts =
      typeof value === 'string'
        ? [{ text: value, path: at }]
        : value.map((text, place) => ({ text, path: [...at, place] }));
    yield* texts.filter(({ text }) => text.includes('$(tasks.'));
  }
}
