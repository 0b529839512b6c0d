/**
 * Checks plaintext Secrets and rights in plain Kubernetes objects of a manifest.
 *
 * Reads the keys of Secrets, never their values.
 */

import { isRecord } from '../schema/conformance.js';
import type { Report } from '../problems/report.js';

/** Warns of plaintext Secrets and of ServiceAccounts that are given cluster-admin; refuses subjects of ClusterRoleBindings without a namespace. */
export function checkAccess(object: Readonly<Record<string, unknown>>, report: Report): void {
  const { kind, apiVersion } = object;
  if (kind === 'Secret' && apiVersion === 'v1') checkSecret(object, report);
  const binds = kind === 'ClusterRoleBinding' || kind === 'RoleBinding';
  if (binds && String(apiVersion).startsWith('rbac.authorization.k8s.io/')) checkBinding(object, report);
}

function checkSecret(secret: Readonly<Record<string, unknown>>, report: Report): void {
  for (const field of ['stringData', 'data']) {
    const values = secret[field];
    const keys = isRecord(values)
      ? Object.keys(values).filter((key) => values[key] !== '' && values[key] !== null)
      : [];
    if (keys.length === 0) continue;
    report.add('SECRET_PLAINTEXT', [field], { keys });
    return;
  }
}

function checkBinding(binding: Readonly<Record<string, unknown>>, report: Report): void {
  const role = binding['roleRef'];
  const subjects = Array.isArray(binding['subjects']) ? (binding['subjects'] as unknown[]) : []; // elements are looked at below
  const isClusterWide = binding['kind'] === 'ClusterRoleBinding'; // the subjects of a RoleBinding are in its namespace
  subjects.forEach((subject, index) => {
    if (!isClusterWide || !isRecord(subject) || subject['kind'] !== 'ServiceAccount' || subject['namespace']) return;
    report.add('SUBJECT_NAMESPACE_MISSING', ['subjects', index, 'namespace'], { name: String(subject['name']) });
  });
  if (!isRecord(role) || role['name'] !== 'cluster-admin' || role['kind'] !== 'ClusterRole') return;
  const account = subjects.find((subject) => isRecord(subject) && subject['kind'] === 'ServiceAccount');
  if (isRecord(account)) report.add('CLUSTER_ADMIN', ['roleRef', 'name'], { account: String(account['name']) });
}
