/**
 * Checks one container of a task: a step, a sidecar or a condition check.
 */

import { checkImage } from './image.js';
import { containsPath, joinPath } from '../model/container-path.js';
import type { Container } from '../model/kubernetes.js';
import type { Step } from '../model/pod.js';
import { childContext, type ValidationContext } from './context.js';

/** Volumes that every TaskRun pod has, in addition to those of the task. */
export const INTERNAL_VOLUMES = ['workspace', 'tekton-home', 'tools', 'downward', 'scripts'] as const;

const INTERNAL: ReadonlySet<string> = new Set(INTERNAL_VOLUMES);

/** The surroundings of a checked container. */
export interface StepContext {
  /** `step`, `sidecar` or `check`, as used in messages. */
  readonly what: string;
  readonly template?: Container;
  /** Names of the volumes that may be mounted. Absent if unknown. */
  readonly volumes?: ReadonlySet<string>;
  /** Tekton's name of the `image` field of this container. Absent if Tekton does not check it. */
  readonly tektonImageField?: string;
}

/** Checks image, script, mounts, environment variables and quotes of one container. */
export function checkStep(step: Step, place: StepContext, context: ValidationContext): void {
  const image = step.image ?? place.template?.image;
  if (image === undefined || image === '') {
    const tektonMessage = place.tektonImageField && `missing field(s): ${place.tektonImageField}`;
    context.report.add('IMAGE_MISSING', [...context.path, 'image'], { what: place.what }, { tektonMessage });
  } else if (step.image !== undefined) checkImage(step.image, context);
  if (step.script) checkScript(step, place, step.script, context);
  checkMounts(step, place, context);
  checkEnv(step, context);
  checkQuotes(step, context);
}

function checkScript(step: Step, { what, template }: StepContext, script: string, context: ValidationContext): void {
  const tektonMessage = what === 'step' ? `script cannot be used with args or command: steps.script` : undefined;
  const command = step.command ?? template?.command ?? [];
  if (command.length > 0) context.report.add('SCRIPT_AND_COMMAND', context.path, {}, { tektonMessage });
  if (script.slice(0, 200).split('\n', 1)[0]?.endsWith('\r')) {
    context.report.add('SCRIPT_LINE_ENDS', [...context.path, 'script'], {});
  }
}

function checkMounts(step: Step, { volumes }: StepContext, context: ValidationContext): void {
  if (!step.volumeMounts) return;
  const taken = new Map<string, number>();
  step.volumeMounts.forEach(({ name, mountPath }, index) => {
    const at = childContext(context, 'volumeMounts', index);
    if (volumes && name && !name.includes('$(') && !volumes.has(name)) {
      const own = [...volumes].filter((known) => !INTERNAL.has(known)).slice(0, 100); // not the controller's
      at.report.add('VOLUME_UNKNOWN', [...at.path, 'name'], at.report.unknownName(name, own), {
        value: name,
      });
    }
    if (!mountPath || mountPath.includes('$(')) return;
    const folder = reservedMountDirectory(mountPath);
    const path = [...at.path, 'mountPath'];
    if (folder !== undefined) at.report.add('MOUNT_RESERVED', path, { mountPath, folder }, { value: mountPath });
    const first = taken.get(joinPath('/', mountPath));
    if (first !== undefined) at.report.add('MOUNT_TWICE', path, { mountPath, first }, { value: mountPath });
    else taken.set(joinPath('/', mountPath), index);
  });
}

/** Returns the reserved directory that a mount would hide, if any. Mounts below `/tekton/home` are allowed. */
export function reservedMountDirectory(mountPath: string): string | undefined {
  if (joinPath('/', mountPath) === '/') return '/';
  if (containsPath('/tekton/home', mountPath)) return undefined;
  return ['/tekton', '/builder/tools', '/builder/downward'].find((folder) => containsPath(folder, mountPath));
}

function checkEnv(step: Step, context: ValidationContext): void {
  if ((step.env?.length ?? 0) < 2) return;
  const taken = new Map<string, number>();
  (step.env ?? []).forEach(({ name }, index) => {
    const first = taken.get(name);
    if (first === undefined) taken.set(name, index);
    else context.report.add('ENV_TWICE', [...context.path, 'env', index, 'name'], { name, first }, { value: name });
  });
}

const CURLY = /[\u2018\u2019\u201c\u201d]/;

/** Reports typographic quotes in `command` and `args`, which shells do not treat as quotes. */
function checkQuotes(step: Step, context: ValidationContext): void {
  for (const field of ['command', 'args'] as const) {
    const index = (step[field] ?? []).findIndex((word) => CURLY.test(word));
    const word = step[field]?.[index] ?? '';
    const sign = CURLY.exec(word)?.[0];
    if (sign !== undefined)
      context.report.add('QUOTES_CURLY', [...context.path, field, index], { sign }, { value: word });
  }
}
