/**
 * Determines the tasks that a run can reach, and the images of their containers. Pure.
 *
 * Determined before anything starts, so that all unmet requirements are reported at once.
 */

import {
  dependenciesOfPipeline,
  type FieldPath,
  type FieldPaths,
  type PipelineModel,
  type TaskDependencies,
  type TaskModel,
  type TaskSource,
} from '@pipewright/tekton';
import type { Manifest } from '../../manifests/load.js';
import type { TektonObject, TektonObjects } from '../../manifests/tekton-objects.js';
import type { PlannedRun } from './planned-run.js';

/** A task, and the position of its spec. */
export interface ReachableTask {
  readonly task: TaskModel;
  readonly manifest: Manifest;
  readonly path: FieldPath;
  /** `Task unit-tests`, for messages. */
  readonly title: string;
  readonly stepPath: (index: number) => FieldPath;
  readonly sidecarPath: (index: number) => FieldPath;
}

/** An image, and the position of the reference to it. */
export interface UsedImage {
  readonly image: string;
  readonly manifest: Manifest;
  readonly path: FieldPath;
  /** `step run-tests of Task unit-tests`, for messages. */
  readonly user: string;
  /** Whether the step has neither command nor script, so that the image determines the program. */
  readonly usesEntrypoint: boolean;
}

/**
 * Returns the tasks and condition checks that a run can reach. Skips references to objects outside the manifests, which
 * checks report.
 */
export function reachableTasks(run: PlannedRun, objects: TektonObjects): readonly ReachableTask[] {
  const read = objects.tryRead(run.manifest);
  if (!read) return [];
  const { model, paths } = read;
  if (model.kind === 'TaskRun') {
    const at = { manifest: run.manifest, path: ['spec', ...paths.taskRun.task], name: run.title, paths };
    return taskOf(model.run.source, at, run.namespace, objects);
  }
  const pipeline = tryFindPipelineOfRun(read, objects);
  if (!pipeline) return [];
  const { tasks, finally: last } = pipeline.model;
  return [...tasks, ...last].flatMap((task, position) => {
    const [list, index] =
      position < tasks.length
        ? [pipeline.paths.pipeline.tasks, position]
        : [pipeline.paths.pipeline.finally, position - tasks.length];
    const path = [...pipeline.path, ...list, index, ...pipeline.paths.pipelineTask.task];
    const at = { manifest: pipeline.manifest, path, name: task.name, paths: pipeline.paths };
    const checks = task.conditions.flatMap(({ condition }) => conditionCheck(condition, run.namespace, objects));
    return [...taskOf(task.source, at, run.namespace, objects), ...checks];
  });
}

/** Returns the manifests whose references a run follows: its own, and that of its Pipeline. */
export function followedManifests(run: PlannedRun, objects: TektonObjects): readonly Manifest[] {
  const read = objects.tryRead(run.manifest);
  const pipeline = read && tryFindPipelineOfRun(read, objects);
  return [...new Set([run.manifest, ...(pipeline ? [pipeline.manifest] : [])])];
}

/**
 * Returns the tasks of a run's Pipeline in declared order, with their dependencies. Those of `finally` depend on all others. Empty
 * without a Pipeline.
 */
export function taskDependencies(run: PlannedRun, objects: TektonObjects): TaskDependencies {
  const read = objects.tryRead(run.manifest);
  const pipeline = read && tryFindPipelineOfRun(read, objects);
  if (!pipeline) return new Map();
  const tasks = dependenciesOfPipeline(pipeline.model);
  const all = [...tasks.keys()];
  return new Map([...tasks, ...pipeline.model.finally.map(({ name }) => [name, all] as const)]);
}

/** A Pipeline, and the position of its spec. */
export interface LocatedPipeline {
  readonly model: PipelineModel;
  readonly manifest: Manifest;
  readonly path: FieldPath;
  readonly paths: FieldPaths;
}

/** Returns the Pipeline that a PipelineRun refers to or embeds. */
export function tryFindPipelineOfRun(run: TektonObject, objects: TektonObjects): LocatedPipeline | undefined {
  if (run.model.kind !== 'PipelineRun') return undefined;
  const { source } = run.model.run;
  if (source?.kind === 'embedded') {
    const { manifest, paths } = run;
    return { model: source.pipeline, manifest, path: ['spec', ...paths.pipelineRun.pipeline], paths };
  }
  const found = source?.kind === 'reference' && objects.tryFind('Pipeline', source.name, run.namespace);
  return found
    ? { model: found.model.pipeline, manifest: found.manifest, path: ['spec'], paths: found.paths }
    : undefined;
}

interface TaskLocation {
  readonly manifest: Manifest;
  /** The position of an embedded spec. */
  readonly path: FieldPath;
  readonly name: string;
  readonly paths: FieldPaths;
}

function taskOf(
  source: TaskSource | undefined,
  { manifest, path, name, paths }: TaskLocation,
  namespace: string,
  objects: TektonObjects,
): readonly ReachableTask[] {
  if (source?.kind === 'embedded') return [locatedTask(source.task, manifest, path, `task ${name}`, paths)];
  const found = source?.kind === 'reference' && objects.tryFind(source.taskKind, source.name, namespace);
  if (!found) return [];
  return [locatedTask(found.model.task, found.manifest, ['spec'], `${found.model.kind} ${found.name}`, found.paths)];
}

const locatedTask = (
  task: TaskModel,
  manifest: Manifest,
  path: FieldPath,
  title: string,
  paths: FieldPaths,
): ReachableTask => ({
  task,
  manifest,
  path,
  title,
  stepPath: (index) => [...path, ...paths.task.steps, index],
  sidecarPath: (index) => [...path, ...paths.task.sidecars, index],
});

function conditionCheck(name: string, namespace: string, objects: TektonObjects): readonly ReachableTask[] {
  const found = objects.tryFind('Condition', name, namespace);
  if (!found) return [];
  const { model, manifest, paths } = found;
  const check = locatedTask(model.condition.task, manifest, ['spec'], `Condition ${name}`, paths);
  return [{ ...check, stepPath: () => ['spec', ...paths.condition.step] }];
}

/** Returns the images of a task's containers, except those with a variable, which are only known at run time. */
export function imagesOf({ task, manifest, title, stepPath, sidecarPath }: ReachableTask): readonly UsedImage[] {
  const isNamed = (image: string | undefined): image is string =>
    image !== undefined && image !== '' && !image.includes('$(');
  const hasCommand = (task.stepTemplate?.command ?? []).length > 0;
  const steps = task.steps.flatMap(({ image = task.stepTemplate?.image, name, command = [], script }, index) => {
    if (!isNamed(image)) return [];
    const user = `step ${name ?? `number ${String(index + 1)}`} of ${title}`;
    const usesEntrypoint = command.length === 0 && script === undefined && !hasCommand;
    return [{ image, manifest, path: [...stepPath(index), 'image'], user, usesEntrypoint }];
  });
  const sidecars = task.sidecars.flatMap(({ image, name }, index) => {
    if (!isNamed(image)) return [];
    const user = `sidecar ${name ?? `number ${String(index + 1)}`} of ${title}`;
    return [{ image, manifest, path: [...sidecarPath(index), 'image'], user, usesEntrypoint: false }];
  });
  return [...steps, ...sidecars];
}
