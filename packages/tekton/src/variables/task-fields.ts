/**
 * Which fields of a task hold `$(…)`, in one walk that both substitution and the check of variables take.
 *
 * A field that is substituted but not checked, or checked but not substituted, cannot exist. `Rewrite` is told the path of
 * each text, gives back what is to stand there, and objects that nothing changed in are given back as they were.
 */

import type { Container, EnvFromSource, EnvVar, Volume, VolumeMount } from '../model/kubernetes.js';
import type { TaskModel } from '../model/model.js';
import { substitute, substituteList, type Replacements } from './substitution.js';
import type { Step } from '../v1alpha1/types.js';

/** Field names and indexes from the object to a field. */
export type Path = readonly (string | number)[];

/** What happens to each text on the walk. The path is the walk's own list, to be copied by whoever keeps it. */
export interface Rewrite {
  readonly text: (value: string, path: Path) => string;
  readonly list: (values: readonly string[], path: Path) => readonly string[];
}

/** Where the walk is: one list for the whole of it. */
type Walk = (string | number)[];

/** Rewrites the text fields named by `keys`. */
function texts<T extends object>(object: T, keys: readonly (keyof T & string)[], path: Walk, rewrite: Rewrite): T {
  let result = object;
  for (const key of keys) {
    const value: unknown = object[key];
    if (typeof value !== 'string' || !value.includes('$')) continue; // no variable in any spelling
    path.push(key);
    const next = rewrite.text(value, path);
    path.pop();
    if (next !== value) result = { ...result, [key]: next };
  }
  return result;
}

/** Rewrites the object under `key`, if there is one. */
function child<T extends object, K extends keyof T & string>(
  object: T,
  key: K,
  path: Walk,
  walk: (value: NonNullable<T[K]>, path: Walk) => NonNullable<T[K]>,
): T {
  const value = object[key];
  if (typeof value !== 'object' || value === null) return object;
  path.push(key);
  const next = walk(value, path);
  path.pop();
  return next === value ? object : { ...object, [key]: next };
}

/** Rewrites each element; an unchanged list is given back itself. */
function each<T>(list: readonly T[], path: Walk, walk: (value: T, path: Walk) => T): readonly T[] {
  let changed: T[] | undefined;
  for (const [index, value] of list.entries()) {
    path.push(index);
    const next = walk(value, path);
    path.pop();
    if (next !== value) changed ??= list.slice(0, index);
    changed?.push(next);
  }
  return changed ?? list;
}

const envVar = (env: EnvVar, path: Walk, rewrite: Rewrite): EnvVar =>
  child(texts(env, ['value'], path, rewrite), 'valueFrom', path, (source, at) => {
    const secret = child(source, 'secretKeyRef', at, (ref, to) => texts(ref, ['name', 'key'], to, rewrite));
    return child(secret, 'configMapKeyRef', at, (ref, to) => texts(ref, ['name', 'key'], to, rewrite));
  });

function envFrom(source: EnvFromSource, path: Walk, rewrite: Rewrite): EnvFromSource {
  const prefixed = texts(source, ['prefix'], path, rewrite);
  const secret = child(prefixed, 'secretRef', path, (ref, to) => texts(ref, ['name'], to, rewrite));
  return child(secret, 'configMapRef', path, (ref, to) => texts(ref, ['name'], to, rewrite));
}

const mount = (it: VolumeMount, path: Walk, rewrite: Rewrite): VolumeMount =>
  texts(it, ['name', 'mountPath', 'subPath'], path, rewrite);

/** Rewrites a step, sidecar or step template. */
export const rewriteContainer = <C extends Container & Pick<Step, 'script'>>(
  container: C,
  path: Path,
  rewrite: Rewrite,
): C => containerAt(container, [...path], rewrite);

function containerAt<C extends Container & Pick<Step, 'script'>>(container: C, path: Walk, rewrite: Rewrite): C {
  let result: C = texts(container, ['name', 'image', 'workingDir', 'script'], path, rewrite);
  result = child(result, 'command', path, (list, at) => rewrite.list(list, at) as typeof list); // the same kind of list
  result = child(result, 'args', path, (list, at) => rewrite.list(list, at) as typeof list); // the same kind of list
  result = child(result, 'env', path, (list, at) => each(list, at, (it, to) => envVar(it, to, rewrite)) as typeof list); // same
  result = child(
    result,
    'envFrom',
    path,
    (list, at) => each(list, at, (it, to) => envFrom(it, to, rewrite)) as typeof list,
  ); // same
  return child(
    result,
    'volumeMounts',
    path,
    (list, at) => each(list, at, (it, to) => mount(it, to, rewrite)) as typeof list,
  ); // same
}

/** Rewrites a volume. */
export const rewriteVolume = (volume: Volume, path: Path, rewrite: Rewrite): Volume =>
  volumeAt(volume, [...path], rewrite);

function volumeAt(volume: Volume, path: Walk, rewrite: Rewrite): Volume {
  const named = texts(volume, ['name'], path, rewrite);
  const configMap = child(named, 'configMap', path, (source, at) =>
    child(texts(source, ['name'], at, rewrite), 'items', at, (items, to) =>
      each(items, to, (item, here) => texts(item, ['key', 'path'], here, rewrite)),
    ),
  );
  const secret = child(configMap, 'secret', path, (source, at) => texts(source, ['secretName'], at, rewrite));
  return child(secret, 'persistentVolumeClaim', path, (source, at) => texts(source, ['claimName'], at, rewrite));
}

/** Rewrites every field of a task that may hold variables; paths start at `path`, below which `steps` lies. */
export function rewriteTask(task: TaskModel, path: Path, rewrite: Rewrite): TaskModel {
  const containers = (list: readonly Step[], key: string): readonly Step[] =>
    each(list, [...path, key], (step, at) => containerAt(step, at, rewrite));
  return {
    ...task,
    steps: containers(task.steps, 'steps'),
    ...(task.stepTemplate && { stepTemplate: containerAt(task.stepTemplate, [...path, 'stepTemplate'], rewrite) }),
    sidecars: containers(task.sidecars, 'sidecars'),
    volumes: each(task.volumes, [...path, 'volumes'], (volume, at) => volumeAt(volume, at, rewrite)),
  };
}

/** A task with values in place of its variables, in every field that may hold them; `stages` are filled in one after the other. */
export const substituteTask = (task: TaskModel, stages: readonly Replacements[]): TaskModel =>
  stages.reduce(fillIn, task);

function fillIn(task: TaskModel, replacements: Replacements): TaskModel {
  return rewriteTask(task, [], {
    text: (value) => substitute(value, replacements),
    list: (values) => {
      const next = substituteList(values, replacements);
      return next.length === values.length && next.every((value, index) => value === values[index]) ? values : next;
    },
  });
}
