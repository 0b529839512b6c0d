/**
 * What a run uses: its tasks, and the images of their containers. Pure.
 *
 * Asked before anything starts, so that everything missing on this machine is said at once.
 */

import { readPipeline, dependenciesOfPipeline, type PipelineSpec, type TaskDependencies } from '@pipewright/tekton';
import { isObject, listAt, objectAt, textAt, type JsonObject } from '../../json.js';
import type { Path } from '../../yaml/locate.js';
import type { Manifest } from '../../manifests/load.js';
import { type PlannedRun } from './select.js';
import { isTekton, namespaceOf } from '../../manifests/identity.js';

/** A task's spec, and where it is written. */
export interface UsedTask {
  readonly spec: JsonObject;
  readonly manifest: Manifest;
  readonly path: Path;
  /** `Task unit-tests`, for messages. */
  readonly title: string;
}

/** An image, and the place that names it. */
export interface UsedImage {
  readonly image: string;
  readonly manifest: Manifest;
  readonly path: Path;
  /** `step run-tests of Task unit-tests`, for messages. */
  readonly user: string;
  /** It is left to the image what to run: there is neither command nor script. */
  readonly silent: boolean;
}

/** The tasks and condition checks that a run can reach. What is not among the manifests is left out: checks report it. */
export function tasksOf(run: PlannedRun, manifests: readonly Manifest[]): readonly UsedTask[] {
  const findHere = find(run.namespace, manifests);
  const { manifest } = run;
  if (run.kind === 'TaskRun') return taskBehind(manifest, ['spec'], run.title, findHere);
  const embedded = objectAt(manifest.object, 'spec')['pipelineSpec'];
  const pipeline = isObject(embedded)
    ? manifest
    : findHere('Pipeline', textAt(manifest.object, 'spec', 'pipelineRef', 'name'));
  if (!pipeline) return [];
  const base = isObject(embedded) ? ['spec', 'pipelineSpec'] : ['spec'];
  return listAt(pipeline.object, ...base, 'tasks').flatMap((task, index) => {
    const path = [...base, 'tasks', index];
    const checks = listAt(task, 'conditions').flatMap((use) =>
      conditionCheck(findHere('Condition', textAt(use, 'conditionRef'))),
    );
    return [...taskBehind(pipeline, path, textAt(task, 'name') ?? String(index), findHere), ...checks];
  });
}

/** The manifests whose references a run follows: its own, and that of its pipeline. */
export function followedBy(run: PlannedRun, manifests: readonly Manifest[]): readonly Manifest[] {
  const name = textAt(run.manifest.object, 'spec', 'pipelineRef', 'name');
  const pipeline = run.kind === 'PipelineRun' ? find(run.namespace, manifests)('Pipeline', name) : undefined;
  return pipeline ? [run.manifest, pipeline] : [run.manifest];
}

/** The tasks of a run's pipeline in declared order, and those that each waits for. Empty when there is no such pipeline. */
export function pipelineOf(run: PlannedRun, manifests: readonly Manifest[]): TaskDependencies {
  const { object } = run.manifest;
  const embedded = objectAt(object, 'spec')['pipelineSpec'];
  const name = textAt(object, 'spec', 'pipelineRef', 'name');
  const spec = isObject(embedded) ? embedded : find(run.namespace, manifests)('Pipeline', name)?.object['spec'];
  return isObject(spec) ? dependenciesOfPipeline(readPipeline(spec as unknown as PipelineSpec)) : new Map(); // it was checked before it is asked for
}

type Find = (kind: string, name: string | undefined) => Manifest | undefined;

const find =
  (namespace: string, manifests: readonly Manifest[]): Find =>
  (kind, name) =>
    manifests.find(
      ({ object }) =>
        isTekton(object) &&
        textAt(object, 'kind') === kind &&
        textAt(object, 'metadata', 'name') === name &&
        (kind === 'ClusterTask' || namespaceOf(object) === namespace),
    );

/** The task that a `taskRef` or `taskSpec` below a path means. */
function taskBehind(manifest: Manifest, path: Path, name: string, findHere: Find): readonly UsedTask[] {
  const holder = path.reduce<unknown>(
    (at, step) => (Array.isArray(at) ? (at as unknown[])[Number(step)] : objectAt(at)[step]),
    manifest.object,
  ); // Array.isArray widens to any[]
  const embedded = objectAt(holder)['taskSpec'];
  if (isObject(embedded)) return [{ spec: embedded, manifest, path: [...path, 'taskSpec'], title: `task ${name}` }];
  const kind = textAt(holder, 'taskRef', 'kind') ?? 'Task';
  const found = findHere(kind, textAt(holder, 'taskRef', 'name'));
  if (!found) return [];
  return [
    {
      spec: objectAt(found.object, 'spec'),
      manifest: found,
      path: ['spec'],
      title: `${kind} ${textAt(found.object, 'metadata', 'name') ?? ''}`,
    },
  ];
}

const conditionCheck = (found: Manifest | undefined): readonly UsedTask[] =>
  found === undefined
    ? []
    : [
        {
          spec: { steps: [objectAt(found.object, 'spec', 'check')] },
          manifest: found,
          path: ['spec'],
          title: `Condition ${textAt(found.object, 'metadata', 'name') ?? ''}`,
        },
      ];

/** The images of a task's containers. Those with a variable in their name are known only when the run has begun. */
export function imagesOf({ spec, manifest, path, title }: UsedTask): readonly UsedImage[] {
  const template = textAt(spec, 'stepTemplate', 'image');
  const commanded = listAt(spec, 'stepTemplate', 'command').length > 0;
  return ['steps', 'sidecars'].flatMap((field) =>
    listAt(spec, field).flatMap((container, index) => {
      const image = textAt(container, 'image') ?? (field === 'steps' ? template : undefined);
      if (image === undefined || image === '' || image.includes('$(')) return [];
      const what = field === 'steps' ? 'step' : 'sidecar';
      const user = `${what} ${textAt(container, 'name') ?? `number ${String(index + 1)}`} of ${title}`;
      const at = title.startsWith('Condition ') ? [...path, 'check', 'image'] : [...path, field, index, 'image'];
      const named = listAt(container, 'command').length > 0 || textAt(container, 'script') !== undefined;
      return [{ image, manifest, path: at, user, silent: field === 'steps' && !named && !commanded }];
    }),
  );
}
