/**
 * Builds the Pod of one attempt of a TaskRun.
 *
 *     Task + resources ──▶ steps (the Task's and generated ones) ──▶ containers, in order ──▶ Pod
 *
 * Pure: gets no content of Secrets, and equal input gives an equal Pod with the same name. Container order, names, mounts and volumes are
 * those of Tekton v0.9.2, without its init containers, each of which takes the kubelet about a second.
 */

import {
  hexHashSuffix,
  internalStepName,
  MANAGED_BY_TEKTON,
  podName,
  READY_ANNOTATION,
  sidecarContainerName,
  stepContainerName,
  suffixedName,
  taskRunRulesOf,
  TEKTON_LABELS,
  type Container,
  type PipelineResourceModel,
  type RunFailure,
  type Step,
  type TaskModel,
  type Volume,
  type VolumeMount,
} from '@pipewright/tekton';
import { resourceSteps, type ResourceBindings } from '../resources/resource-steps.js';
import type { Images } from '../run/options.js';
import { mountedSecrets, type PodRequest } from './pod-request.js';
import type { Pod, PodSpec } from './pod-types.js';
import { podTemplateFields } from './pod-template.js';
import { withSharedRequests } from './requests.js';
import { credentialsOf, credentialsScript, secretDir } from '../scripts/credentials/credentials.js';
import { entrypoint, READY_FILE, RESULTS_DIR, SCRIPTS_DIR, TOOLS_DIR } from '../scripts/entrypoint/entrypoint.js';
import type { StepTurn } from '../scripts/entrypoint/entrypoint-arguments.js';
import { needsExactEnvironment } from '../scripts/entrypoint/exact-environment.js';
import { nodeLoginScript } from '../scripts/credentials/node-login.js';
import { literally } from '../scripts/shell-text.js';
import { stepCommands, type CommandsNeeded, type PodRefusal, type StepCommand } from './step-command.js';
import { withTemplate } from './step-template.js';
import { RUN_DIR, V1_VOLUMES } from './v1-containers.js';
import { v1Parts } from './v1-parts.js';
import { mountWorkspaces, type WorkspaceMounts } from './workspaces.js';

/** The pod, the reason why it cannot be created, or the images whose commands must be looked up first. */
export type PodResult =
  /** `task`: with the values of its variables. */
  | { readonly kind: 'pod'; readonly pod: Pod; readonly task: TaskModel }
  | { readonly kind: 'invalid'; readonly failure: RunFailure }
  | PodRefusal
  | CommandsNeeded;

const HOME = '/tekton/home';
const LENT_SHELL = `${TOOLS_DIR}/bin/busybox`;
const LENT_SHELL_COMMAND: readonly string[] = [LENT_SHELL, 'sh'];

/** Builds the pod. */
export function taskPod(request: PodRequest): PodResult {
  const { bindings, run, taskRun, attempt, stepActions = new Map() } = request;
  const rules = taskRunRulesOf(taskRun);
  const resolved = rules.resolveTask(request.task, {
    run,
    names: { ...taskRun, ...(run.source?.kind === 'reference' && { task: run.source.name }) },
    uid: taskRun.uid,
    attempt,
    inputs: resourcesOf(bindings.inputs),
    outputs: resourcesOf(bindings.outputs),
    workspaceVolumes: mountWorkspaces(request.task.workspaces, run.workspaces, taskRun.uid).names,
    stepActions,
  });
  if (resolved.kind === 'refused') return { kind: 'invalid', failure: resolved.failure };
  const { task } = resolved;
  const all = [...task.steps, ...task.sidecars];
  const workspaces = mountWorkspaces(task.workspaces, resolved.workspaces, taskRun.uid, all);
  return LAYOUTS[rules.podLayout](request, task, workspaces);
}

type Layout = (request: PodRequest, task: TaskModel, workspaces: WorkspaceMounts) => PodResult;

/** Builds the pod of a Task of tekton.dev/v1. */
const v1Pod: Layout = (request, task, workspaces) => {
  const parts = v1Parts(request, task, workspaces);
  if (parts.kind !== 'parts') return parts;
  const { taskRun, images } = request;
  const pod = podWith(request, {
    name: podNameOf(taskRun, request.attempt, request.replacement),
    labels: {
      [TEKTON_LABELS.managedBy]: MANAGED_BY_TEKTON,
      ...taskRun.labels,
      [TEKTON_LABELS.taskRun]: taskRun.name,
      [TEKTON_LABELS.taskRunUid]: taskRun.uid,
    },
    ...(request.lendShell && { initContainers: [placeTools(images, V1_VOLUMES.run, RUN_DIR)] }),
    containers: parts.containers,
    volumes: parts.volumes,
  });
  return { kind: 'pod', pod, task };
};

/** Builds the pod of a Task of tekton.dev/v1alpha1. */
const v09Pod: Layout = (request, task, workspaces) => {
  const { bindings, images, scripts, taskRun } = request;
  const {
    before,
    after,
    volumes: resourceVolumes,
  } = resourceSteps(task, bindings, images, scripts, taskRun.uid, request.artifacts);
  const steps = withSharedRequests(
    [...before, ...task.steps, ...after].map((step) => withTemplate(step, task.stepTemplate)),
  );
  const creds = credentialsScript(scripts, credentialsOf(request.secrets));
  const isOnlyContainer =
    steps.length === 1 && creds === undefined && task.sidecars.length === 0 && task.results.length === 0;
  const commands = stepCommands(steps, request.commands, isOnlyContainer);
  if (commands.kind !== 'commands') return commands;
  const last = before.length + task.steps.length - 1;
  const context: StepContext = {
    request,
    task,
    steps,
    last,
    workspaces,
    resourceVolumes,
    ...(creds !== undefined && { creds }),
  };
  const containers = steps.map((step, index) => stepContainer(step, index, commands.commands[index], context));
  return { kind: 'pod', pod: assemble(request, task, [...containers, ...task.sidecars.map(sidecar)], context), task };
};

const LAYOUTS = { 'v0.9': v09Pod, v1: v1Pod } as const;

const resourcesOf = (bound: ResourceBindings['inputs']): ReadonlyMap<string, PipelineResourceModel> =>
  new Map([...bound].map(([name, { resource }]) => [name, resource]));

interface StepContext {
  readonly request: PodRequest;
  readonly task: TaskModel;
  readonly steps: readonly Step[];
  /** The last of the Task's own. */
  readonly last: number;
  readonly workspaces: WorkspaceMounts;
  /** Volumes that the steps of resources mount. */
  readonly resourceVolumes: readonly Volume[];
  readonly creds?: string;
}

type NamedContainer = Container & { readonly name: string };

function stepContainer(
  step: Step,
  index: number,
  command: StepCommand | undefined,
  context: StepContext,
): NamedContainer {
  const { request, task, steps, last, creds } = context;
  const { script, ...fields } = step;
  const message = step['terminationMessagePath'];
  const first = index === 0;
  const login = index === steps.findIndex(usesTektonHome) && request.dockerConfig !== undefined;
  const written = [
    ...(first && creds !== undefined ? [creds] : []),
    ...(login ? [nodeLoginScript(request.scripts, request.dockerConfig)] : []),
  ].join('\n');
  const turn: StepTurn = {
    index,
    count: steps.length,
    ...(first && task.sidecars.length > 0 && { readyFile: READY_FILE }),
    ...(written !== '' && { credentials: written }),
    ...(index === last &&
      task.results.length > 0 && {
        results: { names: task.results, ...(typeof message === 'string' && { message }) },
      }),
    ...(script && { script: { file: scriptFile(index, request.taskRun.uid), text: withInterpreter(script) } }),
  };
  const options = {
    exactEnvironment: needsExactEnvironment(step),
    ...(request.lendShell && { shell: LENT_SHELL_COMMAND }),
  };
  return {
    ...fields,
    name: stepContainerName(step.name, index),
    ...(command && wrapCommand(command, entrypoint(request.scripts, turn, options))),
    workingDir: workingDir(step.workingDir),
    env: [{ name: 'HOME', value: HOME }, ...(step.env ?? [])],
    volumeMounts: mounts(step, first, context),
  };
}

/** Another HOME may be a working copy or a workspace, into which no files must be written that the step did not request. */
const usesTektonHome = ({ env = [] }: Step): boolean => !env.some(({ name }) => name === 'HOME');

/** Puts the step's command into `args`, after the entrypoint. A single step without a known command keeps the image's command. */
const wrapCommand = (own: StepCommand, before: ReturnType<typeof entrypoint>): Pick<Container, 'command' | 'args'> => ({
  command: before.command,
  args: [...before.args, ...own.command, ...own.args],
});

/** A relative directory is below /workspace, as in Tekton; the container runtime creates missing ones. */
const workingDir = (dir: string | undefined): string =>
  !dir ? '/workspace' : dir.startsWith('/') ? dir : `/workspace/${dir}`;

/** A script without an interpreter is run by the shell, which prints each command and stops at the first failure (Tekton v0.10). */
function withInterpreter(script: string): string {
  const text = script.trimStart();
  return text.startsWith('#!') ? text : `#!/bin/sh\nset -xe\n${script}`;
}

const scriptFile = (index: number, uid: string): string =>
  `${SCRIPTS_DIR}/${internalStepName(`script-${String(index)}`, uid, index)}`;

/** Returns the name of a generated volume: as in v0.9, or as in v0.10 if the Task or the run has a volume of that name. */
const volumeName = (name: string, { task, request }: Pick<StepContext, 'task' | 'request'>): string =>
  [...task.volumes, ...(request.run.podTemplate?.volumes ?? [])].some((volume) => volume.name === name)
    ? `tekton-internal-${name}`
    : name;

function mounts(step: Step, first: boolean, context: StepContext): readonly VolumeMount[] {
  const { request, task, creds, workspaces } = context;
  const at = (name: string, mountPath: string): VolumeMount => ({ name: volumeName(name, context), mountPath });
  const own = step.volumeMounts ?? [];
  const taken = new Set(own.map(({ mountPath }) => mountPath));
  const implicit: readonly VolumeMount[] = [
    ...(step.script ? [at('scripts', SCRIPTS_DIR)] : []),
    at('tools', TOOLS_DIR),
    ...(task.results.length > 0 ? [at('results', RESULTS_DIR)] : []),
    ...(first && task.sidecars.length > 0 ? [at('downward', dirname(READY_FILE))] : []),
    at('workspace', '/workspace'),
    at('tekton-home', HOME),
    at('tekton-home', '/builder/home'),
    ...workspaces.mounts,
    ...(first && creds !== undefined ? credentialMounts(request) : []),
  ];
  return [...own, ...implicit.filter(({ mountPath }) => !taken.has(mountPath))];
}

const dirname = (path: string): string => path.slice(0, path.lastIndexOf('/'));

const secretVolume = (secret: string, request: PodRequest): string =>
  internalStepName(`secret-volume-${secret}`, request.taskRun.uid);

const credentialMounts = (request: PodRequest): readonly VolumeMount[] =>
  mountedSecrets(request).map((secret) => ({
    name: secretVolume(secret, request),
    mountPath: secretDir(secret),
    readOnly: true,
  }));

/** A sidecar runs as written, without HOME and generated mounts. The shell runs its script and ignores its first line. */
function sidecar(step: Step, index: number): NamedContainer {
  const { script, ...fields } = step;
  return {
    ...fields,
    name: sidecarContainerName(step.name, index),
    ...(script && { command: ['/bin/sh', '-c', literally(script)] }),
  };
}

function assemble(
  request: PodRequest,
  task: TaskModel,
  containers: readonly NamedContainer[],
  context: StepContext,
): Pod {
  const { taskRun, attempt, images, lendShell, replacement } = request;
  return podWith(request, {
    name: podNameOf(taskRun, attempt, replacement),
    labels: {
      ...taskRun.labels,
      [TEKTON_LABELS.managedBy]: MANAGED_BY_TEKTON,
      [TEKTON_LABELS.taskRun]: taskRun.name,
    },
    ...(lendShell && { initContainers: [placeTools(images, volumeName('tools', context), TOOLS_DIR)] }),
    containers,
    volumes: volumes(request, task, context),
  });
}

/** The parts of a pod that depend on the layout. */
interface PodParts extends Pick<PodSpec, 'initContainers' | 'containers' | 'volumes'> {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

function podWith({ taskRun, run }: PodRequest, { name, labels, ...parts }: PodParts): Pod {
  const { volumes: _, ...template } = podTemplateFields(run.podTemplate);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: taskRun.namespace,
      labels,
      annotations: taskRun.annotations,
      ownerReferences: [
        {
          apiVersion: taskRun.apiVersion,
          kind: 'TaskRun',
          name: taskRun.name,
          uid: taskRun.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      restartPolicy: 'Never',
      ...(run.serviceAccount !== undefined && { serviceAccountName: run.serviceAccount }),
      ...template,
      ...parts,
    },
  };
}

/** Returns the name of an attempt's pod; the replacement of a pod without a shell has a different name. */
export function podNameOf(
  taskRun: { readonly name: string; readonly uid: string; readonly apiVersion: string },
  attempt: number,
  replacement: boolean,
): string {
  if (taskRunRulesOf(taskRun).podLayout === 'v1')
    return suffixedName(
      taskRun.name,
      `-pod${attempt > 0 ? `-retry${String(attempt)}` : ''}${replacement ? '-shell' : ''}`,
    );
  return replacement
    ? `${taskRun.name}-pod-${hexHashSuffix(taskRun.uid, attempt, 'shell')}`
    : podName(taskRun, attempt);
}

const placeTools = (images: Images, volume: string, directory: string): NamedContainer => ({
  name: 'place-tools',
  image: images.lent,
  command: [
    '/bin/sh',
    '-c',
    `mkdir -p ${directory}/bin && cp /bin/busybox ${directory}/bin/busybox && ${directory}/bin/busybox --install -s ${directory}/bin`,
  ],
  volumeMounts: [{ name: volume, mountPath: directory }],
});

function volumes(request: PodRequest, task: TaskModel, context: StepContext): readonly Volume[] {
  const { creds, workspaces, resourceVolumes } = context;
  const empty = (name: string): Volume => ({ name: volumeName(name, context), emptyDir: {} }) as Volume; // Volume is open in its sources
  return [
    empty('workspace'),
    empty('tekton-home'),
    ...(creds === undefined ? [] : mountedSecrets(request)).map((secretName) => ({
      name: secretVolume(secretName, request),
      secret: { secretName },
    })),
    ...(task.steps.some(({ script }) => script) ? [empty('scripts')] : []),
    empty('tools'),
    ...(task.results.length > 0 ? [empty('results')] : []),
    ...(task.sidecars.length > 0 ? [readyVolume(volumeName('downward', context))] : []),
    ...resourceVolumes,
    ...workspaces.volumes,
    ...task.volumes,
    ...(request.run.podTemplate?.volumes ?? []),
  ];
}

const readyVolume = (name: string): Volume =>
  ({
    name,
    downwardAPI: {
      items: [{ path: 'ready', fieldRef: { fieldPath: `metadata.annotations['${READY_ANNOTATION}']` } }],
    },
  }) as Volume; // Volume is open in its sources
