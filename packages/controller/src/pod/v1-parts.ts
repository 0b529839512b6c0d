/**
 * The containers and volumes of the pod of a Task of tekton.dev/v1.
 *
 * Separate from the containers themselves because volumes depend on all of them.
 */

import { READY_ANNOTATION, type StepModel, type TaskModel, type Volume } from '@pipewright/tekton';
import { mountedSecrets, type PodRequest } from './pod-request.js';
import type { PodSpec } from './pod-types.js';
import { stepCommands, type CommandsNeeded, type PodRefusal } from './step-command.js';
import { unsupportedStep } from './step-protocol.js';
import { withTemplate } from './step-template.js';
import { credentialsVolume, secretVolume, V1_VOLUMES, v1Sidecar, v1Step, type V1Context } from './v1-containers.js';
import type { WorkspaceMounts } from './workspaces.js';

/** The parts of a pod. */
interface V1Parts {
  readonly kind: 'parts';
  readonly containers: PodSpec['containers'];
  readonly volumes: readonly Volume[];
}

/** Returns the parts, the reason why the pod cannot be created, or the images whose commands must be looked up first. */
export function v1Parts(
  request: PodRequest,
  task: TaskModel,
  workspaces: WorkspaceMounts,
): V1Parts | PodRefusal | CommandsNeeded {
  const steps = task.steps.map((step): StepModel => withTemplate(step, task.stepTemplate));
  for (const [index, step] of steps.entries()) {
    const message = unsupportedStep(step, index, steps);
    if (message !== undefined) return { kind: 'refused', message, duringTranslation: true };
  }
  const commands = stepCommands(steps, request.commands, false, 'replaces-cmd');
  if (commands.kind !== 'commands') return commands;
  const context: V1Context = {
    request,
    steps,
    sidecars: task.sidecars,
    results: [...task.results].toSorted(),
    workspaces,
  };
  return {
    kind: 'parts',
    containers: [
      ...steps.map((_, index) => v1Step(index, commands.commands[index], context)),
      ...task.sidecars.map((_, index) => v1Sidecar(index, context)),
    ],
    volumes: volumesOf(task, context),
  };
}

function volumesOf(task: TaskModel, { request, steps, workspaces }: V1Context): readonly Volume[] {
  const secrets = mountedSecrets(request);
  const hasScripts = [...steps, ...task.sidecars].some(({ script }) => script);
  const { workspace, home, results, artifacts, bin, run, scripts, downward } = V1_VOLUMES;
  const names = [workspace, home, results, artifacts, bin, run, ...(hasScripts ? [scripts] : [])];
  return [
    ...names.map((name): Volume => ({ name, emptyDir: {} })),
    ...(task.sidecars.length > 0 ? [readyVolume(downward)] : []),
    ...(secrets.length > 0 ? steps : steps.slice(0, 1)).map((_, index): Volume => ({
      name: credentialsVolume(index),
      emptyDir: { medium: 'Memory' },
    })),
    ...secrets.map((secretName): Volume => ({ name: secretVolume(secretName, request), secret: { secretName } })),
    ...workspaces.volumes,
    ...task.volumes,
    ...(request.run.podTemplate?.volumes ?? []),
  ];
}

const readyVolume = (name: string): Volume => ({
  name,
  downwardAPI: {
    items: [{ path: 'ready', fieldRef: { fieldPath: `metadata.annotations['${READY_ANNOTATION}']` } }],
  },
});
