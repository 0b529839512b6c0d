/**
 * Walks the fields of a task that may contain variables.
 *
 * Substitution and the variable check share the walk, so they cover the same fields. Unchanged objects are returned
 * without copying.
 */

import type { Container, EnvFromSource, EnvVar, Volume, VolumeMount } from '../model/kubernetes.js';
import type { FieldPath, MutablePath } from '../model/field-path.js';
import type { TaskModel } from '../model/model.js';
import { substitute, substituteList, type Replacements } from './substitution.js';
import type { Step } from '../model/pod.js';

/** Callbacks of the walk. The walk reuses the path, so callbacks must copy it to keep it. */
export interface FieldRewriter {
  readonly text: (value: string, path: FieldPath) => string;
  readonly list: (values: readonly string[], path: FieldPath) => readonly string[];
}

/** Rewrites the text fields named by `keys`. */
function rewriteStrings<T extends object>(
  object: T,
  keys: readonly (keyof T & string)[],
  path: MutablePath,
  rewrite: FieldRewriter,
): T {
  let result = object;
  for (const key of keys) {
    const value: unknown = object[key];
    if (typeof value !== 'string' || !value.includes('$')) continue; // neither $(…) nor ${…}
    path.push(key);
    const next = rewrite.text(value, path);
    path.pop();
    if (next !== value) result = { ...result, [key]: next };
  }
  return result;
}

/** Rewrites the object under `key`, if present. */
function rewriteChild<T extends object, K extends keyof T & string>(
  object: T,
  key: K,
  path: MutablePath,
  walk: (value: NonNullable<T[K]>, path: MutablePath) => NonNullable<T[K]>,
): T {
  const value = object[key];
  if (typeof value !== 'object' || value === null) return object;
  path.push(key);
  const next = walk(value, path);
  path.pop();
  return next === value ? object : { ...object, [key]: next };
}

/** Rewrites each element. Returns the same list if nothing changed. */
function rewriteElements<T>(
  list: readonly T[],
  path: MutablePath,
  walk: (value: T, path: MutablePath) => T,
): readonly T[] {
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

const envVar = (env: EnvVar, path: MutablePath, rewrite: FieldRewriter): EnvVar =>
  rewriteChild(rewriteStrings(env, ['value'], path, rewrite), 'valueFrom', path, (source, at) => {
    const secret = rewriteChild(source, 'secretKeyRef', at, (ref, to) =>
      rewriteStrings(ref, ['name', 'key'], to, rewrite),
    );
    return rewriteChild(secret, 'configMapKeyRef', at, (ref, to) => rewriteStrings(ref, ['name', 'key'], to, rewrite));
  });

function envFrom(source: EnvFromSource, path: MutablePath, rewrite: FieldRewriter): EnvFromSource {
  const prefixed = rewriteStrings(source, ['prefix'], path, rewrite);
  const secret = rewriteChild(prefixed, 'secretRef', path, (ref, to) => rewriteStrings(ref, ['name'], to, rewrite));
  return rewriteChild(secret, 'configMapRef', path, (ref, to) => rewriteStrings(ref, ['name'], to, rewrite));
}

const mount = (it: VolumeMount, path: MutablePath, rewrite: FieldRewriter): VolumeMount =>
  rewriteStrings(it, ['name', 'mountPath', 'subPath'], path, rewrite);

/** Rewrites a step, sidecar or step template. */
export const rewriteContainerFields = <C extends Container & Pick<Step, 'script'>>(
  container: C,
  path: FieldPath,
  rewrite: FieldRewriter,
): C => containerAt(container, [...path], rewrite);

function containerAt<C extends Container & Pick<Step, 'script'>>(
  container: C,
  path: MutablePath,
  rewrite: FieldRewriter,
): C {
  let result: C = rewriteStrings(container, ['name', 'image', 'workingDir', 'script'], path, rewrite);
  result = rewriteChild(result, 'command', path, (list, at) => rewrite.list(list, at) as typeof list); // the same kind of list
  result = rewriteChild(result, 'args', path, (list, at) => rewrite.list(list, at) as typeof list); // the same kind of list
  result = rewriteChild(
    result,
    'env',
    path,
    (list, at) => rewriteElements(list, at, (it, to) => envVar(it, to, rewrite)) as typeof list,
  ); // same
  result = rewriteChild(
    result,
    'envFrom',
    path,
    (list, at) => rewriteElements(list, at, (it, to) => envFrom(it, to, rewrite)) as typeof list,
  ); // same
  return rewriteChild(
    result,
    'volumeMounts',
    path,
    (list, at) => rewriteElements(list, at, (it, to) => mount(it, to, rewrite)) as typeof list,
  ); // same
}

/** Rewrites a volume. */
export const rewriteVolumeFields = (volume: Volume, path: FieldPath, rewrite: FieldRewriter): Volume =>
  volumeAt(volume, [...path], rewrite);

function volumeAt(volume: Volume, path: MutablePath, rewrite: FieldRewriter): Volume {
  const named = rewriteStrings(volume, ['name'], path, rewrite);
  const configMap = rewriteChild(named, 'configMap', path, (source, at) =>
    rewriteChild(rewriteStrings(source, ['name'], at, rewrite), 'items', at, (items, to) =>
      rewriteElements(items, to, (item, here) => rewriteStrings(item, ['key', 'path'], here, rewrite)),
    ),
  );
  const secret = rewriteChild(configMap, 'secret', path, (source, at) =>
    rewriteStrings(source, ['secretName'], at, rewrite),
  );
  return rewriteChild(secret, 'persistentVolumeClaim', path, (source, at) =>
    rewriteStrings(source, ['claimName'], at, rewrite),
  );
}

/** Rewrites every field of a task that may contain variables. `path` is the parent of `steps`. */
export function rewriteTaskFields(task: TaskModel, path: FieldPath, rewrite: FieldRewriter): TaskModel {
  const containers = (list: readonly Step[], key: string): readonly Step[] =>
    rewriteElements(list, [...path, key], (step, at) => containerAt(step, at, rewrite));
  return {
    ...task,
    steps: containers(task.steps, 'steps'),
    ...(task.stepTemplate && { stepTemplate: containerAt(task.stepTemplate, [...path, 'stepTemplate'], rewrite) }),
    sidecars: containers(task.sidecars, 'sidecars'),
    volumes: rewriteElements(task.volumes, [...path, 'volumes'], (volume, at) => volumeAt(volume, at, rewrite)),
  };
}

/** Substitutes the variables in all fields of a task, one stage after another. */
export const substituteTask = (task: TaskModel, stages: readonly Replacements[]): TaskModel =>
  stages.reduce(substituteStage, task);

function substituteStage(task: TaskModel, replacements: Replacements): TaskModel {
  return rewriteTaskFields(task, [], {
    text: (value) => substitute(value, replacements),
    list: (values) => {
      const next = substituteList(values, replacements);
      return next.length === values.length && next.every((value, index) => value === values[index]) ? values : next;
    },
  });
}
