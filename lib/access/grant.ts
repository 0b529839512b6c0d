/**
 * Rights that steps need in the cluster, each as small as what it is for.
 *
 * A grant is a rule of a Role in the account's own namespace. The ready-made ones name the objects they are for, so a
 * pipeline that deploys one Deployment can do nothing to another.
 */

import type { k8s } from 'cdk8s-plus-27';

/** A rule of a Role. */
export type Grant = k8s.PolicyRule;

/** Ready-made grants, and `rule` for all others. */
export const Grants = {
  /** May look at one Deployment and change it: what `kubectl set image` and `kubectl rollout status` need. */
  deploy: (deployment: string): Grant => ({
    apiGroups: ['apps'],
    resources: ['deployments'],
    resourceNames: [deployment],
    verbs: ['get', 'patch', 'update'],
  }),

  /** May read one ConfigMap. */
  readConfigMap: (configMap: string): Grant => ({
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: [configMap],
    verbs: ['get'],
  }),

  /** Any other rule of a Role. */
  rule: (rule: Grant): Grant => rule,
};
