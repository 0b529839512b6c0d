/**
 * Rules of Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs and CronJobs.
 *
 * Separate because all of these have a pod template. Pure; README.md says that no controller acts on them.
 */

import {
  valueAt,
  setDefault,
  isObject,
  objectAt,
  deepEqual,
  stringAt,
  ensureObject,
  type JsonObject,
  type KubeObject,
} from '../../model/json.js';
import { fillPodSpec } from '../admission/service-account.js';
import { checkPodSpec } from './pod-rules.js';
import { invalidValue, required, type Cause } from '../status-error.js';
import type { KindRules } from './resource-type.js';

function fillDeployment(draft: JsonObject): void {
  const spec = ensureObject(draft, 'spec');
  setDefault(spec, 'replicas', 1);
  setDefault(spec, 'strategy', { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } });
  setDefault(spec, 'revisionHistoryLimit', 10);
  setDefault(spec, 'progressDeadlineSeconds', 600);
  fillTemplate(spec);
  setDefault(draft, 'status', {});
}

function fillReplicaSet(draft: JsonObject): void {
  setDefault(ensureObject(draft, 'spec'), 'replicas', 1);
  fillTemplate(ensureObject(draft, 'spec'));
}

function fillReplicationController(draft: JsonObject): void {
  fillReplicaSet(draft);
  const labels = valueAt(draft, 'spec', 'template', 'metadata', 'labels');
  if (isObject(labels)) setDefault(ensureObject(draft, 'spec'), 'selector', { ...labels });
}

function fillStatefulSet(draft: JsonObject): void {
  const spec = ensureObject(draft, 'spec');
  setDefault(spec, 'replicas', 1);
  setDefault(spec, 'podManagementPolicy', 'OrderedReady');
  setDefault(spec, 'updateStrategy', { type: 'RollingUpdate', rollingUpdate: { partition: 0 } });
  setDefault(spec, 'revisionHistoryLimit', 10);
  setDefault(spec, 'persistentVolumeClaimRetentionPolicy', { whenDeleted: 'Retain', whenScaled: 'Retain' });
  fillTemplate(spec);
}

function fillDaemonSet(draft: JsonObject): void {
  const spec = ensureObject(draft, 'spec');
  setDefault(spec, 'updateStrategy', { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } });
  setDefault(spec, 'revisionHistoryLimit', 10);
  fillTemplate(spec);
}

function fillJob(draft: JsonObject, old: KubeObject | undefined): void {
  const spec = ensureObject(draft, 'spec');
  fillJobSpec(spec);
  fillTemplate(spec);
  if (!old && spec['manualSelector'] !== true) selectOwnPods(draft, spec);
  const [metadata, labels] = [ensureObject(draft, 'metadata'), objectAt(spec, 'template', 'metadata', 'labels')];
  if (Object.keys(objectAt(metadata, 'labels')).length === 0 && Object.keys(labels).length > 0)
    metadata['labels'] = { ...labels };
}

function fillJobSpec(spec: JsonObject): void {
  if (isAbsent(spec['parallelism'])) setDefault(spec, 'completions', 1);
  setDefault(spec, 'parallelism', 1);
  setDefault(spec, 'backoffLimit', isAbsent(spec['backoffLimitPerIndex']) ? 6 : 2 ** 31 - 1);
  setDefault(spec, 'completionMode', 'NonIndexed');
  setDefault(spec, 'suspend', false);
  setDefault(spec, 'manualSelector', false);
  setDefault(spec, 'podReplacementPolicy', isAbsent(spec['podFailurePolicy']) ? 'TerminatingOrFailed' : 'Failed');
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** Sets a Job's selector and pod labels to its uid. Without a selector a client such as `kubectl logs job/x` would match every pod. */
function selectOwnPods(draft: JsonObject, spec: JsonObject): void {
  const labels = ensureObject(ensureObject(ensureObject(spec, 'template'), 'metadata'), 'labels');
  const [uid, name] = [stringAt(draft, 'metadata', 'uid'), stringAt(draft, 'metadata', 'name')];
  const uidLabels = { 'controller-uid': uid, 'batch.kubernetes.io/controller-uid': uid };
  const named = { 'job-name': name, 'batch.kubernetes.io/job-name': name };
  if (!isAbsent(labels['job-name']) && labels['job-name'] !== name) return;
  Object.assign(labels, uidLabels, named);
  setDefault(ensureObject(ensureObject(spec, 'selector'), 'matchLabels'), 'batch.kubernetes.io/controller-uid', uid);
}

function fillCronJob(draft: JsonObject): void {
  const spec = ensureObject(draft, 'spec');
  setDefault(spec, 'concurrencyPolicy', 'Allow');
  setDefault(spec, 'suspend', false);
  setDefault(spec, 'successfulJobsHistoryLimit', 3);
  setDefault(spec, 'failedJobsHistoryLimit', 1);
  fillTemplate(ensureObject(ensureObject(spec, 'jobTemplate'), 'spec'));
}

function fillTemplate(spec: JsonObject): void {
  const template = ensureObject(spec, 'template');
  const metadata = ensureObject(template, 'metadata');
  setDefault(metadata, 'creationTimestamp', null);
  fillPodSpec(ensureObject(template, 'spec'));
}

function checkTemplate(object: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const selector = valueAt(object, 'spec', 'selector');
  const template = valueAt(object, 'spec', 'template', 'spec');
  const causes = checkPodSpec(isObject(template) ? template : {}, 'spec.template.spec');
  const labels = valueAt(object, 'spec', 'selector', 'matchLabels');
  const templateLabels = valueAt(object, 'spec', 'template', 'metadata', 'labels');
  if (!isObject(selector)) causes.unshift(required('spec.selector'));
  else if (
    isObject(labels) &&
    !Object.entries(labels).every(([key, value]) => valueAt(templateLabels, key) === value)
  ) {
    causes.push(
      invalidValue(
        'spec.template.metadata.labels',
        templateLabels ?? null,
        '`selector` does not match template `labels`',
      ),
    );
  }
  if (old && !deepEqual(selector, valueAt(old, 'spec', 'selector')))
    causes.push(invalidValue('spec.selector', selector, 'field is immutable'));
  return causes;
}

function checkReplicationController(object: KubeObject): readonly Cause[] {
  const [selector, template] = [objectAt(object, 'spec', 'selector'), objectAt(object, 'spec', 'template')];
  const causes = checkPodSpec(objectAt(template, 'spec'), 'spec.template.spec');
  const labels = objectAt(template, 'metadata', 'labels');
  if (Object.keys(selector).length === 0) causes.unshift(required('spec.selector'));
  else if (!Object.entries(selector).every(([key, value]) => labels[key] === value))
    causes.push(invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  return causes;
}

/** Checks a Job. Its pods may not have `restartPolicy: Always`. */
function checkJob(job: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const causes = [...checkTemplate(job, old)];
  if (stringAt(job, 'spec', 'template', 'spec', 'restartPolicy') === 'Always')
    causes.push(required('spec.template.spec.restartPolicy', 'valid values: "OnFailure", "Never"'));
  return causes;
}

/** Rules by resource (`group/plural`). */
export const WORKLOAD_RULES: Readonly<Record<string, KindRules>> = {
  '/replicationcontrollers': {
    hasGeneration: true,
    fill: fillReplicationController,
    check: checkReplicationController,
  },
  '/podtemplates': { fill: (draft) => fillTemplate(draft) },
  'apps/deployments': { hasGeneration: true, fill: fillDeployment, check: checkTemplate },
  'apps/replicasets': { hasGeneration: true, fill: fillReplicaSet, check: checkTemplate },
  'apps/statefulsets': { hasGeneration: true, fill: fillStatefulSet, check: checkTemplate },
  'apps/daemonsets': { hasGeneration: true, fill: fillDaemonSet, check: checkTemplate },
  'batch/jobs': { hasGeneration: true, fill: fillJob, check: checkJob },
  'batch/cronjobs': { hasGeneration: true, fill: fillCronJob },
};
