/**
 * One container of a task: step, sidecar, or the check of a condition.
 */

import { checkImage } from './image.js';
import { isWithin, joinPath } from '../model/container-path.js';
import type { Container } from '../model/kubernetes.js';
import type { Step } from '../v1alpha1/types.js';
import { below, type Where } from './location.js';

/** Volumes that every pod of a task has, besides those of the task. */
export const INTERNAL_VOLUMES = ['workspace', 'tekton-home', 'tools', 'downward', 'scripts'] as const;

const INTERNAL: ReadonlySet<string> = new Set(INTERNAL_VOLUMES);

/** What a container stands in. */
export interface StepPlace {
  /** `step`, `sidecar` or `check`, as messages call it. */
  readonly what: string;
  readonly template?: Container;
  /** Names of the volumes that may be mounted. Absent: not known here. */
  readonly volumes?: ReadonlySet<string>;
  /** How Tekton calls the field `image` of this container. Absent: it does not look. */
  readonly tektonImage?: string;
}

/** Checks image, script, mounts and texts of one container. */
export function checkStep(step: Step, place: StepPlace, where: Where): void {
  const image = step.image ?? place.template?.image;
  if (image === undefined || image === '') {
    const tektonMessage = place.tektonImage && `missing field(s): ${place.tektonImage}`;
    where.report.add('IMAGE_MISSING', [...where.path, 'image'], { what: place.what }, { tektonMessage });
  } else if (step.image !== undefined) checkImage(step.image, where);
  if (step.script) checkScript(step, place, step.script, where);
  checkMounts(step, place, where);
  checkEnv(step, where);
  checkQuotes(step, where);
}

function checkScript(step: Step, { what, template }: StepPlace, script: string, where: Where): void {
  const tektonMessage = what === 'step' ? `script cannot be used with args or command: steps.script` : undefined;
  const command = step.command ?? template?.command ?? [];
  if (command.length > 0) where.report.add('SCRIPT_AND_COMMAND', where.path, {}, { tektonMessage });
  if (script.slice(0, 200).split('\n', 1)[0]?.endsWith('\r')) {
    where.report.add('SCRIPT_LINE_ENDS', [...where.path, 'script'], {});
  }
}

function checkMounts(step: Step, { volumes }: StepPlace, where: Where): void {
  if (!step.volumeMounts) return;
  const taken = new Map<string, number>();
  step.volumeMounts.forEach(({ name, mountPath }, index) => {
    const at = below(where, 'volumeMounts', index);
    if (volumes && name && !name.includes('$(') && !volumes.has(name)) {
      const own = [...volumes].filter((known) => !INTERNAL.has(known)).slice(0, 100); // the controller's are no advice
      at.report.add('VOLUME_UNKNOWN', [...at.path, 'name'], at.report.missed(name, own), {
        value: name,
      });
    }
    if (!mountPath || mountPath.includes('$(')) return;
    const folder = reservedFolder(mountPath);
    const path = [...at.path, 'mountPath'];
    if (folder !== undefined) at.report.add('MOUNT_RESERVED', path, { mountPath, folder }, { value: mountPath });
    const first = taken.get(joinPath('/', mountPath));
    if (first !== undefined) at.report.add('MOUNT_TWICE', path, { mountPath, first }, { value: mountPath });
    else taken.set(joinPath('/', mountPath), index);
  });
}

/** The controller's folder that a mount would cover; the home of the steps may be mounted. */
export function reservedFolder(mountPath: string): string | undefined {
  if (joinPath('/', mountPath) === '/') return '/';
  if (isWithin('/tekton/home', mountPath)) return undefined;
  return ['/tekton', '/builder/tools', '/builder/downward'].find((folder) => isWithin(folder, mountPath));
}

function checkEnv(step: Step, where: Where): void {
  if ((step.env?.length ?? 0) < 2) return;
  const taken = new Map<string, number>();
  (step.env ?? []).forEach(({ name }, index) => {
    const first = taken.get(name);
    if (first === undefined) taken.set(name, index);
    else where.report.add('ENV_TWICE', [...where.path, 'env', index, 'name'], { name, first }, { value: name });
  });
}

const CURLY = /[\u2018\u2019\u201c\u201d]/;

/** Typographic quotes in what a shell will read. */
function checkQuotes(step: Step, where: Where): void {
  for (const field of ['command', 'args'] as const) {
    const index = (step[field] ?? []).findIndex((word) => CURLY.test(word));
    const word = step[field]?.[index] ?? '';
    const sign = CURLY.exec(word)?.[0];
    if (sign !== undefined) where.report.add('QUOTES_CURLY', [...where.path, field, index], { sign }, { value: word });
  }
}
