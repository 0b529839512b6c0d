/**
 * Deterministic names of the objects that a run creates.
 *
 * They have Tekton's format (`build-test-9xtmt-pod-52c45d`), but the suffix is a hash of the owner's uid, the task and
 * the attempt: after a restart, the controller computes the same name and adopts the existing child. Five-letter hashes
 * collide once in 14.3 million; the creator compares owners, and `taskRunNames` avoids collisions within a run.
 */

import { isLabelValue, LABEL_LIMIT } from '../model/kubernetes-names.js';

/** The alphabet of Kubernetes' generated suffixes: no vowels, so no words, and no look-alike characters. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

const SUFFIX_LENGTH = 5;

/** Computes a 64-bit hash: FNV-1a over UTF-16 code units, then mixed so that each bit depends on the whole text. */
function hash64(text: string): bigint {
  const mask = 0xffff_ffff_ffff_ffffn;
  let hash = fnv1a(text);
  hash = ((hash ^ (hash >> 33n)) * 0xff51_afd7_ed55_8ccdn) & mask;
  hash = ((hash ^ (hash >> 33n)) * 0xc4ce_b9fe_1a85_ec53n) & mask;
  return hash ^ (hash >> 33n);
}

/** Uses two 32-bit halves, because a bigint per character is slow. The prime is 2^40 + 435; no product exceeds 2^53. */
function fnv1a(text: string): bigint {
  let [high, low] = [0xcbf2_9ce4, 0x8422_2325];
  for (let index = 0; index < text.length; index++) {
    low = (low ^ text.charCodeAt(index)) >>> 0;
    const product = low * 435;
    high = (high * 435 + Math.floor(product / 2 ** 32) + ((low << 8) >>> 0)) % 2 ** 32;
    low = product % 2 ** 32;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}

/** Returns a five-letter hash of `details` and their order. */
export function hashSuffix(...details: readonly (string | number)[]): string {
  let rest = Number(hash64(JSON.stringify(details)) % 27n ** BigInt(SUFFIX_LENGTH));
  let letters = '';
  for (let index = 0; index < SUFFIX_LENGTH; index++) {
    letters += LETTERS[rest % 27] ?? '';
    rest = Math.floor(rest / 27);
  }
  return letters;
}

/** Returns a hash of `details` and their order as six hex digits. */
export function hexHashSuffix(...details: readonly (string | number)[]): string {
  return (hash64(JSON.stringify(details)) & 0xff_ffffn).toString(16).padStart(6, '0');
}

/** Returns `base` with a five-letter suffix, at most 63 characters: the base is truncated to 57, as in Kubernetes. */
export function childName(base: string, ...details: readonly (string | number)[]): string {
  return `${base.slice(0, LABEL_LIMIT - SUFFIX_LENGTH - 1)}-${hashSuffix(...details)}`;
}

/** The owner of a child. Its name is part of the child's name; its uid makes the hash unique to this run. */
export interface Owner {
  readonly name: string;
  readonly uid: string;
}

/** Returns the name of a task's TaskRun: `<run>-<task>-<5 letters>`. `salt` varies the name if it is taken. */
export function taskRunName(run: Owner, task: string, salt = 0): string {
  return childName(`${run.name}-${task}`, run.uid, task, salt);
}

/** Returns the TaskRun names of all tasks of a run. They are unique even if long names are truncated. */
export function taskRunNames(run: Owner, tasks: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const task of tasks) {
    let name = taskRunName(run, task);
    for (let salt = 1; taken.has(name); salt++) name = taskRunName(run, task, salt);
    taken.add(name);
    names.set(task, name);
  }
  return names;
}

/**
 * Returns the name of the TaskRun of a condition check: `<task run>-<condition>-<5 letters>`. `index` is its index in
 * the task's list; `salt` varies the name if it is taken.
 */
export function conditionCheckName(run: Owner, taskRun: string, condition: string, index: number, salt = 0): string {
  const details = [run.uid, taskRun, condition, index];
  return childName(`${taskRun}-${condition}`, ...details, ...(salt > 0 ? [salt] : []));
}

/** Returns the default step name of a condition check, `condition-check-<condition>`. Leaves room for `step-`. */
export function conditionCheckStepName(condition: string): string {
  const plain = condition.toLowerCase().replace(/[^a-z0-9-]/g, '-');
  return truncateLabel(`step-condition-check-${plain}`).slice('step-'.length);
}

/** Returns the name of the pod of one attempt: `<task run>-pod-<6 hex digits>`. Attempts count from 0. */
export function podName(taskRun: Owner, attempt: number): string {
  return `${taskRun.name}-pod-${hexHashSuffix(taskRun.uid, attempt)}`;
}

/**
 * Returns the name of a step that the controller adds: `git-source-<resource>-<5 letters>`, a DNS label that leaves
 * room for `step-`.
 *
 * Characters that are invalid in container names are replaced: uppercase by lowercase, `_` and `.` by dashes.
 */
export function internalStepName(base: string, ...details: readonly (string | number)[]): string {
  const room = LABEL_LIMIT - 'step-'.length - SUFFIX_LENGTH - 1;
  const plain = base
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, room);
  return `${plain}-${hashSuffix(base, ...details)}`;
}

/**
 * Returns the name of a step's container: `step-<name>` truncated to 63 characters, or `step-unnamed-<index>`, where
 * the index counts all steps of the pod.
 */
export function stepContainerName(name: string | undefined, index: number): string {
  return name ? truncateLabel(`step-${name}`) : `step-unnamed-${String(index)}`;
}

/** Returns the name of a sidecar's container. */
export function sidecarContainerName(name: string | undefined, index: number): string {
  return name ? truncateLabel(`sidecar-${name}`) : `sidecar-unnamed-${String(index)}`;
}

/** Truncates a DNS label. Trailing dashes are removed too, since a label must not end with a dash. */
function truncateLabel(name: string): string {
  let end = Math.min(name.length, LABEL_LIMIT);
  while (end > 0 && name[end - 1] === '-') end--;
  return name.slice(0, end);
}

/** Converts `text` to a label value: unchanged if it is valid, else a truncated prefix and a hash of the text. */
export function toLabelValue(text: string): string {
  if (isLabelValue(text)) return text;
  const plain = text.replace(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return plain === '' ? hashSuffix(text) : childName(plain, text);
}
