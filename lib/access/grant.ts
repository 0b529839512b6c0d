/**
 * Permissions of steps in the cluster, each limited to its purpose.
 *
 * A grant is a rule of a Role in the account's namespace. Predefined grants name their objects, so a pipeline that deploys one
 * Deployment cannot change another.
 */

import type { k8s } from 'cdk8s-plus-27';

/** A rule of a Role. */
export type Grant = k8s.PolicyRule;

/** Predefined grants, and `rule` for any other. */
export const Grants = {
  /** Permits reading and changing one Deployment, as `kubectl set image` and `kubectl rollout status` require. */
  deploy: (deployment: string): Grant => ({
    apiGroups: ['apps'],
    resources: ['deployments'],
    resourceNames: [deployment],
    verbs: ['get', 'patch', 'update'],
  }),

  /** Permits reading one ConfigMap. */
  readConfigMap: (configMap: string): Grant => ({
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: [configMap],
    verbs: ['get'],
  }),

  /** Any other rule of a Role. */
  rule: (rule: Grant): Grant => rule,
};
