/** The pod template of a run: the fields that it may set on the pod of each task. */

import type { PodTemplate } from '@pipewright/tekton';

/** The fields of a pod that a run may set. */
const TEMPLATE_FIELDS = [
  'nodeSelector',
  'tolerations',
  'affinity',
  'securityContext',
  'runtimeClassName',
  'automountServiceAccountToken',
  'dnsPolicy',
  'dnsConfig',
  'enableServiceLinks',
  'priorityClassName',
  'schedulerName',
  'hostNetwork',
  'imagePullSecrets',
  'hostAliases',
  'topologySpreadConstraints',
] as const;

/** Returns the fields of a run's pod template that the pod takes over. */
export const podTemplateFields = (template: PodTemplate | undefined): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    TEMPLATE_FIELDS.flatMap((field) => (template?.[field] === undefined ? [] : [[field, template[field]]])),
  );
