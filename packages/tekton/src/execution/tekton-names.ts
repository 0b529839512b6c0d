/**
 * Names that Tekton v1 gives to the objects of a run. Users predict them, and they are the same after a restart.
 *
 * Separate from the names of v1alpha1, which contain a hash of the owner's uid.
 */

import { createHash } from 'node:crypto';
import { LABEL_LIMIT } from '../model/kubernetes-names.js';

const md5Hex = (text: string): string => createHash('md5').update(text).digest('hex');
const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The characters of a parent's name that stay beside a hash. */
const HEAD = LABEL_LIMIT - 32;

/** Returns `parent` + `suffix`, with a hash in place of what exceeds 63 characters. */
export function suffixedName(parent: string, suffix: string): string {
  if (parent.length + suffix.length <= LABEL_LIMIT) return validName(parent + suffix);
  if (HEAD - suffix.length <= 0) {
    const name = parent.slice(0, HEAD) + md5Hex(parent + suffix);
    return validName(name + suffix.slice(0, LABEL_LIMIT - name.length));
  }
  return validName(parent.slice(0, HEAD - suffix.length) + md5Hex(parent) + suffix);
}

const validName = (name: string): string => name.replace(/[^a-zA-Z0-9]+$/, '');

/** Returns the names of a pipeline task's runs: `<run>-<task>`, or `<run>-<task>-<index>` of several. */
export function runNamesOfTask(run: string, task: string, count: number): readonly string[] {
  const base = suffixedName(run, `-${task}`);
  if (count <= 1) return [base];
  return Array.from({ length: count }, (_, index) => {
    const end = `-${String(index)}`;
    const name = suffixedName(run, `-${task}${end}`);
    return name.endsWith(end) ? name : base.slice(0, LABEL_LIMIT - `-${String(count)}`.length) + end;
  });
}

/** Returns the name of the claim of a workspace with a volumeClaimTemplate. `templateName`: the name that the template has, if any. */
export const claimOfWorkspace = (templateName: string | undefined, workspace: string, ownerUid: string): string =>
  `${templateName || 'pvc'}-${sha256Hex(workspace + ownerUid).slice(0, 10)}`;
