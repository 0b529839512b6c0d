/**
 * Checks the dependencies between a pipeline's tasks: unknown tasks, unknown outputs and cycles.
 */

import { dependencyCycles, dependenciesOfPipeline } from '../execution/task-graph.js';
import type { PipelineModel, PipelineTaskModel } from '../model/model.js';
import type { FieldPath } from '../model/field-path.js';
import { childContext, type ValidationContext } from './context.js';

/** Checks the task graph. `context` is the list of tasks. */
export function checkGraph(pipeline: PipelineModel, context: ValidationContext): void {
  const names = pipeline.tasks.map((task) => task.name);
  const known = new Set(names);
  const outputs = new Map(
    pipeline.tasks.map((task) => [task.name, new Set(task.outputs.map(({ resource }) => resource))]),
  );
  pipeline.tasks.forEach((task, index) => {
    const at = childContext(context, index);
    task.runAfter.forEach((name, place) => {
      if (known.has(name)) return;
      const link = `couldn't add link between ${task.name} and ${name}: Task ${task.name} depends on ${name} but ${name} wasn't present in Pipeline`;
      const more = { value: name, tektonMessage: `invalid value: ${link}: spec.tasks` };
      at.report.add('RUN_AFTER_UNKNOWN', [...at.path, 'runAfter', place], at.report.unknownName(name, names), more);
    });
    for (const { resource, from, path } of inputsOf(task)) {
      from.forEach((name, place) => {
        const to = childContext(at, ...path, 'from', place);
        checkFrom(resource, name, outputs.get(name), names, to);
      });
    }
  });
  const places = new Map(names.map((name, index) => [name, index]));
  for (const cycle of dependencyCycles(dependenciesOfPipeline(pipeline))) reportCycle(cycle, pipeline, places, context);
}

function* inputsOf(task: PipelineTaskModel): Generator<{ resource: string; from: readonly string[]; path: FieldPath }> {
  for (const [index, input] of task.inputs.entries()) yield { ...input, path: ['resources', 'inputs', index] };
  for (const [index, condition] of task.conditions.entries()) {
    for (const [place, input] of condition.resources.entries()) {
      yield { ...input, path: ['conditions', index, 'resources', place] };
    }
  }
}

function checkFrom(
  resource: string,
  task: string,
  outputs: ReadonlySet<string> | undefined,
  names: readonly string[],
  at: ValidationContext,
): void {
  const refusal = (text: string): { value: string; tektonMessage: string } => ({
    value: task,
    tektonMessage: `invalid value: ${text}: spec.tasks.resources.inputs.from`,
  });
  if (!outputs) {
    const text = `expected resource ${resource} to be from task ${task}, but task ${task} doesn't exist`;
    at.report.add('FROM_UNKNOWN', at.path, at.report.unknownName(task, names), refusal(text));
  } else if (!outputs.has(resource)) {
    const text = `the resource ${resource} from ${task} must be an output but is an input`;
    at.report.add('FROM_NOT_OUTPUT', at.path, { resource, task, outputs: [...outputs] }, refusal(text));
  }
}

function reportCycle(
  cycle: readonly string[],
  pipeline: PipelineModel,
  places: ReadonlyMap<string, number>,
  context: ValidationContext,
): void {
  const first = cycle[0] ?? '';
  const before = cycle.at(-2) ?? '';
  const index = places.get(first) ?? 0;
  const link = pipeline.tasks[index]?.runAfter.indexOf(before) ?? -1;
  const path = link === -1 ? [...context.path, index] : [...context.path, index, 'runAfter', link];
  const cause =
    first === before ? `cycle detected; task "${first}" depends on itself` : `cycle detected: ${cycle.join(' -> ')}`;
  const text = `couldn't add link between ${first} and ${before}: Couldn't create link from ${before} to ${first}: ${cause}`;
  context.report.add('TASK_CYCLE', path, { cycle }, { tektonMessage: `invalid value: ${text}: spec.tasks` });
}
