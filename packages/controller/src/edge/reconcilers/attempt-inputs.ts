/**
 * Reads everything that the pod of a TaskRun's attempt depends on, in parallel where possible.
 *
 * Reads the API server, not a cache: what a user applied a moment before the run must count. Of a Secret only its name, type and
 * annotations leave this file.
 */

import { SECRETS, SERVICE_ACCOUNTS, ownerKey, type KubeClient, type KubeObject } from '@pipewright/kube';
import {
  PIPELINE_RESOURCES,
  stepActionModel,
  storedResource,
  taskModel,
  taskRunModel,
  taskRunRulesOf,
  type ClusterTask,
  type PipelineResource,
  type Task,
  type TaskRunObject,
  type TaskRunModel,
} from '@pipewright/tekton';
import type { ImageCommandResult } from '../../pod/image-command.js';
import { claimName } from '../../resources/artifact-claim.js';
import { bucketPrefix, referencedResources, type ObservedArtifactStorage } from '../../resources/artifact-storage.js';
import type { Images } from '../../run/options.js';
import type { SecretHeader } from '../../scripts/credentials/credentials.js';
import type { Scripts } from '../../scripts/scripts.js';
import type { StartInputs, TaskObject } from '../../taskrun/start.js';
import type { ArtifactConfig } from '../artifact-config.js';
import type { FindCommand } from '../controller-options.js';
import { getObject, getObjects } from '../find-object.js';
import type { TektonSettings } from '../tekton-settings.js';

/** What the inputs of an attempt are read with. */
export interface AttemptInputsDeps {
  readonly client: KubeClient;
  readonly images: Images;
  readonly scripts: Scripts;
  /** Path of a docker config that exists in every container. */
  readonly dockerConfig?: string;
  readonly findCommand: FindCommand;
  /** Whether runs start without the Secrets that their ServiceAccount names. */
  readonly optionalSecrets: boolean;
  readonly artifactConfig: ArtifactConfig;
  readonly tektonConfig: TektonSettings;
  /** Images without /bin/sh that earlier attempts found. */
  readonly shellLess: Set<string>;
}

interface ServiceAccount extends KubeObject {
  readonly secrets?: readonly { readonly name?: string }[];
}

interface Secret extends KubeObject {
  readonly type?: string;
}

/** Reads the inputs of an attempt, without the commands of images. */
export async function gatherInputs(
  deps: AttemptInputsDeps,
  run: TaskRunObject,
  { attempt, replacement }: Pick<StartInputs, 'attempt' | 'replacement'>,
): Promise<StartInputs> {
  const model = taskRunModel(run);
  const { namespace = '' } = run.metadata;
  const names = referencedResources([...model.inputs, ...model.outputs]);
  const [task, resources, account, artifacts] = await Promise.all([
    findTask(deps, model, namespace),
    getObjects<PipelineResource>(deps.client, PIPELINE_RESOURCES, names, namespace),
    findAccount(deps, namespace, model.serviceAccount ?? 'default'),
    findArtifactStorage(deps, run, model),
  ]);
  const [stepActions, config] = await Promise.all([
    findStepActions(deps, model, task, namespace),
    settingsOf(deps, run),
  ]);
  return {
    run,
    attempt,
    replacement,
    shellLess: deps.shellLess,
    task,
    ...(stepActions && { stepActions }),
    ...(config && { config }),
    resources,
    ...account,
    images: deps.images,
    scripts: deps.scripts,
    ...(deps.dockerConfig !== undefined && { dockerConfig: deps.dockerConfig }),
    commands: new Map(),
    ...(artifacts && { artifacts }),
  };
}

/** Looks up the commands of images. */
export async function findCommands(
  { findCommand }: AttemptInputsDeps,
  run: TaskRunObject,
  images: readonly string[],
): Promise<ReadonlyMap<string, ImageCommandResult>> {
  const { serviceAccount = 'default' } = taskRunModel(run);
  const account = { namespace: run.metadata.namespace ?? '', serviceAccount };
  return new Map(await Promise.all(images.map(async (image) => [image, await findCommand(image, account)] as const)));
}

/** Returns the storage that the paths of the run's bindings refer to: a claim named after its PipelineRun, or the bucket. */
async function findArtifactStorage(
  { artifactConfig }: AttemptInputsDeps,
  run: TaskRunObject,
  { inputs, outputs }: TaskRunModel,
): Promise<ObservedArtifactStorage | undefined> {
  const [namespace = '', owner] = ownerKey(run, 'PipelineRun')?.split('/') ?? [];
  if (owner === undefined) return undefined;
  const inBucket = `${bucketPrefix(namespace, owner)}/`;
  if (![...inputs, ...outputs].some(({ paths }) => paths.some((path) => path.startsWith(inBucket))))
    return { kind: 'claim', claim: claimName(owner) };
  const { bucket } = await artifactConfig.settings();
  return bucket ? { kind: 'bucket', bucket } : { kind: 'missing-bucket' };
}

async function findTask(
  { client }: AttemptInputsDeps,
  { source }: TaskRunModel,
  namespace: string,
): Promise<TaskObject | undefined> {
  if (source?.kind !== 'reference') return undefined;
  const found = await getObject<Task | ClusterTask>(client, storedResource(source.taskKind), source.name, namespace);
  return (
    found && {
      apiVersion: found.apiVersion,
      spec: found.spec,
      labels: found.metadata.labels,
      annotations: found.metadata.annotations,
    }
  );
}

/** Returns the StepActions that a Task refers to and that exist; undefined if it refers to none. */
async function findStepActions(
  { client }: AttemptInputsDeps,
  { source }: TaskRunModel,
  task: TaskObject | undefined,
  namespace: string,
): Promise<StartInputs['stepActions']> {
  const definition = source?.kind === 'embedded' ? source.task : task && taskModel(task);
  const names = (definition?.steps ?? []).flatMap(({ action }) => (action?.kind === 'reference' ? [action.name] : []));
  if (names.length === 0) return undefined;
  const found = await getObjects<StepAction>(client, storedResource('StepAction'), names, namespace);
  return new Map([...found].map(([name, action]) => [name, stepActionModel(action)]));
}

/** Returns the settings of the cluster, if the version of a run has any. */
const settingsOf = async ({ tektonConfig }: AttemptInputsDeps, run: TaskRunObject): Promise<StartInputs['config']> =>
  taskRunRulesOf(run).hasSettings ? tektonConfig.settings() : undefined;

/** A StepAction as the API server returns it. */
interface StepAction extends KubeObject {
  readonly apiVersion: string;
  readonly spec: object;
}

async function findAccount(
  { client, optionalSecrets }: AttemptInputsDeps,
  namespace: string,
  name: string,
): Promise<Pick<StartInputs, 'hasServiceAccount' | 'secrets' | 'missingSecrets'>> {
  const account = await client.get<ServiceAccount>(SERVICE_ACCOUNTS, { namespace, name });
  if (!account) return { hasServiceAccount: false, secrets: [], missingSecrets: [] };
  const names = [...new Set((account.secrets ?? []).flatMap((secret) => secret.name ?? []))];
  const found = await Promise.all(names.map((secret) => client.get<Secret>(SECRETS, { namespace, name: secret })));
  return {
    hasServiceAccount: true,
    secrets: found.flatMap((secret): readonly SecretHeader[] => (secret ? [headerOf(secret)] : [])),
    missingSecrets: optionalSecrets ? [] : names.filter((_, index) => found[index] === undefined),
  };
}

const headerOf = ({ metadata, type = 'Opaque' }: Secret): SecretHeader => ({
  name: metadata.name ?? '',
  type,
  annotations: metadata.annotations ?? {},
});
