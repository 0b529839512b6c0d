/** Creates all objects that a run needs, ordered so that references resolve; then the runs. */

import type { KubeClient } from '@pipewright/kube';
import { ApiError, NAMESPACES } from '@pipewright/kube';
import { ApiIndex, createOrPatch } from './api-index.js';
import { textAt, type JsonObject } from '../../json.js';
import type { TektonObjects } from '../../manifests/tekton-objects.js';
import type { Manifest } from '../../manifests/load.js';
import { UsageError } from '../../diagnostics/usage-error.js';
import { taskDependencies } from '../select/reachable-tasks.js';
import type { StartedRun } from '../follow/follower.js';
import { namespaceOf } from '../../manifests/identity.js';
import type { PlannedRun } from '../select/planned-run.js';

const FIRST_KINDS: readonly string[] = [
  'Namespace',
  'CustomResourceDefinition',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'ClusterRole',
  'Role',
  'ClusterRoleBinding',
  'RoleBinding',
  'PersistentVolumeClaim',
];
const LAST_KINDS: readonly string[] = ['PipelineResource', 'Condition', 'ClusterTask', 'Task', 'Pipeline'];

const rank = ({ object }: Manifest): number => {
  const kind = textAt(object, 'kind') ?? '';
  if (FIRST_KINDS.includes(kind)) return FIRST_KINDS.indexOf(kind);
  return LAST_KINDS.includes(kind) ? 100 + LAST_KINDS.indexOf(kind) : 50;
};

/**
 * Creates the objects. @returns notes on kinds that the embedded cluster does not serve. Throws an error that lists all
 * rejected objects.
 */
export async function applyAll(
  client: KubeClient,
  manifests: readonly Manifest[],
  runs: readonly PlannedRun[],
): Promise<readonly string[]> {
  const index = new ApiIndex(client);
  await createNamespaces(client, [
    ...manifests.map(({ object }) => namespaceOf(object)),
    ...runs.map(({ namespace }) => namespace),
  ]);
  const skipped: string[] = [];
  const errors: string[] = [];
  for (const { object } of manifests.toSorted((a, b) => rank(a) - rank(b))) {
    const kind = await index.tryFind(object);
    if (!kind) skipped.push(titleOf(object));
    else
      await createOrPatch(client, kind, object).catch((cause: unknown) => errors.push(rejectionReason(object, cause)));
  }
  if (errors.length > 0) throw rejection(errors);
  return skipped.length === 0
    ? []
    : [`skipped: the embedded cluster does not serve these kinds: ${skipped.join(', ')}`];
}

/** Creates the runs. Throws a UsageError if the cluster rejects one. */
export async function startRuns(
  client: KubeClient,
  runs: readonly PlannedRun[],
  objects: TektonObjects,
): Promise<readonly StartedRun[]> {
  const index = new ApiIndex(client);
  const started: StartedRun[] = [];
  for (const run of runs) {
    const kind = await index.tryFind(run.manifest.object);
    if (!kind) throw rejection([`${titleOf(run.manifest.object)}: unknown kind`]);
    const created = await createOrPatch(client, kind, run.manifest.object).catch((cause: unknown) => {
      throw rejection([rejectionReason(run.manifest.object, cause)]);
    });
    const name = textAt(created, 'metadata', 'name') ?? '';
    const tasks = run.kind === 'TaskRun' ? new Map([[name, []]]) : taskDependencies(run, objects);
    started.push({
      kind: run.kind,
      name,
      namespace: run.namespace,
      uid: textAt(created, 'metadata', 'uid') ?? '',
      tasks,
    });
  }
  return started;
}

async function createNamespaces(client: KubeClient, names: readonly string[]): Promise<void> {
  for (const name of new Set(names)) {
    if (name === 'default' || (await client.get(NAMESPACES, { name }))) continue;
    await client.create(NAMESPACES, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
}

const titleOf = (object: JsonObject): string =>
  `${textAt(object, 'kind') ?? '?'} ${textAt(object, 'metadata', 'name') ?? ''}`.trim();

const rejectionReason = (object: JsonObject, cause: unknown): string => {
  if (cause instanceof ApiError) return `${titleOf(object)}: ${cause.message}`;
  throw cause;
};

const rejection = (reasons: readonly string[]): UsageError =>
  new UsageError(
    `the cluster rejects ${reasons.length === 1 ? '' : `${String(reasons.length)} objects: `}${reasons.join('; ')}`,
    'correct the manifests; nothing was run',
  );
