/**
 * Decides whether a pod fits a node, with the scheduler's message if not.
 *
 * Pure. Implements the filters that one node needs: cordons, taints, nodeSelector, node affinity, and whether the pod's requests fit the
 * node's capacity. Requests of other pods are not counted, since nothing is reserved.
 */

import { amountsOf, podAmounts } from '../model/pod-resources.js';
import { objectAt, objectsAt, stringAt, stringsAt, type JsonObject } from '../model/json.js';

/** Returns the message of the condition `PodScheduled`; undefined if the pod fits. */
export function unschedulableReason(pod: JsonObject, node: JsonObject): string | undefined {
  const spec = objectAt(pod, 'spec');
  const reason = cordon(spec, node) ?? affinity(spec, node) ?? taint(spec, node) ?? shortage(pod, node);
  return reason === undefined ? undefined : `0/1 nodes are available: ${reason}.`;
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
  const isSelected =
    required === undefined || terms.some((term) => matches(term, labels, stringAt(node, 'metadata', 'name')));
  return selected && isSelected ? undefined : "1 node(s) didn't match Pod's node affinity";
}

/** Whether a node satisfies a term; a term without expressions matches no node. */
function matches(term: JsonObject, labels: JsonObject, name: string): boolean {
  const byLabel = objectsAt(term, 'matchExpressions');
  const byField = objectsAt(term, 'matchFields');
  if (byLabel.length + byField.length === 0) return false;
  return (
    byLabel.every((one) => isSatisfied(one, labels[stringAt(one, 'key')])) &&
    byField.every((one) => isSatisfied(one, stringAt(one, 'key') === 'metadata.name' ? name : undefined))
  );
}

function isSatisfied(expression: JsonObject, value: unknown): boolean {
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

/** Returns the requests of a pod that exceed the node's capacity. */
function shortage(pod: JsonObject, node: JsonObject): string | undefined {
  const allocatable = amountsOf(objectAt(node, 'status', 'allocatable'));
  const insufficient = [...podAmounts(pod, 'requests')]
    .filter(([name, { nanos }]) => nanos > (allocatable.get(name)?.nanos ?? 0n))
    .map(([name]) => `1 Insufficient ${name}`);
  return insufficient.length === 0 ? undefined : insufficient.sort().join(', ');
}
