/**
 * Rights that no step can use, because none of a run's steps gets a token of the account that has them.
 *
 * An account that mounts its token nowhere is the safe kind, and a step that needs the API mounts one for itself. A program
 * that grants rights and forgets the mount would find out at run time only, when its last task is refused.
 */

import type { Catalog } from './catalog.js';
import type { Inspection } from '../versions/check-object.js';
import { isRecord } from '../schema/conformance.js';
import type { TaskModel, TaskUse } from '../model/model.js';
import { readPipeline, readPipelineRun, readTask, readTaskRun } from '../v1alpha1/reader.js';
import type { Path } from '../variables/task-fields.js';

/** Where Kubernetes, and every client, looks for a pod's token. */
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** An account of a run, and the tasks that run as it. */
interface Use {
  readonly account: string;
  readonly field: Path;
  readonly tasks: readonly (TaskUse | undefined)[];
}

/** Warns of every run whose account has rights and mounts no token, and none of whose tasks mounts one itself. */
export function checkTokens(inspections: readonly Inspection[], catalog: Catalog): void {
  const entitled = accountsWithRights(catalog);
  if (entitled.size === 0) return;
  for (const { id, tekton, report } of inspections) {
    if (tekton?.kind !== 'PipelineRun' && tekton?.kind !== 'TaskRun') continue;
    if (tekton.spec.podTemplate?.['automountServiceAccountToken'] === true) continue;
    for (const { account, field, tasks } of usesOf(tekton, catalog, id.namespace)) {
      const found = entitled.has(account) ? catalog.findPlain('ServiceAccount', account, id.namespace) : undefined;
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

function usesOf(run: NonNullable<Inspection['tekton']>, catalog: Catalog, namespace: string | undefined): Use[] {
  if (run.kind === 'TaskRun') {
    const { serviceAccount: account = 'default', use } = readTaskRun(run.spec);
    return [{ account, field: [fieldOf(run.spec)], tasks: [use] }];
  }
  if (run.kind !== 'PipelineRun') return [];
  const { serviceAccount = 'default', serviceAccountOf, use } = readPipelineRun(run.spec);
  const found = use?.from === 'cluster' ? catalog.find('Pipeline', use.name, namespace) : undefined;
  const pipeline = use?.from === 'here' ? use.pipeline : found && readPipeline(found.spec);
  if (!pipeline) return [];
  const accounts = new Set([serviceAccount, ...serviceAccountOf.values()]);
  return [...accounts].map((account) => ({
    account,
    field: [account === serviceAccount ? fieldOf(run.spec) : 'serviceAccountNames'],
    tasks: pipeline.tasks
      .filter(({ name }) => (serviceAccountOf.get(name) ?? serviceAccount) === account)
      .map((task) => task.use),
  }));
}

const fieldOf = (spec: { readonly serviceAccountName?: string }): string =>
  spec.serviceAccountName === undefined ? 'serviceAccount' : 'serviceAccountName';

/** Of a task that is not there nothing is known. */
function mayHaveToken(use: TaskUse | undefined, catalog: Catalog, namespace: string | undefined): boolean {
  if (!use) return true;
  if (use.from === 'here') return hasToken(use.task);
  const found = catalog.find(use.kind, use.name, namespace);
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
