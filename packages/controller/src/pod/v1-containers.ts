/**
 * The containers of pods of tekton.dev/v1: paths, files, mounts and environment as Tekton v1.15 has them.
 *
 * Without Tekton's init containers: the entrypoint itself makes the directories of the steps, in a volume that each container mounts twice,
 * for writing at a hidden path and for reading where Tekton has it.
 */

import { parseQuantity } from '@pipewright/apimachinery';
import {
  internalStepName,
  sidecarContainerName,
  stepContainerName,
  type Container,
  type EnvVar,
  type ResourceRequirements,
  type StepModel,
  type VolumeMount,
} from '@pipewright/tekton';
import { copiedCredentialsScript, credentialsOf } from '../scripts/credentials/credentials.js';
import { nodeLoginScript } from '../scripts/credentials/node-login.js';
import { entrypoint, READY_FILE, RESULTS_DIR, SCRIPTS_DIR } from '../scripts/entrypoint/entrypoint.js';
import type { StepTurn } from '../scripts/entrypoint/entrypoint-arguments.js';
import { needsExactEnvironment } from '../scripts/entrypoint/exact-environment.js';
import { literally } from '../scripts/shell-text.js';
import { mountedSecrets, type PodRequest } from './pod-request.js';
import type { StepCommand } from './step-command.js';
import { stepProtocol } from './step-protocol.js';
import type { WorkspaceMounts } from './workspaces.js';

/** Where steps write their files, hidden from a plain `ls /tekton`. */
export const RUN_DIR = '/tekton/.run';

/** Where the entrypoint finds a shell for images without one. */
export const V1_LENT_SHELL = `${RUN_DIR}/bin/busybox`;

/** The directory of the credentials' files. */
const CREDENTIALS_DIR = '/tekton/creds';

const secretDir = (name: string): string => `/tekton/creds-secrets/${name}`;

const TERMINATION_FILE = '/tekton/termination';

/** Names of generated volumes. */
export const V1_VOLUMES = {
  workspace: 'tekton-internal-workspace',
  home: 'tekton-internal-home',
  results: 'tekton-internal-results',
  artifacts: 'tekton-internal-artifacts',
  bin: 'tekton-internal-bin',
  run: 'tekton-internal-run',
  scripts: 'tekton-internal-scripts',
  downward: 'tekton-internal-downward',
} as const;

/** Returns the volume of a step's credentials. */
export const credentialsVolume = (index: number): string => `tekton-creds-init-home-${String(index)}`;

/** What the containers of one pod share. */
export interface V1Context {
  readonly request: PodRequest;
  /** With the template merged into each. */
  readonly steps: readonly StepModel[];
  readonly sidecars: readonly StepModel[];
  readonly results: readonly string[];
  readonly workspaces: WorkspaceMounts;
}

type NamedContainer = Container & { readonly name: string };

/** Returns the container of a step. */
export function v1Step(index: number, command: StepCommand | undefined, context: V1Context): NamedContainer {
  const { request, steps, sidecars } = context;
  const step = steps[index] ?? {};
  const turn = turnOf(step, index, context);
  const env = withTemplateEnv(step.env, request);
  const before = entrypoint(request.scripts, turn, {
    exactEnvironment: needsExactEnvironment({ env, envFrom: step.envFrom }),
    ...(request.lendShell && { shell: [V1_LENT_SHELL, 'sh'] }),
  });
  return {
    ...containerOf(step),
    name: stepContainerName(step.name, index),
    ...(command && { command: before.command, args: [...before.args, ...command.command, ...command.args] }),
    ...(env.length > 0 && { env }),
    ...resourcesOf(step, request, steps.length),
    volumeMounts: mountsOf(step, index, sidecars.length > 0, context),
    terminationMessagePath: TERMINATION_FILE,
  };
}

/** Fields of a step that are not fields of a container. */
const STEP_FIELDS: ReadonlySet<string> = new Set([
  'action',
  'actionParams',
  'stepResults',
  'when',
  'timeoutMs',
  'onError',
  'stdoutPath',
  'stderrPath',
  'isolatedWorkspaces',
  'script',
] satisfies (keyof StepModel)[]);

/** Returns the fields of a step that are a container's. */
const containerOf = (step: StepModel): Container =>
  Object.fromEntries(Object.entries(step).filter(([field]) => !STEP_FIELDS.has(field)));

function turnOf(step: StepModel, index: number, { request, steps, sidecars, results }: V1Context): StepTurn {
  const { scripts, taskRun, dockerConfig } = request;
  const credentials = copiedCredentialsScript(scripts, credentialsOf(request.secrets), secretDir, CREDENTIALS_DIR);
  const login = index === 0 && dockerConfig !== undefined ? nodeLoginScript(scripts, dockerConfig) : undefined;
  const written = [credentials, login].filter((text) => text !== undefined).join('\n');
  return {
    toolsDir: RUN_DIR,
    index,
    count: steps.length,
    ...(index === 0 && sidecars.length > 0 && { readyFile: READY_FILE }),
    ...(written !== '' && { credentials: written }),
    ...(results.length > 0 && { results: { names: results } }),
    ...(step.script && {
      script: { file: scriptFile('script', index, taskRun.uid), text: withInterpreter(step.script) },
    }),
    protocol: stepProtocol(step, index, steps, TERMINATION_FILE),
  };
}

const scriptFile = (kind: string, index: number, uid: string): string =>
  `${SCRIPTS_DIR}/${internalStepName(`${kind}-${String(index)}`, uid, index)}`;

/** A script without an interpreter is run by the shell, which stops at the first failure. */
function withInterpreter(script: string): string {
  const text = script.trimStart();
  return text.startsWith('#!') ? text : `#!/bin/sh\nset -e\n${script}`;
}

/** The variables of the run's pod template take precedence over those of steps. */
function withTemplateEnv(own: readonly EnvVar[] = [], { run }: PodRequest): readonly EnvVar[] {
  const env = run.podTemplate?.['env'];
  const template: readonly EnvVar[] = Array.isArray(env) ? env : [];
  return [...own.filter(({ name }) => !template.some((one) => one.name === name)), ...template];
}

/** Compute resources of the whole pod are divided among the steps; limits hold for each. */
function resourcesOf(
  step: StepModel,
  { run }: PodRequest,
  count: number,
): { readonly resources?: ResourceRequirements } {
  const { stepResources, podResources } = run.pod;
  if (podResources) {
    const { requests, ...rest } = podResources;
    const shares = Object.entries(requests ?? {}).map(([name, amount]) => [name, share(amount, count)] as const);
    return { resources: { ...rest, ...(requests && { requests: Object.fromEntries(shares) }) } };
  }
  const own = stepResources.get(step.name ?? '') ?? step.resources;
  return own ? { resources: own } : {};
}

/** Returns an equal part of a quantity, rounded down: CPU to thousandths, anything else to whole units. */
function share(amount: string | number, count: number): string {
  const thousandths = Math.floor((parseQuantity(amount) * 1000) / count);
  return thousandths % 1000 === 0 || thousandths >= 1_000_000
    ? String(Math.floor(thousandths / 1000))
    : `${String(thousandths)}m`;
}

function mountsOf(step: StepModel, index: number, hasSidecars: boolean, context: V1Context): readonly VolumeMount[] {
  const { request, workspaces } = context;
  const own = step.volumeMounts ?? [];
  const taken = new Set(own.map(({ mountPath }) => mountPath));
  const readOnly = true;
  const secrets = mountedSecrets(request);
  const at = (name: string, mountPath: string, more: object = {}): VolumeMount => ({ name, mountPath, ...more });
  const implicit: readonly VolumeMount[] = [
    ...(step.script ? [at(V1_VOLUMES.scripts, SCRIPTS_DIR)] : []),
    at(V1_VOLUMES.run, RUN_DIR),
    at(V1_VOLUMES.run, '/tekton/run', { subPath: 'run', readOnly }),
    at(V1_VOLUMES.run, '/tekton/steps', { subPath: 'steps', readOnly }),
    at(V1_VOLUMES.bin, '/tekton/bin', { readOnly }),
    ...(index === 0 ? [at(hasSidecars ? V1_VOLUMES.downward : V1_VOLUMES.bin, '/tekton/downward', { readOnly })] : []),
    at(credentialsVolume(secrets.length > 0 ? index : 0), CREDENTIALS_DIR),
    at(V1_VOLUMES.workspace, '/workspace'),
    at(V1_VOLUMES.home, '/tekton/home'),
    at(V1_VOLUMES.results, RESULTS_DIR),
    at(V1_VOLUMES.artifacts, '/tekton/artifacts'),
    ...workspaces.mountsOf(step),
    ...secrets.map((secret) => at(secretVolume(secret, request), secretDir(secret), { readOnly })),
  ];
  return [...own, ...implicit.filter(({ mountPath }) => !taken.has(mountPath))];
}

/** Returns the name of a secret's volume. */
export const secretVolume = (secret: string, request: PodRequest): string =>
  internalStepName(`tekton-internal-secret-volume-${secret}`, request.taskRun.uid);

/** Writes a script to a file and runs it, because its interpreter reads only files. */
const RUN_SCRIPT = literally('printf %s "$1" >"$0" && chmod 755 "$0" && shift && exec "$0" "$@"');

/** Returns the container of a sidecar. */
export function v1Sidecar(index: number, { request, sidecars, workspaces }: V1Context): NamedContainer {
  const step = sidecars[index] ?? {};
  const { script, volumeMounts: own = [] } = step;
  const taken = new Set(own.map(({ mountPath }) => mountPath));
  const mounts = [
    ...own,
    ...(script ? [{ name: V1_VOLUMES.scripts, mountPath: SCRIPTS_DIR }] : []),
    ...workspaces.mountsOf(step).filter(({ mountPath }) => !taken.has(mountPath)),
  ];
  const resources = request.run.pod.sidecarResources.get(step.name ?? '') ?? step.resources;
  return {
    ...containerOf(step),
    name: sidecarContainerName(step.name, index),
    ...(script && {
      command: ['/bin/sh', '-c', RUN_SCRIPT, scriptFile('sidecar-script', index, request.taskRun.uid)],
      args: [literally(withInterpreter(script)), ...(step.args ?? [])],
    }),
    ...(resources && { resources }),
    ...(mounts.length > 0 && { volumeMounts: mounts }),
  };
}
