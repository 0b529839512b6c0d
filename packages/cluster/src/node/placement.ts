/**
 * Whether a pod may run on a node, and what a scheduler would say if not.
 *
 * Pure. Upstream's filters as far as one node needs them: cordons, taints, nodeSelector and node affinity, and whether the
 * pod's requests fit a node of this size. What other pods ask for is not counted: nothing is reserved on one machine.
 */

import { amountsOf, podAmounts } from '../model/pod-resources.js';
import { objectAt, objectsAt, stringAt, stringsAt, type JsonObject } from '../model/json.js';

/** The sentence of a pod's condition `PodScheduled`; undefined when the pod fits. */
export function unschedulableReason(pod: JsonObject, node: JsonObject): string | undefined {
  const spec = objectAt(pod, 'spec');
  const why = cordon(spec, node) ?? affinity(spec, node) ?? taint(spec, node) ?? shortage(pod, node);
  return why === undefined ? undefined : `0/1 nodes are available: ${why}.`;
}

const cordon = (spec: JsonObject, node: JsonObject): string | undefined =>
  objectAt(node, 'spec')['unschedulable'] === true && !tolerates(spec, CORDON)
    ? '1 node(s) were unschedulable'
    : undefined;

const CORDON: JsonObject = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

function affinity(spec: JsonObject, node: JsonObject): string | undefined {
  const labels = objectAt(node, 'metadata', 'labels');
  const selected = Object.entries(objectAt(spec, 'nodeSelector')).every(([key, value]) => labels[key] === value);
  const required = objectAt(spec, 'affinity', 'nodeAffinity')['requiredDuringSchedulingIgnoredDuringExecution'];
  const terms = objectsAt(required, 'nodeSelectorTerms');
  const fits =
    required === undefined || terms.some((term) => matches(term, labels, stringAt(node, 'metadata', 'name')));
  return selected && fits ? undefined : "1 node(s) didn't match Pod's node affinity";
}

/** Whether a node satisfies all of a term; a term without expressions is satisfied by none. */
function matches(term: JsonObject, labels: JsonObject, name: string): boolean {
  const byLabel = objectsAt(term, 'matchExpressions');
  const byField = objectsAt(term, 'matchFields');
  if (byLabel.length + byField.length === 0) return false;
  return (
    byLabel.every((one) => holds(one, labels[stringAt(one, 'key')])) &&
    byField.every((one) => holds(one, stringAt(one, 'key') === 'metadata.name' ? name : undefined))
  );
}

function holds(expression: JsonObject, value: unknown): boolean {
  const values = stringsAt(expression, 'values');
  const known = typeof value === 'string';
  switch (stringAt(expression, 'operator')) {
    case 'In':
      return known && values.includes(value);
    case 'NotIn':
      return !known || !values.includes(value);
    case 'Exists':
      return known;
    case 'DoesNotExist':
      return !known;
    case 'Gt':
      return known && Number(value) > Number(values[0]);
    case 'Lt':
      return known && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function taint(spec: JsonObject, node: JsonObject): string | undefined {
  const found = objectsAt(node, 'spec', 'taints').find(
    (one) => stringAt(one, 'effect') !== 'PreferNoSchedule' && !tolerates(spec, one),
  );
  return (
    found &&
    `1 node(s) had taint {${stringAt(found, 'key')}: ${stringAt(found, 'value')}}, that the pod didn't tolerate`
  );
}

const tolerates = (spec: JsonObject, taint: JsonObject): boolean =>
  objectsAt(spec, 'tolerations').some((one) => {
    const key = stringAt(one, 'key');
    const effect = stringAt(one, 'effect');
    if (effect !== '' && effect !== stringAt(taint, 'effect')) return false;
    if (stringAt(one, 'operator') === 'Exists') return key === '' || key === stringAt(taint, 'key');
    return key === stringAt(taint, 'key') && stringAt(one, 'value') === stringAt(taint, 'value');
  });

/** Which of the pod's requests no node of this size could ever meet. */
function shortage(pod: JsonObject, node: JsonObject): string | undefined {
  const has = amountsOf(objectAt(node, 'status', 'allocatable'));
  const short = [...podAmounts(pod, 'requests')]
    .filter(([name, { nanos }]) => nanos > (has.get(name)?.nanos ?? 0n))
    .map(([name]) => `1 Insufficient ${name}`);
  return short.length === 0 ? undefined : short.sort().join(', ');
}
