/** Impersonation: each attribute requires its own permission. */

import { expect, test } from '@jest/globals';
import { bootstrap } from '../../../src/controllers/bootstrap.js';
import { RequestCounts } from '../../../src/api/metrics.js';
import { OpenApiV2 } from '../../../src/api/discovery/openapi-v2.js';
import { OpenApiV3 } from '../../../src/api/discovery/openapi-v3.js';
import { sendAs, type ServerContext } from '../../../src/api/server.js';
import { EventLoopYield } from '../../../src/api/event-loop-yield.js';
import { Store } from '../../../src/storage/memory/store.js';
import { testApiContext } from '../../support/api-context.js';

const RBAC = 'rbac.authorization.k8s.io';
const AUTHENTICATION = 'authentication.k8s.io';

/** Returns the SelfSubjectReview of a user with these permissions and headers. */
async function selfSubjectReview(rules: readonly object[], headers: Record<string, string>): Promise<unknown> {
  const store = new Store();
  const api = testApiContext(store);
  bootstrap(api);
  const metadata = { name: 'actor', uid: 'u', resourceVersion: '', creationTimestamp: '' };
  const rbacObject = (kind: string) => ({ apiVersion: `${RBAC}/v1`, kind, metadata });
  const everyUser = { apiGroups: [AUTHENTICATION], resources: ['selfsubjectreviews'], verbs: ['create'] };
  store.put(`${RBAC}/clusterroles`, { ...rbacObject('ClusterRole'), rules: [...rules, everyUser] });
  store.put(`${RBAC}/clusterrolebindings`, {
    ...rbacObject('ClusterRoleBinding'),
    roleRef: { kind: 'ClusterRole', name: 'actor' },
    subjects: [
      { kind: 'User', name: 'actor' },
      { kind: 'Group', name: 'system:unauthenticated' },
      { kind: 'Group', name: 'other' },
    ],
  });
  const context: ServerContext = {
    counts: new RequestCounts(),
    openApiV2: new OpenApiV2(api.catalog),
    openApiV3: new OpenApiV3(api.catalog),
    api,
    eventLoopYield: new EventLoopYield(api.clock),
    authenticate: () => undefined,
    tokenKey: Buffer.alloc(0),
    logs: () => undefined,
    onBug: (error) => {
      throw error;
    },
  };
  const send = sendAs(context, { name: 'actor', groups: ['system:authenticated'] });
  const url = `/apis/${AUTHENTICATION}/v1/selfsubjectreviews`;
  const { value } = await send.plain!({ method: 'POST', url, headers, body: {} });
  const { status, message } = value as { status?: { userInfo?: object }; message?: string };
  return status?.userInfo ?? message;
}

const impersonateRule = (resources: string, names: readonly string[], group = '') => ({
  apiGroups: [group],
  resources: [resources],
  resourceNames: names,
  verbs: ['impersonate'],
});
const ROBOT = 'system:serviceaccount:a:robot';
const ROBOT_RULE = impersonateRule('serviceaccounts', ['robot']);
const forbiddenMessage = (target: string, resource: string, group = '') =>
  `${target} is forbidden: User "actor" cannot impersonate resource "${resource}" in API group "${group}" at the cluster scope`;

test.each<[string, readonly object[], Record<string, string>, unknown]>([
  ['no other user', [], {}, { username: 'actor', groups: ['system:authenticated'] }],
  [
    'a service account',
    [ROBOT_RULE],
    { 'impersonate-user': ROBOT },
    { username: ROBOT, groups: ['system:serviceaccounts', 'system:serviceaccounts:a', 'system:authenticated'] },
  ],
  [
    'a service account and the group system:masters',
    [ROBOT_RULE],
    { 'impersonate-user': ROBOT, 'impersonate-group': 'system:masters' },
    forbiddenMessage('groups "system:masters"', 'groups'),
  ],
  [
    'a service account and two groups, one of them allowed',
    [ROBOT_RULE, impersonateRule('groups', ['other'])],
    { 'impersonate-user': ROBOT, 'impersonate-group': 'other, system:masters' },
    forbiddenMessage('groups "system:masters"', 'groups'),
  ],
  [
    'a service account and a group',
    [ROBOT_RULE, impersonateRule('groups', ['other'])],
    { 'impersonate-user': ROBOT, 'impersonate-group': 'other' },
    { username: ROBOT, groups: ['other', 'system:authenticated'] },
  ],
  [
    'a group whose name has a comma',
    [ROBOT_RULE, impersonateRule('groups', ['one,two'])],
    { 'impersonate-user': ROBOT, 'impersonate-group': 'one,two' },
    { username: ROBOT, groups: ['one,two', 'system:authenticated'] },
  ],
  [
    'a service account and a uid',
    [ROBOT_RULE, impersonateRule('uids', ['1'])],
    { 'impersonate-user': ROBOT, 'impersonate-uid': '1' },
    forbiddenMessage('uids.authentication.k8s.io "1"', 'uids', AUTHENTICATION),
  ],
  [
    'a service account, a uid and an extra',
    [
      ROBOT_RULE,
      impersonateRule('uids', ['1'], AUTHENTICATION),
      impersonateRule('userextras/some/scope', ['x', 'y'], AUTHENTICATION),
    ],
    { 'impersonate-user': ROBOT, 'impersonate-uid': '1', 'impersonate-extra-some%2fscope': 'x, y' },
    {
      username: ROBOT,
      uid: '1',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:a', 'system:authenticated'],
      extra: { 'some/scope': ['x', 'y'] },
    },
  ],
  [
    'a service account and a value of an extra that is not allowed',
    [ROBOT_RULE, impersonateRule('userextras/scopes', ['x'], AUTHENTICATION)],
    { 'impersonate-user': ROBOT, 'impersonate-extra-scopes': 'x, y' },
    forbiddenMessage('userextras.authentication.k8s.io "y"', 'userextras/scopes', AUTHENTICATION),
  ],
  [
    'an extra with the name of a built-in property of JavaScript',
    [
      ROBOT_RULE,
      impersonateRule('userextras/constructor', ['x'], AUTHENTICATION),
      impersonateRule('userextras/__proto__', ['x'], AUTHENTICATION),
    ],
    { 'impersonate-user': 'system:anonymous', 'impersonate-extra-constructor': 'x' },
    forbiddenMessage('users "system:anonymous"', 'users'),
  ],
  [
    'no user',
    [impersonateRule('users', ['system:anonymous'])],
    { 'impersonate-user': 'system:anonymous' },
    { username: 'system:anonymous', groups: ['system:unauthenticated'] },
  ],
  [
    'a user whose name looks like that of a service account',
    [impersonateRule('serviceaccounts', ['b:robot', 'robot'])],
    { 'impersonate-user': 'system:serviceaccount:a:b:robot' },
    forbiddenMessage('users "system:serviceaccount:a:b:robot"', 'users'),
  ],
  [
    'a service account, with the permission to impersonate users',
    [impersonateRule('users', [ROBOT])],
    { 'impersonate-user': ROBOT },
    'serviceaccounts "robot" is forbidden: User "actor" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "a"',
  ],
  [
    'a group without a user',
    [impersonateRule('groups', ['other'])],
    { 'impersonate-group': 'other' },
    'Internal Server Error: "/apis/authentication.k8s.io/v1/selfsubjectreviews": requested [{Group  other    }] without impersonating a user',
  ],
])('a request as %s', async (_what, rules, headers, expected) => {
  expect(await selfSubjectReview(rules, headers)).toEqual(expected);
});
