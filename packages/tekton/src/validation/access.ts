/**
 * Checks core Kubernetes objects for plaintext Secrets and for RBAC bindings that are too broad or invalid.
 *
 * Reads the keys of Secrets, never their values.
 */

import { isRecord } from '../schema/conformance.js';
import type { Report } from '../problems/report.js';

/**
 * Warns about plaintext Secrets and about ServiceAccounts bound to cluster-admin. Reports ServiceAccounts without a
 * namespace in ClusterRoleBindings as errors.
 */
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
  const subjects = Array.isArray(binding['subjects']) ? (binding['subjects'] as unknown[]) : []; // checked below
  const isClusterWide = binding['kind'] === 'ClusterRoleBinding'; // subjects of a RoleBinding default to its namespace
  subjects.forEach((subject, index) => {
    if (!isClusterWide || !isRecord(subject) || subject['kind'] !== 'ServiceAccount' || subject['namespace']) return;
    report.add('SUBJECT_NAMESPACE_MISSING', ['subjects', index, 'namespace'], { name: String(subject['name']) });
  });
  if (!isRecord(role) || role['name'] !== 'cluster-admin' || role['kind'] !== 'ClusterRole') return;
  const account = subjects.find((subject) => isRecord(subject) && subject['kind'] === 'ServiceAccount');
  if (isRecord(account)) report.add('CLUSTER_ADMIN', ['roleRef', 'name'], { account: String(account['name']) });
}
