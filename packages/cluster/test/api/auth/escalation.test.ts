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
  const rbacObject = (kind: string) => ({ apiVersion: `${RBAC}/v1`, kind, metadata });
  store.put(`${RBAC}/clusterroles`, { ...rbacObject('ClusterRole'), rules });
  store.put(`${RBAC}/clusterrolebindings`, {
    ...rbacObject('ClusterRoleBinding'),
    roleRef: { kind: 'ClusterRole', name: 'own' },
    subjects: [{ kind: 'User', name: USER.name }],
  });
  return testApiContext(store);
}

const someOf = (...texts: string[]) => fc.uniqueArray(fc.constantFrom(...texts), { minLength: 1, maxLength: 3 });
const ruleOf = (record: object): PolicyRule => policyRule(record as Record<string, unknown>);
const rule = fc.oneof(
  fc
    .record({
      apiGroups: someOf('', 'apps', '*'),
      resources: someOf('pods', 'pods/log', 'secrets', '*/log', '*'),
      verbs: someOf('get', 'list', 'delete', '*'),
      resourceNames: fc.oneof(fc.constant([]), someOf('a', 'b')),
    })
    .map(ruleOf),
  fc.record({ nonResourceURLs: someOf('/a', '/a/*', '/a/b', '*'), verbs: someOf('get', 'put', '*') }).map(ruleOf),
);
const attributes: fc.Arbitrary<Attributes> = fc.oneof(
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
      fc.property(
        rules,
        rules,
        fc.array(attributes, { minLength: 20, maxLength: 20 }),
        (ownRules, requestedRules, attributeSets) => {
          if (uncoveredRules(ownRules, requestedRules).kind !== 'nothing') return;
          const [ownerContext, requestedContext] = [apiContextWith(ownRules), apiContextWith(requestedRules)];
          for (const attributeSet of attributeSets)
            expect(
              isAllowed(ownerContext, USER, attributeSet) || !isAllowed(requestedContext, USER, attributeSet),
            ).toBe(true);
        },
      ),
      { numRuns: 150, seed: 10 },
    );
  });

  test('are allowed by the first set, and none of them by the second', () => {
    fc.assert(
      fc.property(rules, rules, (ownRules, requestedRules) => {
        const uncovered = uncoveredRules(ownRules, requestedRules);
        if (uncovered.kind !== 'rules') return;
        expect(uncoveredRules(requestedRules, uncovered.rules)).toEqual({ kind: 'nothing' });
        expect(uncoveredRules([...ownRules, ...uncovered.rules], requestedRules)).toEqual({ kind: 'nothing' });
        for (const rule of uncovered.rules) expect(uncoveredRules(ownRules, [rule]).kind).toBe('rules');
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
  ])('is reported as %s', (_what, ownRules, requestedRules, lines) => {
    const uncovered = uncoveredRules(ownRules.map(ruleOf), requestedRules.map(ruleOf));
    expect(uncovered.kind === 'rules' ? describeRules(uncovered.rules) : []).toEqual(lines);
  });

  test('are not enumerated if their lists multiply beyond the limit', () => {
    const list = (prefix: string) => Array.from({ length: 50_000 }, (_, index) => `${prefix}${index}`);
    const requestedRules = { apiGroups: list('g'), resources: list('r'), verbs: list('v'), resourceNames: list('n') };
    expect(uncoveredRules([], [ruleOf(requestedRules)])).toEqual({ kind: 'too-many', count: 50_000 ** 4 });
    const wildcardRule = ruleOf({ apiGroups: ['*'], resources: ['*'], verbs: ['*'] });
    expect(uncoveredRules([wildcardRule], [ruleOf(requestedRules)])).toEqual({ kind: 'nothing' });
    expect(MAX_PERMISSIONS).toBe(10_000);
  });
});

describe('a write of a role or binding', () => {
  const OWN_RULE = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
  const ADDITIONAL_RULE = { apiGroups: [''], resources: ['pods'], verbs: ['delete'] };
  const ruleFor = (verb: string, resources: string[], resourceNames: string[] = []) => ({
    apiGroups: [RBAC],
    resources,
    verbs: [verb],
    resourceNames,
  });
  const object = (kind: string, fields: object, metadata: object = {}): KubeObject => ({
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata: { name: 'a', uid: 'u', resourceVersion: '1', creationTimestamp: '', ...metadata },
    ...fields,
  });
  const wildcardRoleRef = { kind: 'ClusterRole', apiGroup: RBAC, name: 'all' };

  /** Writes as the user. Returns why the write is rejected. */
  function rejectionOf(
    ownRules: readonly object[],
    newObject: KubeObject,
    oldObject?: KubeObject,
    user = USER,
  ): string | undefined {
    const api = apiContextWith(ownRules);
    api.store.put(`${RBAC}/clusterroles`, object('ClusterRole', { rules: [ADDITIONAL_RULE] }, { name: 'all' }));
    const type = api.catalog.findKind(newObject.apiVersion, newObject.kind)!;
    const groupResource = `/apis/${RBAC}/v1${type.namespaced ? '/namespaces/n' : ''}/${type.plural}`;
    const info = requestInfo(
      oldObject ? 'PUT' : 'POST',
      `http://k${groupResource}${oldObject ? '/a' : ''}`,
    ) as ResourceRequest;
    try {
      checkEscalation(api, { user, info }, type, newObject, oldObject);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  const escalationMessage = (resource: string, lines: string): string =>
    `${resource}.${RBAC} "a" is forbidden: user "granter" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n${lines}`;
  const DELETE = '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}';

  test.each<[string, readonly object[], KubeObject, KubeObject | undefined, string | undefined]>([
    [
      'a role with the permissions of its writer',
      [OWN_RULE],
      object('ClusterRole', { rules: [OWN_RULE] }),
      undefined,
      undefined,
    ],
    [
      'a role with more permissions',
      [OWN_RULE],
      object('ClusterRole', { rules: [OWN_RULE, ADDITIONAL_RULE] }),
      undefined,
      escalationMessage('clusterroles', DELETE),
    ],
    [
      'a role with more permissions, by a user who may escalate',
      [OWN_RULE, ruleFor('escalate', ['clusterroles'])],
      object('ClusterRole', { rules: [ADDITIONAL_RULE] }),
      undefined,
      undefined,
    ],
    [
      'a role with more permissions, by a user who may escalate another role',
      [OWN_RULE, ruleFor('escalate', ['clusterroles'], ['b'])],
      object('ClusterRole', { rules: [ADDITIONAL_RULE] }),
      object('ClusterRole', { rules: [] }),
      escalationMessage('clusterroles', DELETE),
    ],
    [
      'a label of a role with more permissions',
      [OWN_RULE],
      object('ClusterRole', { rules: [ADDITIONAL_RULE] }, { labels: { a: 'b' } }),
      object('ClusterRole', { rules: [ADDITIONAL_RULE] }),
      escalationMessage('clusterroles', DELETE),
    ],
    [
      'an owner of a role with more permissions',
      [OWN_RULE],
      object('ClusterRole', { rules: [ADDITIONAL_RULE] }, { ownerReferences: [], finalizers: ['x/y'] }),
      object('ClusterRole', { rules: [ADDITIONAL_RULE] }, { ownerReferences: [{}] }),
      undefined,
    ],
    [
      'a role that aggregates others',
      [OWN_RULE],
      object('ClusterRole', { rules: [], aggregationRule: {} }),
      undefined,
      `clusterroles.${RBAC} "a" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
    ],
    [
      'a role that no longer aggregates others',
      [OWN_RULE],
      object('ClusterRole', { rules: [] }),
      object('ClusterRole', { rules: [], aggregationRule: {} }),
      `clusterroles.${RBAC} "a" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
    ],
    [
      'a binding of more permissions',
      [OWN_RULE],
      object('ClusterRoleBinding', { roleRef: wildcardRoleRef }),
      undefined,
      escalationMessage('clusterrolebindings', DELETE),
    ],
    [
      'a binding of more permissions in a namespace',
      [OWN_RULE],
      object('RoleBinding', { roleRef: wildcardRoleRef }, { namespace: 'n' }),
      undefined,
      escalationMessage('rolebindings', DELETE),
    ],
    [
      'a binding of more permissions, by a user who may bind the role',
      [OWN_RULE, ruleFor('bind', ['clusterroles'], ['all'])],
      object('RoleBinding', { roleRef: wildcardRoleRef }, { namespace: 'n' }),
      undefined,
      undefined,
    ],
    [
      'a binding of a missing role',
      [OWN_RULE],
      object('RoleBinding', { roleRef: { kind: 'Role', apiGroup: RBAC, name: 'none' } }, { namespace: 'n' }),
      undefined,
      `roles.${RBAC} "none" not found`,
    ],
    [
      'a role of another group',
      [OWN_RULE],
      { ...object('Pod', { rules: [ADDITIONAL_RULE] }), apiVersion: 'v1' },
      undefined,
      undefined,
    ],
  ])('of %s', (_what, ownRules, newObject, oldObject, expected) => {
    expect(rejectionOf(ownRules, newObject, oldObject)).toBe(expected);
    expect(rejectionOf([], newObject, oldObject, { name: 'root', groups: ['system:masters'] })).toBeUndefined();
  });
});
