/**
 * Columns of `kubectl get` for kinds with a pod template.
 *
 * Separate from the other columns because all of these show the containers of the template.
 */

import { AGE, column, duration, NAME, since, type Cell } from './columns.js';
import { number, commaSeparated, keyValues, selectorText } from './cells.js';
import { valueAt, objectsAt, stringAt, type KubeObject } from '../../model/json.js';
import type { Column } from '../kinds/resource-type.js';

const TEMPLATE = ['spec', 'template', 'spec'] as const;
const CRON_TEMPLATE = ['spec', 'jobTemplate', ...TEMPLATE] as const;

const containers = (template: readonly string[]): readonly Column[] =>
  ['name', 'image'].map((field) =>
    column(
      field === 'name' ? 'Containers' : 'Images',
      (object) => commaSeparated(objectsAt(object, ...template, 'containers').map((each) => stringAt(each, field))),
      1,
    ),
  );

const selector = (...path: readonly string[]): Column =>
  column('Selector', (object) => selectorText(valueAt(object, ...path)), 1);

const count = (name: string, ...path: readonly string[]): Column => column(name, number(...path), 0, 'integer');

const COUNTS: readonly Column[] = [
  count('Desired', 'spec', 'replicas'),
  count('Current', 'status', 'replicas'),
  count('Ready', 'status', 'readyReplicas'),
];

const ready: Cell = (it) =>
  `${Number(valueAt(it, 'status', 'readyReplicas') ?? 0)}/${Number(valueAt(it, 'spec', 'replicas') ?? 0)}`;

const JOB_CONDITIONS = ['Complete', 'Failed', 'Terminating', 'Suspended', 'FailureTarget', 'SuccessCriteriaMet'];

/** The first condition of a Job that is true; Terminating while it is being deleted. */
const jobStatus: Cell = (job) =>
  JOB_CONDITIONS.find((type) =>
    type === 'Terminating'
      ? job.metadata.deletionTimestamp !== undefined
      : objectsAt(job, 'status', 'conditions').some((it) => it['type'] === type && it['status'] === 'True'),
  ) ?? 'Running';

const completions: Cell = (job) => {
  const succeeded = Number(valueAt(job, 'status', 'succeeded') ?? 0);
  const completions = valueAt(job, 'spec', 'completions');
  if (typeof completions === 'number') return `${succeeded}/${completions}`;
  const parallelism = Number(valueAt(job, 'spec', 'parallelism') ?? 0);
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
};

const jobDuration: Cell = (job, now) => {
  const start = stringAt(job, 'status', 'startTime');
  if (start === '') return '';
  const end = stringAt(job, 'status', 'completionTime');
  const until = end === '' ? now.getTime() : Date.parse(end);
  return duration(Math.floor((until - Date.parse(start)) / 1000));
};

const lastSchedule = (job: KubeObject, now: Date): string => {
  const last = stringAt(job, 'status', 'lastScheduleTime');
  return last === '' ? '<none>' : since(last, now);
};

/** Columns by resource (`group/plural`). */
export const WORKLOAD_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  '/replicationcontrollers': [
    NAME,
    ...COUNTS,
    AGE,
    ...containers(TEMPLATE),
    column('Selector', (object) => keyValues(valueAt(object, 'spec', 'selector')), 1),
  ],
  '/podtemplates': [
    NAME,
    ...containers(['template', 'spec']).map((each) => ({ ...each, priority: 0 })),
    column('Pod Labels', (object) => keyValues(valueAt(object, 'template', 'metadata', 'labels'))),
  ],
  'apps/deployments': [
    NAME,
    column('Ready', ready),
    count('Up-to-date', 'status', 'updatedReplicas'),
    count('Available', 'status', 'availableReplicas'),
    AGE,
    ...containers(TEMPLATE),
    selector('spec', 'selector'),
  ],
  'apps/replicasets': [NAME, ...COUNTS, AGE, ...containers(TEMPLATE), selector('spec', 'selector')],
  'apps/statefulsets': [NAME, column('Ready', ready), AGE, ...containers(TEMPLATE)],
  'apps/daemonsets': [
    NAME,
    count('Desired', 'status', 'desiredNumberScheduled'),
    count('Current', 'status', 'currentNumberScheduled'),
    count('Ready', 'status', 'numberReady'),
    count('Up-to-date', 'status', 'updatedNumberScheduled'),
    count('Available', 'status', 'numberAvailable'),
    column('Node Selector', (it) => keyValues(valueAt(it, ...TEMPLATE, 'nodeSelector'))),
    AGE,
    ...containers(TEMPLATE),
    selector('spec', 'selector'),
  ],
  'apps/controllerrevisions': [
    NAME,
    column('Controller', ({ metadata }) => {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
      if (owner === undefined) return '<none>';
      const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0] ?? ''}` : '';
      return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
    }),
    count('Revision', 'revision'),
    AGE,
  ],
  'batch/jobs': [
    NAME,
    column('Status', jobStatus),
    column('Completions', completions),
    column('Duration', jobDuration),
    AGE,
    ...containers(TEMPLATE),
    selector('spec', 'selector'),
  ],
  'batch/cronjobs': [
    NAME,
    column('Schedule', (job) => stringAt(job, 'spec', 'schedule')),
    column('Timezone', (job) => stringAt(job, 'spec', 'timeZone') || '<none>'),
    column('Suspend', (job) => (valueAt(job, 'spec', 'suspend') === true ? 'True' : 'False')),
    column('Active', (job) => objectsAt(job, 'status', 'active').length, 0, 'integer'),
    column('Last Schedule', lastSchedule),
    AGE,
    ...containers(CRON_TEMPLATE),
    selector('spec', 'jobTemplate', 'spec', 'selector'),
  ],
};
