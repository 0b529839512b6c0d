/**
 * Looks up all that a TaskRun's next pod depends on, as much as can be at once.
 *
 * Read live, not from a cache: what a user applied a moment before the run must count. Of a Secret only its name, type and
 * annotations leave this file.
 */

import { SECRETS, SERVICE_ACCOUNTS, type KubeObject } from '@pipewright/kube';
import { readTaskRun, type TaskRun, type TaskRunModel } from '@pipewright/tekton';
import { bucketPrefix, type ArtifactStorage } from '../../resources/artifact-storage.js';
import type { ImageCommandResult } from '../../pod/image-command.js';
import type { SecretHeader } from '../../scripts/credentials.js';
import { startTaskRun, type TaskObject, type Start, type StartInputs } from '../../taskrun/start.js';
import { findObject, findObjects, ownerKey, referencedResources, type ReconcilerDeps } from '../reconciler-deps.js';

interface ServiceAccount extends KubeObject {
  readonly secrets?: readonly { readonly name?: string }[];
}

interface Secret extends KubeObject {
  readonly type?: string;
}

/** How long (milliseconds) after a run's creation its namespace's `default` account may still be on its way. */
const DEFAULT_ACCOUNT_DELAY_MS = 10_000;

interface Attempt {
  readonly attempt: number;
  readonly replacement: boolean;
}

/** Reads what starting a TaskRun depends on, and returns the decision of `startTaskRun`. */
export async function gatherAndStart(deps: ReconcilerDeps, run: TaskRun, which: Attempt): Promise<Start> {
  const inputs = await gatherInputs(deps, run, which);
  const first = startTaskRun(inputs);
  if (!('asks' in first)) return first;
  const commands = await findCommands(deps, run, first.asks);
  const start = startTaskRun({ ...inputs, commands });
  if ('asks' in start) throw new Error(`cannot determine the entrypoint of these images: ${start.asks.join(', ')}`);
  return start;
}

async function gatherInputs(
  deps: ReconcilerDeps,
  run: TaskRun,
  { attempt, replacement }: Attempt,
): Promise<StartInputs> {
  const model = readTaskRun(run.spec);
  const { namespace = '' } = run.metadata;
  const names = referencedResources([...model.inputs, ...model.outputs]);
  const [task, resources, account] = await Promise.all([
    findTask(deps, model, namespace),
    findObjects(deps, deps.resources, names, { namespace, live: true }),
    findAccount(deps, run, model.serviceAccount ?? 'default'),
  ]);
  const artifacts = await artifactStorageOf(deps, run, model);
  return {
    run,
    attempt,
    replacement,
    shellLess: deps.shellLess,
    task,
    resources,
    ...account,
    images: deps.images,
    scripts: deps.scripts,
    ...(deps.dockerConfig !== undefined && { dockerConfig: deps.dockerConfig }),
    commands: new Map(),
    ...(artifacts && { artifacts }),
  };
}

/** What the pipeline's paths lead to: a claim named after the run, or the bucket. */
async function artifactStorageOf(
  { artifactConfig }: ReconcilerDeps,
  run: TaskRun,
  { inputs, outputs }: TaskRunModel,
): Promise<ArtifactStorage | undefined> {
  const [namespace = '', owner] = ownerKey(run, 'PipelineRun')?.split('/') ?? [];
  if (owner === undefined) return undefined;
  const inBucket = `${bucketPrefix(namespace, owner)}/`;
  if (![...inputs, ...outputs].some(({ paths }) => paths.some((path) => path.startsWith(inBucket))))
    return { claim: `${owner}-pvc` };
  const { bucket } = await artifactConfig.settings();
  if (!bucket)
    throw new Error('files of this run are in a bucket, and the ConfigMap config-artifact-bucket names none');
  return { bucket };
}

async function findTask(
  deps: ReconcilerDeps,
  { source: use }: TaskRunModel,
  namespace: string,
): Promise<TaskObject | undefined> {
  if (use?.kind !== 'reference') return undefined;
  const found =
    use.taskKind === 'ClusterTask'
      ? await findObject(deps, deps.clusterTasks, use.name, { live: true })
      : await findObject(deps, deps.tasks, use.name, { namespace, live: true });
  return found && { spec: found.spec, labels: found.metadata.labels, annotations: found.metadata.annotations };
}

async function findAccount(
  { client, clock, optionalSecrets }: ReconcilerDeps,
  run: TaskRun,
  name: string,
): Promise<Pick<StartInputs, 'hasServiceAccount' | 'secrets' | 'missingSecrets'>> {
  const { namespace = '', creationTimestamp = '' } = run.metadata;
  const account = await client.get<ServiceAccount>(SERVICE_ACCOUNTS, { namespace, name });
  if (!account) {
    const age = clock.date().getTime() - Date.parse(creationTimestamp);
    const isNew = Math.abs(age) < DEFAULT_ACCOUNT_DELAY_MS; // negative when the clock was set back since
    if (name === 'default' && isNew)
      throw new Error(`the ServiceAccount "default" of namespace "${namespace}" is not there yet`);
    return { hasServiceAccount: false, secrets: [], missingSecrets: [] };
  }
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

/** What images run by themselves. */
async function findCommands(
  { findCommand }: ReconcilerDeps,
  run: TaskRun,
  images: readonly string[],
): Promise<ReadonlyMap<string, ImageCommandResult>> {
  const { serviceAccount = 'default' } = readTaskRun(run.spec);
  const at = { namespace: run.metadata.namespace ?? '', serviceAccount };
  return new Map(await Promise.all(images.map(async (image) => [image, await findCommand(image, at)] as const)));
}
