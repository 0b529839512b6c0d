/**
 * Rights that no step can use, because none of a run's steps gets a token of the account that has them.
 *
 * An account that mounts its token nowhere is the safe kind, and a step that needs the API mounts one for itself. A program
 * that grants rights and forgets the mount would find out at run time only, when its last task is refused.
 */

import type { Catalog } from './catalog.js';
import type { InspectedObject } from '../versions/check-object.js';
import { isRecord } from '../schema/conformance.js';
import type { TaskModel, TaskSource } from '../model/model.js';
import { readPipeline, readPipelineRun, readTask, readTaskRun } from '../v1alpha1/reader.js';
import type { FieldPath } from '../variables/task-fields.js';

/** Where Kubernetes, and every client, looks for a pod's token. */
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** An account of a run, and the tasks that run as it. */
interface AccountUse {
  readonly account: string;
  readonly field: FieldPath;
  readonly tasks: readonly (TaskSource | undefined)[];
}

/** Warns of every run whose account has rights and mounts no token, and none of whose tasks mounts one itself. */
export function checkTokenMounts(inspections: readonly InspectedObject[], catalog: Catalog): void {
  const entitled = accountsWithRights(catalog);
  if (entitled.size === 0) return;
  for (const { id, tektonObject, report } of inspections) {
    if (tektonObject?.kind !== 'PipelineRun' && tektonObject?.kind !== 'TaskRun') continue;
    if (tektonObject.spec.podTemplate?.['automountServiceAccountToken'] === true) continue;
    for (const { account, field, tasks } of usesOf(tektonObject, catalog, id.namespace)) {
      const found = entitled.has(account) ? catalog.tryFindAny('ServiceAccount', account, id.namespace) : undefined;
      if (found?.object?.['automountServiceAccountToken'] !== false) continue;
      if (tasks.length === 0 || tasks.some((use) => mayHaveToken(use, catalog, id.namespace))) continue;
      report.add('TOKEN_ABSENT', ['spec', ...field], { account }, { value: account });
    }
  }
}

/** Names of the accounts that a binding mentions, whatever their namespace. */
function accountsWithRights(catalog: Catalog): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { object } of [...catalog.all('RoleBinding'), ...catalog.all('ClusterRoleBinding')]) {
    const subjects: unknown = object?.['subjects'];
    if (!Array.isArray(subjects)) continue;
    for (const subject of subjects as unknown[]) {
      // elements are looked at below
      if (isRecord(subject) && subject['kind'] === 'ServiceAccount') names.add(String(subject['name']));
    }
  }
  return names;
}

function usesOf(
  run: NonNullable<InspectedObject['tektonObject']>,
  catalog: Catalog,
  namespace: string | undefined,
): AccountUse[] {
  if (run.kind === 'TaskRun') {
    const { serviceAccount: account = 'default', source } = readTaskRun(run.spec);
    return [{ account, field: [fieldOf(run.spec)], tasks: [source] }];
  }
  if (run.kind !== 'PipelineRun') return [];
  const { serviceAccount = 'default', taskServiceAccounts, source } = readPipelineRun(run.spec);
  const found = source?.kind === 'reference' ? catalog.tryFind('Pipeline', source.name, namespace) : undefined;
  const pipeline = source?.kind === 'embedded' ? source.pipeline : found && readPipeline(found.spec);
  if (!pipeline) return [];
  const accounts = new Set([serviceAccount, ...taskServiceAccounts.values()]);
  return [...accounts].map((account) => ({
    account,
    field: [account === serviceAccount ? fieldOf(run.spec) : 'serviceAccountNames'],
    tasks: pipeline.tasks
      .filter(({ name }) => (taskServiceAccounts.get(name) ?? serviceAccount) === account)
      .map((task) => task.source),
  }));
}

const fieldOf = (spec: { readonly serviceAccountName?: string }): string =>
  spec.serviceAccountName === undefined ? 'serviceAccount' : 'serviceAccountName';

/** Of a task that is not there nothing is known. */
function mayHaveToken(use: TaskSource | undefined, catalog: Catalog, namespace: string | undefined): boolean {
  if (!use) return true;
  if (use.kind === 'embedded') return hasToken(use.task);
  const found = catalog.tryFind(use.taskKind, use.name, namespace);
  return !found || hasToken(readTask(found.spec));
}

function hasToken({ volumes, steps, stepTemplate }: TaskModel): boolean {
  const containers = stepTemplate ? [stepTemplate, ...steps] : steps;
  return (
    volumes.some(projectsToken) ||
    containers.some(({ volumeMounts = [] }) => volumeMounts.some(({ mountPath }) => mountPath === TOKEN_PATH))
  );
}

function projectsToken(volume: Readonly<Record<string, unknown>>): boolean {
  const projected = volume['projected'];
  const sources = isRecord(projected) ? projected['sources'] : undefined;
  return (
    Array.isArray(sources) && sources.some((source: unknown) => isRecord(source) && 'serviceAccountToken' in source)
  );
}
