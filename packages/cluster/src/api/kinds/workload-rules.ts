/**
 * Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs and CronJobs: their defaults, and what of them may not be written.
 *
 * Separate from the rules of other kinds because all of these are about a pod template. Pure; that no controller acts on them is in README.md.
 */

import {
  at,
  fill,
  isObject,
  objectAt,
  same,
  stringAt,
  within,
  type JsonObject,
  type KubeObject,
} from '../../model/json.js';
import { fillPodSpec } from '../admission/service-account.js';
import { checkPodSpec } from './pod-rules.js';
import { invalidValue, required, type Cause } from '../status-error.js';
import type { KindRules } from './resource-type.js';

function fillDeployment(draft: JsonObject): void {
  const spec = within(draft, 'spec');
  fill(spec, 'replicas', 1);
  fill(spec, 'strategy', { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } });
  fill(spec, 'revisionHistoryLimit', 10);
  fill(spec, 'progressDeadlineSeconds', 600);
  fillTemplate(spec);
  fill(draft, 'status', {});
}

function fillReplicaSet(draft: JsonObject): void {
  fill(within(draft, 'spec'), 'replicas', 1);
  fillTemplate(within(draft, 'spec'));
}

function fillReplicationController(draft: JsonObject): void {
  fillReplicaSet(draft);
  const labels = at(draft, 'spec', 'template', 'metadata', 'labels');
  if (isObject(labels)) fill(within(draft, 'spec'), 'selector', { ...labels });
}

function fillStatefulSet(draft: JsonObject): void {
  const spec = within(draft, 'spec');
  fill(spec, 'replicas', 1);
  fill(spec, 'podManagementPolicy', 'OrderedReady');
  fill(spec, 'updateStrategy', { type: 'RollingUpdate', rollingUpdate: { partition: 0 } });
  fill(spec, 'revisionHistoryLimit', 10);
  fill(spec, 'persistentVolumeClaimRetentionPolicy', { whenDeleted: 'Retain', whenScaled: 'Retain' });
  fillTemplate(spec);
}

function fillDaemonSet(draft: JsonObject): void {
  const spec = within(draft, 'spec');
  fill(spec, 'updateStrategy', { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } });
  fill(spec, 'revisionHistoryLimit', 10);
  fillTemplate(spec);
}

function fillJob(draft: JsonObject, old: KubeObject | undefined): void {
  const spec = within(draft, 'spec');
  fillJobSpec(spec);
  fillTemplate(spec);
  if (!old && spec['manualSelector'] !== true) selectOwnPods(draft, spec);
  const [metadata, labels] = [within(draft, 'metadata'), objectAt(spec, 'template', 'metadata', 'labels')];
  if (Object.keys(objectAt(metadata, 'labels')).length === 0 && Object.keys(labels).length > 0)
    metadata['labels'] = { ...labels };
}

function fillJobSpec(spec: JsonObject): void {
  if (isAbsent(spec['parallelism'])) fill(spec, 'completions', 1);
  fill(spec, 'parallelism', 1);
  fill(spec, 'backoffLimit', isAbsent(spec['backoffLimitPerIndex']) ? 6 : 2 ** 31 - 1);
  fill(spec, 'completionMode', 'NonIndexed');
  fill(spec, 'suspend', false);
  fill(spec, 'manualSelector', false);
  fill(spec, 'podReplacementPolicy', isAbsent(spec['podFailurePolicy']) ? 'TerminatingOrFailed' : 'Failed');
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** Labels a Job's pods and selects them by the Job's uid. Without a selector a client such as `kubectl logs job/x` takes every pod. */
function selectOwnPods(draft: JsonObject, spec: JsonObject): void {
  const labels = within(within(within(spec, 'template'), 'metadata'), 'labels');
  const [uid, name] = [stringAt(draft, 'metadata', 'uid'), stringAt(draft, 'metadata', 'name')];
  const own = { 'controller-uid': uid, 'batch.kubernetes.io/controller-uid': uid };
  const named = { 'job-name': name, 'batch.kubernetes.io/job-name': name };
  if (!isAbsent(labels['job-name']) && labels['job-name'] !== name) return;
  Object.assign(labels, own, named);
  fill(within(within(spec, 'selector'), 'matchLabels'), 'batch.kubernetes.io/controller-uid', uid);
}

function fillCronJob(draft: JsonObject): void {
  const spec = within(draft, 'spec');
  fill(spec, 'concurrencyPolicy', 'Allow');
  fill(spec, 'suspend', false);
  fill(spec, 'successfulJobsHistoryLimit', 3);
  fill(spec, 'failedJobsHistoryLimit', 1);
  fillTemplate(within(within(spec, 'jobTemplate'), 'spec'));
}

function fillTemplate(spec: JsonObject): void {
  const template = within(spec, 'template');
  const metadata = within(template, 'metadata');
  fill(metadata, 'creationTimestamp', null);
  fillPodSpec(within(template, 'spec'));
}

function checkTemplate(object: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const selector = at(object, 'spec', 'selector');
  const template = at(object, 'spec', 'template', 'spec');
  const wrong = checkPodSpec(isObject(template) ? template : {}, 'spec.template.spec');
  const labels = at(object, 'spec', 'selector', 'matchLabels');
  const has = at(object, 'spec', 'template', 'metadata', 'labels');
  if (!isObject(selector)) wrong.unshift(required('spec.selector'));
  else if (isObject(labels) && !Object.entries(labels).every(([key, value]) => at(has, key) === value)) {
    wrong.push(
      invalidValue('spec.template.metadata.labels', has ?? null, '`selector` does not match template `labels`'),
    );
  }
  if (old && !same(selector, at(old, 'spec', 'selector')))
    wrong.push(invalidValue('spec.selector', selector, 'field is immutable'));
  return wrong;
}

function checkReplicationController(object: KubeObject): readonly Cause[] {
  const [selector, template] = [objectAt(object, 'spec', 'selector'), objectAt(object, 'spec', 'template')];
  const wrong = checkPodSpec(objectAt(template, 'spec'), 'spec.template.spec');
  const labels = objectAt(template, 'metadata', 'labels');
  if (Object.keys(selector).length === 0) wrong.unshift(required('spec.selector'));
  else if (!Object.entries(selector).every(([key, value]) => labels[key] === value))
    wrong.push(invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  return wrong;
}

/** A Job's pods may not be restarted for ever. */
function checkJob(job: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const wrong = [...checkTemplate(job, old)];
  if (stringAt(job, 'spec', 'template', 'spec', 'restartPolicy') === 'Always')
    wrong.push(required('spec.template.spec.restartPolicy', 'valid values: "OnFailure", "Never"'));
  return wrong;
}

/** Rules by place (`group/plural`). */
export const WORKLOAD_RULES: Readonly<Record<string, KindRules>> = {
  '/replicationcontrollers': { counted: true, fill: fillReplicationController, check: checkReplicationController },
  '/podtemplates': { fill: (draft) => fillTemplate(draft) },
  'apps/deployments': { counted: true, fill: fillDeployment, check: checkTemplate },
  'apps/replicasets': { counted: true, fill: fillReplicaSet, check: checkTemplate },
  'apps/statefulsets': { counted: true, fill: fillStatefulSet, check: checkTemplate },
  'apps/daemonsets': { counted: true, fill: fillDaemonSet, check: checkTemplate },
  'batch/jobs': { counted: true, fill: fillJob, check: checkJob },
  'batch/cronjobs': { counted: true, fill: fillCronJob },
};
