/** Who is asking. Decided once per request; everything after trusts it. */

/** A user, and the groups it is in. */
export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The user behind `Cluster.send` and the admin token: may do everything. */
export const ADMIN: User = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

/** The embedded node. */
export const NODE: User = { name: 'system:node:pipewright', groups: ['system:nodes', 'system:authenticated'] };

/** A request without credentials. */
export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The user a ServiceAccount is. */
export const serviceAccountUser = (namespace: string, name: string, uid: string): User => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  uid,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});
