/**
 * Validation of roles and bindings, with Kubernetes' messages.
 *
 * Pure. `escalation.ts` checks whether their writer has the permissions they grant.
 */

import {
  valueAt,
  setDefault,
  arrayAt,
  objectAt,
  objectsAt,
  deepEqual,
  stringAt,
  ensureObject,
  type JsonObject,
  type KubeObject,
} from '../../model/json.js';
import { pathSegmentError, dnsSubdomainError } from './names.js';
import { invalidValue, notSupported, required, type Cause } from '../status-error.js';

const GROUP = 'rbac.authorization.k8s.io';

/** Returns everything wrong with a role. */
export function checkRole(role: KubeObject): readonly Cause[] {
  return objectsAt(role, 'rules').flatMap((rule, index) => checkRule(rule, role.kind === 'Role', `rules[${index}]`));
}

function checkRule(rule: JsonObject, namespaced: boolean, path: string): Cause[] {
  const hasEntries = (list: string): boolean => arrayAt(rule, list).length > 0;
  const causes: Cause[] = hasEntries('verbs')
    ? []
    : [required(`${path}.verbs`, 'verbs must contain at least one value')];
  if (hasEntries('nonResourceURLs')) {
    const reportUrls = (reason: string) =>
      causes.push(invalidValue(`${path}.nonResourceURLs`, rule['nonResourceURLs'], reason));
    if (namespaced) reportUrls('namespaced rules cannot apply to non-resource URLs');
    if (hasEntries('apiGroups') || hasEntries('resources') || hasEntries('resourceNames'))
      reportUrls('rules cannot apply to both regular resources and non-resource URLs');
    return causes;
  }
  if (!hasEntries('apiGroups'))
    causes.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  if (!hasEntries('resources'))
    causes.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  return causes;
}

/** Fills in the API groups that a binding omits. */
export function fillBinding(draft: JsonObject): void {
  setDefault(ensureObject(draft, 'roleRef'), 'apiGroup', GROUP);
  for (const subject of objectsAt(draft, 'subjects')) {
    if (subject['kind'] !== 'ServiceAccount') setDefault(subject, 'apiGroup', GROUP);
    else if (draft['kind'] === 'RoleBinding') setDefault(subject, 'namespace', valueAt(draft, 'metadata', 'namespace'));
  }
}

/** Returns everything wrong with a binding. */
export function checkBinding(binding: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const local = binding.kind === 'RoleBinding';
  const causes = checkRef(objectAt(binding, 'roleRef'), local ? ['Role', 'ClusterRole'] : ['ClusterRole']);
  for (const [index, subject] of objectsAt(binding, 'subjects').entries())
    causes.push(...checkSubject(subject, local, `subjects[${index}]`));
  if (old && !deepEqual(binding['roleRef'], old['roleRef']))
    causes.push(invalidValue('roleRef', binding['roleRef'], 'cannot change roleRef'));
  return causes;
}

function checkRef(ref: JsonObject, kinds: readonly string[]): Cause[] {
  const [group, kind, name] = [stringAt(ref, 'apiGroup'), stringAt(ref, 'kind'), stringAt(ref, 'name')];
  const causes: Cause[] = group === GROUP ? [] : [notSupported('roleRef.apiGroup', group, [GROUP])];
  if (!kinds.includes(kind)) causes.push(notSupported('roleRef.kind', kind, kinds));
  const fault = pathSegmentError(name);
  if (name === '') causes.push(required('roleRef.name'));
  else if (fault !== undefined) causes.push(invalidValue('roleRef.name', name, fault));
  return causes;
}

function checkSubject(subject: JsonObject, local: boolean, path: string): Cause[] {
  const [kind, name, group] = [stringAt(subject, 'kind'), stringAt(subject, 'name'), stringAt(subject, 'apiGroup')];
  const causes: Cause[] = name === '' ? [required(`${path}.name`)] : [];
  const ofGroup = (known: string): void => {
    if (group !== known) causes.push(notSupported(`${path}.apiGroup`, group, [known]));
  };
  switch (kind) {
    case 'ServiceAccount': {
      const fault = name === '' ? undefined : dnsSubdomainError(name);
      if (fault !== undefined) causes.push(invalidValue(`${path}.name`, name, fault));
      ofGroup('');
      if (!local && stringAt(subject, 'namespace') === '') causes.push(required(`${path}.namespace`));
      break;
    }
    case 'User':
    case 'Group':
      ofGroup(GROUP);
      break;
    default:
      causes.push(notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  }
  return causes;
}
