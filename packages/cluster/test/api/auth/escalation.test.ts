/** Privilege escalation: users must not grant permissions that they do not have. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isAllowed } from '../../../src/api/auth/authorization.js';
import { checkEscalation } from '../../../src/api/auth/escalation.js';
import type { User } from '../../../src/api/auth/identity.js';
import type { KubeObject } from '../../../src/model/json.js';
import {
  describeRules,
  uncoveredRules,
  MAX_PERMISSIONS,
  policyRule,
  type PolicyRule,
} from '../../../src/api/auth/policy-rules.js';
import { requestInfo, type Attributes, type ResourceRequest } from '../../../src/api/request-info.js';
import { Store } from '../../../src/storage/memory/store.js';
import { testApiContext } from '../../support/api-context.js';

const RBAC = 'rbac.authorization.k8s.io';
const USER: User = { name: 'granter', groups: ['system:authenticated'] };

/** Returns a context in which the user has these rules in all namespaces. */
function apiContextWith(rules: readonly object[]) {
  const store = new Store();
  const metadata = { name: 'own', uid: 'u', resourceVersion: '', creationTimestamp: '' };
  const typed = (kind: string) => ({ apiVersion: `${RBAC}/v1`, kind, metadata });
  store.put(`${RBAC}/clusterroles`, { ...typed('ClusterRole'), rules });
  store.put(`${RBAC}/clusterrolebindings`, {
    ...typed('ClusterRoleBinding'),
    roleRef: { kind: 'ClusterRole', name: 'own' },
    subjects: [{ kind: 'User', name: USER.name }],
  });
  return testApiContext(store);
}

const some = (...texts: string[]) => fc.uniqueArray(fc.constantFrom(...texts), { minLength: 1, maxLength: 3 });
const ruleOf = (record: object): PolicyRule => policyRule(record as Record<string, unknown>);
const rule = fc.oneof(
  fc
    .record({
      apiGroups: some('', 'apps', '*'),
      resources: some('pods', 'pods/log', 'secrets', '*/log', '*'),
      verbs: some('get', 'list', 'delete', '*'),
      resourceNames: fc.oneof(fc.constant([]), some('a', 'b')),
    })
    .map(ruleOf),
  fc.record({ nonResourceURLs: some('/a', '/a/*', '/a/b', '*'), verbs: some('get', 'put', '*') }).map(ruleOf),
);
const access: fc.Arbitrary<Attributes> = fc.oneof(
  fc.record({
    kind: fc.constant('resource' as const),
    verb: fc.constantFrom('get', 'list', 'delete', 'patch'),
    group: fc.constantFrom('', 'apps', 'batch'),
    version: fc.constant('v1'),
    resource: fc.constantFrom('pods', 'secrets', 'nodes'),
    subresource: fc.constantFrom('', 'log', 'exec'),
    namespace: fc.constant(''),
    name: fc.constantFrom('', 'a', 'b', 'c'),
  }),
  fc.record({
    kind: fc.constant('path' as const),
    verb: fc.constantFrom('get', 'put', 'post'),
    path: fc.constantFrom('/', '/a', '/a/', '/a/b', '/ab'),
  }),
);
const rules = fc.array(rule, { maxLength: 3 });

describe('the permissions of a set of rules that another set does not cover', () => {
  test('are empty only if the other set allows every access', () => {
    fc.assert(
      fc.property(rules, rules, fc.array(access, { minLength: 20, maxLength: 20 }), (owned, requested, accesses) => {
        if (uncoveredRules(owned, requested).kind !== 'nothing') return;
        const [owner, granted] = [apiContextWith(owned), apiContextWith(requested)];
        for (const each of accesses) expect(isAllowed(owner, USER, each) || !isAllowed(granted, USER, each)).toBe(true);
      }),
      { numRuns: 150, seed: 10 },
    );
  });

  test('are allowed by the first set, and none of them by the second', () => {
    fc.assert(
      fc.property(rules, rules, (owned, requested) => {
        const missing = uncoveredRules(owned, requested);
        if (missing.kind !== 'rules') return;
        expect(uncoveredRules(requested, missing.rules)).toEqual({ kind: 'nothing' });
        expect(uncoveredRules([...owned, ...missing.rules], requested)).toEqual({ kind: 'nothing' });
        for (const each of missing.rules) expect(uncoveredRules(owned, [each]).kind).toBe('rules');
      }),
      { numRuns: 150, seed: 10 },
    );
  });

  test.each<[string, object[], object[], string[]]>([
    ['nothing if there are no rules', [], [], []],
    [
      'one line for the verbs of a resource',
      [],
      [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'get'] }],
      ['{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}'],
    ],
    [
      'one line for each name and group',
      [{ apiGroups: [''], resources: ['pods'], resourceNames: ['a'], verbs: ['*'] }],
      [{ apiGroups: ['', 'x'], resources: ['pods'], resourceNames: ['a', 'b'], verbs: ['get'] }],
      [
        '{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}',
        '{APIGroups:["x"], Resources:["pods"], ResourceNames:["a"], Verbs:["get"]}',
        '{APIGroups:["x"], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}',
      ],
    ],
    [
      'all objects if only some are allowed',
      [{ apiGroups: [''], resources: ['pods'], resourceNames: ['a'], verbs: ['get'] }],
      [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
    ],
    [
      'paths on lines of their own',
      [{ nonResourceURLs: ['/a/*'], verbs: ['get'] }],
      [{ nonResourceURLs: ['/a/b', '/a', '*'], verbs: ['get'] }],
      ['{NonResourceURLs:["*"], Verbs:["get"]}', '{NonResourceURLs:["/a"], Verbs:["get"]}'],
    ],
  ])('is reported as %s', (_what, owned, requested, lines) => {
    const missing = uncoveredRules(owned.map(ruleOf), requested.map(ruleOf));
    expect(missing.kind === 'rules' ? describeRules(missing.rules) : []).toEqual(lines);
  });

  test('are not enumerated if their lists multiply beyond the limit', () => {
    const list = (prefix: string) => Array.from({ length: 50_000 }, (_, index) => `${prefix}${index}`);
    const requested = { apiGroups: list('g'), resources: list('r'), verbs: list('v'), resourceNames: list('n') };
    expect(uncoveredRules([], [ruleOf(requested)])).toEqual({ kind: 'too-many', count: 50_000 ** 4 });
    const everything = ruleOf({ apiGroups: ['*'], resources: ['*'], verbs: ['*'] });
    expect(uncoveredRules([everything], [ruleOf(requested)])).toEqual({ kind: 'nothing' });
    expect(MAX_PERMISSIONS).toBe(10_000);
  });
});

describe('a write of a role or binding', () => {
  const OWN = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
  const MORE = { apiGroups: [''], resources: ['pods'], verbs: ['delete'] };
  const right = (verb: string, resources: string[], resourceNames: string[] = []) => ({
    apiGroups: [RBAC],
    resources,
    verbs: [verb],
    resourceNames,
  });
  const object = (kind: string, more: object, metadata: object = {}): KubeObject => ({
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata: { name: 'a', uid: 'u', resourceVersion: '1', creationTimestamp: '', ...metadata },
    ...more,
  });
  const everything = { kind: 'ClusterRole', apiGroup: RBAC, name: 'all' };

  /** Writes as the user. Returns why the write is rejected. */
  function rejectionOf(own: readonly object[], written: KubeObject, old?: KubeObject, user = USER): string | undefined {
    const api = apiContextWith(own);
    api.store.put(`${RBAC}/clusterroles`, object('ClusterRole', { rules: [MORE] }, { name: 'all' }));
    const type = api.catalog.findKind(written.apiVersion, written.kind)!;
    const groupResource = `/apis/${RBAC}/v1${type.namespaced ? '/namespaces/n' : ''}/${type.plural}`;
    const info = requestInfo(old ? 'PUT' : 'POST', `http://k${groupResource}${old ? '/a' : ''}`) as ResourceRequest;
    try {
      checkEscalation(api, { user, info }, type, written, old);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  const says = (resource: string, lines: string): string =>
    `${resource}.${RBAC} "a" is forbidden: user "granter" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n${lines}`;
  const DELETE = '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}';

  test.each<[string, readonly object[], KubeObject, KubeObject | undefined, string | undefined]>([
    ['a role with the permissions of its writer', [OWN], object('ClusterRole', { rules: [OWN] }), undefined, undefined],
    [
      'a role with more permissions',
      [OWN],
      object('ClusterRole', { rules: [OWN, MORE] }),
      undefined,
      says('clusterroles', DELETE),
    ],
    [
      'a role with more permissions, by a user who may escalate',
      [OWN, right('escalate', ['clusterroles'])],
      object('ClusterRole', { rules: [MORE] }),
      undefined,
      undefined,
    ],
    [
      'a role with more permissions, by a user who may escalate another role',
      [OWN, right('escalate', ['clusterroles'], ['b'])],
      object('ClusterRole', { rules: [MORE] }),
      object('ClusterRole', { rules: [] }),
      says('clusterroles', DELETE),
    ],
    [
      'a label of a role with more permissions',
      [OWN],
      object('ClusterRole', { rules: [MORE] }, { labels: { a: 'b' } }),
      object('ClusterRole', { rules: [MORE] }),
      says('clusterroles', DELETE),
    ],
    [
      'an owner of a role with more permissions',
      [OWN],
      object('ClusterRole', { rules: [MORE] }, { ownerReferences: [], finalizers: ['x/y'] }),
      object('ClusterRole', { rules: [MORE] }, { ownerReferences: [{}] }),
      undefined,
    ],
    [
      'a role that aggregates others',
      [OWN],
      object('ClusterRole', { rules: [], aggregationRule: {} }),
      undefined,
      `clusterroles.${RBAC} "a" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
    ],
    [
      'a role that no longer aggregates others',
      [OWN],
      object('ClusterRole', { rules: [] }),
      object('ClusterRole', { rules: [], aggregationRule: {} }),
      `clusterroles.${RBAC} "a" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
    ],
    [
      'a binding of more permissions',
      [OWN],
      object('ClusterRoleBinding', { roleRef: everything }),
      undefined,
      says('clusterrolebindings', DELETE),
    ],
    [
      'a binding of more permissions in a namespace',
      [OWN],
      object('RoleBinding', { roleRef: everything }, { namespace: 'n' }),
      undefined,
      says('rolebindings', DELETE),
    ],
    [
      'a binding of more permissions, by a user who may bind the role',
      [OWN, right('bind', ['clusterroles'], ['all'])],
      object('RoleBinding', { roleRef: everything }, { namespace: 'n' }),
      undefined,
      undefined,
    ],
    [
      'a binding of a missing role',
      [OWN],
      object('RoleBinding', { roleRef: { kind: 'Role', apiGroup: RBAC, name: 'none' } }, { namespace: 'n' }),
      undefined,
      `roles.${RBAC} "none" not found`,
    ],
    ['a role of another group', [OWN], { ...object('Pod', { rules: [MORE] }), apiVersion: 'v1' }, undefined, undefined],
  ])('of %s', (_what, own, written, old, expected) => {
    expect(rejectionOf(own, written, old)).toBe(expected);
    expect(rejectionOf([], written, old, { name: 'root', groups: ['system:masters'] })).toBeUndefined();
  });
});
