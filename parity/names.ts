/**
 * Replaces random names and other values that differ between runs in texts.
 *
 * `r-a-9xtmt-pod-52c45d` and `r-a-bb4ck-pod-0d11e9` are both `r-a-?-pod-?`. Random names are detected by the owners and labels of
 * objects. Pure.
 */

import { at, isObject, listAt, objectAt, textAt, type Json, type JsonObject } from './json.js';
import type { Outcome } from './recording.js';

/** Letters of Kubernetes' random suffixes. */
const RANDOM = /-[bcdfghjklmnpqrstvwxz2456789]{5}$/;
const INTERNAL =
  /^(?:step-)?(?:create-dir|git-source|source-copy|source-mkdir|image-digest-exporter|fetch|storage-fetch|upload|pr-source|kubeconfig|credential-initializer|working-dir-initializer|place-scripts|secret-volume)(?:-.*)?-[bcdfghjklmnpqrstvwxz2456789]{5}$/;

/** Whether Tekton or the controller added a step or container. */
export const isInternal = (name: string): boolean => INTERNAL.test(name);

/** Returns the name of a step or container without the random suffix, which only added ones have. */
export const stepName = (name: string): string => (isInternal(name) ? name.replace(RANDOM, '-?') : name);

const withoutRandomSuffix = (name: string): string => name.replace(RANDOM, '-?');

/** The replacement of real names. */
export interface Names {
  /** Returns the name without random parts. */
  of(real: string): string;
  /** Returns a text with all volatile parts replaced. */
  text(real: string): string;
  /** Returns a value with the volatile parts of all its texts replaced. */
  value(real: Json): Json;
}

/** Returns the names of an outcome. `addresses`: real addresses by their placeholder. */
export function namesOf(outcome: Outcome, addresses: Readonly<Record<string, string>> = {}): Names {
  const known = new Map<string, string>();
  const drawn = new Map<string, number>();
  for (const { name, object } of everyRun(outcome)) {
    const base = textAt(object, 'metadata', 'generateName');
    if (base === '' || listAt(object, 'metadata', 'ownerReferences').length > 0) continue;
    const count = (drawn.get(base) ?? 0) + 1;
    drawn.set(base, count);
    known.set(name, `${base}?${String(count)}`);
  }
  addTaskRunNames(outcome, known);
  for (const pod of [...outcome.pods, ...goneOf(outcome, 'Pod')]) {
    const name = textAt(pod, 'metadata', 'name');
    const owner = textAt(pod, 'metadata', 'labels', 'tekton.dev/taskRun');
    if (owner !== '' && name.startsWith(`${owner}-pod-`)) known.set(name, `${known.get(owner) ?? owner}-pod-?`);
  }
  known.set(outcome.namespace, 'NAMESPACE');
  for (const [word, real] of Object.entries(addresses)) known.set(real, word);
  const longestFirst = [...known]
    .filter(([real, name]) => real !== name && real !== '')
    .sort(([a], [b]) => b.length - a.length);
  const text = (real: string): string =>
    withoutVolatileParts(longestFirst.reduce((so, [name, said]) => so.replaceAll(name, said), real));
  const node = nodeOf(outcome);
  const value = (real: Json): Json => {
    if (typeof real === 'string') return text(real);
    if (Array.isArray(real)) return (real as readonly Json[]).map((item) => value(item));
    if (!isObject(real)) return real;
    const fields = Object.entries(real).map(([field, item]): [string, Json] =>
      field === HOSTNAME && item === node ? [field, 'NODE'] : [text(field), value(item ?? null)],
    );
    return Object.fromEntries(fields);
  };
  return { of: (real) => known.get(real) ?? real, text, value };
}

/** The label with which pods select a node. */
export const HOSTNAME = 'kubernetes.io/hostname';

/** Returns the only node on which the pods of an outcome ran. */
export const nodeOf = (outcome: Outcome): string | undefined =>
  [...outcome.pods, ...goneOf(outcome, 'Pod')]
    .map((pod) => textAt(pod, 'spec', 'nodeName'))
    .find((name) => name !== '');

/** Adds the names of a pipeline's TaskRuns and condition checks, including those that are only in its status. */
function addTaskRunNames(outcome: Outcome, known: Map<string, string>): void {
  const addName = (real: string, run: string): void => {
    if (known.has(real)) return;
    const prefix = `${run}-`;
    const own = real.startsWith(prefix) ? `${known.get(run) ?? run}-${real.slice(prefix.length)}` : real;
    known.set(real, withoutRandomSuffix(own));
  };
  for (const run of [...outcome.pipelineruns, ...goneOf(outcome, 'PipelineRun')]) {
    const name = textAt(run, 'metadata', 'name');
    for (const [taskRun, entry] of Object.entries(objectAt(run, 'status', 'taskRuns'))) {
      addName(taskRun, name);
      for (const check of Object.keys(objectAt(entry, 'conditionChecks'))) addName(check, taskRun);
    }
  }
  for (const taskRun of [...outcome.taskruns, ...goneOf(outcome, 'TaskRun')]) {
    const owner = listAt(taskRun, 'metadata', 'ownerReferences').find((one) => at(one, 'kind') === 'PipelineRun');
    if (owner !== undefined) addName(textAt(taskRun, 'metadata', 'name'), textAt(owner, 'name'));
  }
}

function* everyRun(outcome: Outcome): Generator<{ name: string; object: JsonObject }> {
  const all = [
    ...outcome.pipelineruns,
    ...outcome.taskruns,
    ...goneOf(outcome, 'PipelineRun'),
    ...goneOf(outcome, 'TaskRun'),
  ];
  const byName = new Map(all.map((object) => [textAt(object, 'metadata', 'name'), object]));
  for (const { name } of outcome.applied) {
    const object = byName.get(name);
    if (object) yield { name, object };
  }
}

/** Returns the deleted objects of a kind, as last observed. */
export const goneOf = (outcome: Outcome, kind: string): readonly JsonObject[] =>
  outcome.deleted.filter((one) => one.kind === kind).map(({ object }) => object);

/** Replaces values that differ between runs: times, uids, digests of images, random suffixes of added steps. */
export const withoutVolatileParts = (text: string): string =>
  text
    .replace(/\(image: "[^"]*"\)/g, '(image: "?")')
    .replace(/(Error getting image manifest: ).*/, '$1?') // the registry's own message follows
    .replace(/\b\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?/g, 'TIME')
    .replace(/\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d +(?:\d\d:\d\d|\d{4})\b/g, 'TIME')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID')
    .replace(
      /\b((?:step-)?(?:create-dir|git-source|source-copy|source-mkdir|image-digest-exporter|fetch|storage-fetch|upload|pr-source|kubeconfig)(?:-[a-z0-9-]*?)?)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g,
      '$1-?',
    )
    .replace(/\bscript-(\d+)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, 'script-$1-?');
