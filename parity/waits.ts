/**
 * The waits of recorded cases: when a description such as `step of r-b runs` holds.
 *
 * Pure: reads lists of objects. Separate from the replay because recorders describe waits in words.
 */

import { at, isObject, listAt, textAt, type JsonObject } from './json.js';

/** The objects of a namespace. */
export interface ObservedObjects {
  /** Returns the existing objects of a kind. */
  list(kind: string): readonly JsonObject[];
}

/** A condition on the objects of a namespace. */
type Condition = (objects: ObservedObjects) => boolean;

const RUN_KINDS = ['PipelineRun', 'TaskRun', 'CustomRun'];

const runsIn = (objects: ObservedObjects): readonly JsonObject[] => RUN_KINDS.flatMap((kind) => objects.list(kind));

/** Returns the Succeeded condition of a run. */
export const conditionOf = (object: JsonObject): JsonObject | undefined =>
  listAt(object, 'status', 'conditions')
    .filter(isObject)
    .find((one) => one['type'] === 'Succeeded');

/** Whether a run has ended. */
export const hasEnded = (run: JsonObject): boolean => ['True', 'False'].includes(String(conditionOf(run)?.['status']));

const nameOf = (object: JsonObject): string => textAt(object, 'metadata', 'name');

/** Whether a step of a TaskRun runs. */
const runsStep = (taskRun: JsonObject): boolean =>
  !hasEnded(taskRun) && listAt(taskRun, 'status', 'steps').some((step) => at(step, 'running') !== undefined);

/** Descriptions, most specific first, with the conditions that they stand for. */
const FORMS: readonly (readonly [RegExp, (...groups: string[]) => Condition])[] = [
  [/^gone$/, () => (objects) => runsIn(objects).length === 0],
  [/^both run$/, () => (objects) => objects.list('TaskRun').filter(runsStep).length >= 2],
  [/^child runs$/, () => (objects) => objects.list('TaskRun').some(runsStep)],
  [
    /^(?:step of )?([\w-]+) runs$/,
    (name) => (objects) =>
      objects.list('TaskRun').some((run) => [name, `r-${name}`].includes(nameOf(run)) && runsStep(run)),
  ],
  [/^([\w-]+) done$/, (name) => (objects) => runsIn(objects).some((run) => nameOf(run) === name && hasEnded(run))],
  [/^(\w+Run) ([\w-]+)$/, (kind, name) => (objects) => objects.list(kind).some((run) => nameOf(run) === name)],
];

/** The description of v0.9.2's recorder, for example `pod is Running`; others wait for a running pod. */
function stateReached(description: string): Condition {
  const [, what = 'pod', state = 'Running'] = /^(?:an? )?(\w+) is (\w+)$/.exec(description) ?? [];
  const kind = { pod: 'Pod', taskrun: 'TaskRun', pipelinerun: 'PipelineRun' }[what.toLowerCase()] ?? 'Pod';
  return (objects) =>
    objects
      .list(kind)
      .some((object) => textAt(object, 'status', 'phase') === state || conditionOf(object)?.['reason'] === state);
}

/** Returns the condition that a description stands for. It also holds when all runs have ended, because nothing can change then. */
export function conditionToWaitFor(description: string): Condition {
  const condition =
    FORMS.flatMap(([form, build]) => {
      const [, ...groups] = form.exec(description) ?? [undefined];
      return form.test(description) ? [build(...groups.map(String))] : [];
    })[0] ?? stateReached(description);
  return (objects) => {
    const runs = runsIn(objects);
    return (runs.length > 0 && runs.every(hasEnded) && description !== 'gone') || condition(objects);
  };
}
