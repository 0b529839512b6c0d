/**
 * Reports RBAC permissions that no step can use, because no step of the run mounts a token of the ServiceAccount.
 *
 * Without this check, the missing mount is noticed only at run time, when the API server rejects a request.
 */

import type { Catalog, CheckedObject } from './catalog.js';
import { isRecord } from '../schema/conformance.js';
import type { ObjectModel } from '../model/object.js';
import type { TaskModel, TaskSource } from '../model/model.js';
import type { FieldPath } from '../model/field-path.js';

/** The default mount path of a pod's ServiceAccount token. */
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A ServiceAccount of a run, and the tasks that run as it. */
interface AccountUse {
  readonly account: string;
  readonly field: FieldPath;
  readonly tasks: readonly (TaskSource | undefined)[];
}

/** Warns about each run whose ServiceAccount has permissions, while neither the account nor a task mounts a token. */
export function checkTokenMounts(inspections: readonly CheckedObject[], catalog: Catalog): void {
  const entitled = accountsWithRights(catalog);
  if (entitled.size === 0) return;
  for (const { id, tekton, report } of inspections) {
    if (tekton?.kind !== 'PipelineRun' && tekton?.kind !== 'TaskRun') continue;
    const model = tekton.read();
    if (!isRun(model) || model.run.podTemplate?.['automountServiceAccountToken'] === true) continue;
    for (const { account, field, tasks } of usesOf(model, catalog, id.namespace)) {
      const found = entitled.has(account) ? catalog.tryFindAny('ServiceAccount', account, id.namespace) : undefined;
      if (found?.object?.['automountServiceAccountToken'] !== false) continue;
      if (tasks.length === 0 || tasks.some((source) => mayHaveToken(source, catalog, id.namespace))) continue;
      report.add('TOKEN_ABSENT', ['spec', ...field], { account }, { value: account });
    }
  }
}

type RunObject = Extract<ObjectModel, { readonly kind: 'TaskRun' | 'PipelineRun' }>;

const isRun = (model: ObjectModel): model is RunObject => model.kind === 'TaskRun' || model.kind === 'PipelineRun';

/** Returns the names of the ServiceAccounts in any binding, regardless of their namespace. */
function accountsWithRights(catalog: Catalog): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { object } of [...catalog.all('RoleBinding'), ...catalog.all('ClusterRoleBinding')]) {
    const subjects: unknown = object?.['subjects'];
    if (!Array.isArray(subjects)) continue;
    for (const subject of subjects as unknown[]) {
      // elements are checked below
      if (isRecord(subject) && subject['kind'] === 'ServiceAccount') names.add(String(subject['name']));
    }
  }
  return names;
}

function usesOf(model: RunObject, catalog: Catalog, namespace: string | undefined): AccountUse[] {
  const { serviceAccount = 'default', serviceAccountPath } = model.run;
  if (model.kind === 'TaskRun')
    return [{ account: serviceAccount, field: serviceAccountPath, tasks: [model.run.source] }];
  const { taskServiceAccounts, taskServiceAccountsPath, source } = model.run;
  const pipeline =
    source?.kind === 'embedded'
      ? source.pipeline
      : source?.kind === 'reference'
        ? catalog.tryFindPipeline(source.name, namespace)
        : undefined;
  if (!pipeline) return [];
  const accounts = new Set([serviceAccount, ...taskServiceAccounts.values()]);
  return [...accounts].map((account) => ({
    account,
    field: account === serviceAccount ? serviceAccountPath : taskServiceAccountsPath,
    tasks: [...pipeline.tasks, ...pipeline.finally]
      .filter(({ name }) => (taskServiceAccounts.get(name) ?? serviceAccount) === account)
      .map((task) => task.source),
  }));
}

/** Whether a step of the task may mount a token; true if the task is unknown. */
function mayHaveToken(source: TaskSource | undefined, catalog: Catalog, namespace: string | undefined): boolean {
  if (!source) return true;
  if (source.kind === 'embedded') return hasToken(source.task);
  if (source.kind !== 'reference') return true;
  const found = catalog.tryFindTask(source.taskKind, source.name, namespace);
  return !found || hasToken(found);
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
