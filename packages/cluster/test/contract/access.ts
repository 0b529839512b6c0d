/** Paths, authorization and impersonation. */

import { expect, test } from '@jest/globals';
import { APPLY, fieldsOf, MERGE, type ParsedResponse, type Server } from './server.js';

const RBAC = 'rbac.authorization.k8s.io/v1';
const AUTHORIZATION = 'authorization.k8s.io/v1';
const accessOf = (attributes: object) => ({ resourceAttributes: { resource: 'secrets', ...attributes } });
const rule = (resources: readonly string[], verbs: readonly string[], fields: object = {}) => ({
  apiGroups: [''],
  resources,
  verbs,
  ...fields,
});
const rbacRule = (resources: readonly string[], verbs: readonly string[], fields: object = {}) =>
  rule(resources, verbs, { apiGroups: ['rbac.authorization.k8s.io'], ...fields });
const role = (name: string, rules: readonly object[]) => ({
  apiVersion: RBAC,
  kind: 'Role',
  metadata: { name },
  rules,
});
const binding = (name: string, user: string, kind = 'Role', roleName = name) => ({
  apiVersion: RBAC,
  kind: 'RoleBinding',
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: roleName },
  subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
});
const impersonate = (user: string, headers: Record<string, string> = {}) => ({ 'impersonate-user': user, ...headers });

/** Waits until a user has a permission: a real server observes a new binding with a delay. */
async function waitUntilAllowed(server: Server, user: string, resourceAttributes: object): Promise<void> {
  for (;;) {
    const { status } = await server.create('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, resourceAttributes: { namespace: server.namespace, ...resourceAttributes } },
    });
    if ((status as { allowed?: boolean }).allowed === true) return;
  }
}

/** Grants a user permissions in the namespace. The last rule must allow the first verb of its first resource. */
async function grant(server: Server, name: string, ...rules: readonly ReturnType<typeof rule>[]): Promise<string> {
  const user = `${server.namespace}-${name}`;
  await server.create(server.group(RBAC, 'roles'), role(name, rules));
  await server.create(server.group(RBAC, 'rolebindings'), binding(name, user));
  const lastRule = rules.at(-1) as {
    apiGroups: string[];
    resources: string[];
    verbs: string[];
    resourceNames?: string[];
  };
  const [group, resource, verb, resourceName] = [
    lastRule.apiGroups[0],
    lastRule.resources[0],
    lastRule.verbs[0],
    lastRule.resourceNames?.[0],
  ];
  await waitUntilAllowed(server, user, {
    group,
    resource,
    verb,
    ...(resourceName !== undefined && { name: resourceName }),
  });
  return user;
}

const statusAndMessage = ({ status, body }: ParsedResponse): unknown[] => [status, body.message];

export function describeAccess(currentServer: () => Server): void {
  test('a path with encoded letters, or with a slash at its end, is equivalent', async () => {
    const server = currentServer();
    const created = await server.configMap('spelled');
    for (const path of ['configmaps/%73pelled', 'configmaps/spelled/', '%63onfigmaps/spelled'])
      expect((await server.get(server.core(path))).body).toEqual(created);
  });

  test('a user with access to one object can get and watch only that object', async () => {
    const server = currentServer();
    const created = await server.configMap('watched', { data: { a: '1' } });
    await server.configMap('watched-too');
    expect((await server.get(`${server.core('configmaps/watched')}?watch=true`)).body).toEqual(created);
    const { body } = await server.get(server.core('configmaps'));
    const path = server.core('configmaps/watched').replace('/api/v1/', '/api/v1/watch/');
    const watch = await server.watch(path, `resourceVersion=${body.metadata.resourceVersion}`);
    await server.delete(server.core('configmaps/watched-too'));
    await server.delete(server.core('configmaps/watched'));
    expect((await watch.next()).object.metadata.name).toBe('watched');
    await watch.close();
  });

  test.each([
    ['POST', 'configmaps/routed', 405],
    ['PUT', 'configmaps', 405],
    ['POST', 'pods/routed/status', 405],
    ['DELETE', 'pods/routed/status', 405],
    ['DELETE', 'pods/routed/log', 405],
    ['GET', 'pods/routed/log/more', 404],
    ['GET', 'namespaces/default', 404],
    ['DELETE', 'namespaces/none', 404],
    ['GET', 'nodes', 404],
  ])('%s of %s is not served: %i', async (method, path, status) => {
    const server = currentServer();
    const body = method === 'GET' ? undefined : {};
    expect((await server.request(method, server.core(path), body)).status).toBe(status);
  });

  test('an impersonated user has the given groups and its implicit groups', async () => {
    const server = currentServer();
    const { namespace } = server;
    const clusterRoleBinding = { ...binding('of-accounts', 'none'), roleRef: { ...binding('reader', 'none').roleRef } };
    const subjects = [`system:serviceaccounts:${namespace}`, 'given'].map((name) => ({
      kind: 'Group',
      name,
      apiGroup: 'rbac.authorization.k8s.io',
    }));
    const user = await grant(server, 'reader', rule(['secrets'], ['list']));
    await server.create(server.group(RBAC, 'rolebindings'), { ...clusterRoleBinding, subjects });
    const account = `system:serviceaccount:${namespace}:default`;
    const list = async (headers: Record<string, string>) => (await server.get(server.core('secrets'), headers)).status;
    while ((await list(impersonate(account))) !== 200);
    expect(await list(impersonate('unprivileged', { 'impersonate-group': 'given' }))).toBe(200);
    expect(await list(impersonate('unprivileged', { 'impersonate-group': 'system:masters' }))).toBe(200);
    expect(await list(impersonate('unprivileged', { 'impersonate-group': 'other' }))).toBe(403);
    expect(await list(impersonate(account, { 'impersonate-group': 'other' }))).toBe(403);
    expect(await list(impersonate(user))).toBe(200);
    expect(statusAndMessage(await server.get(server.core('pods'), impersonate(user)))).toEqual([
      403,
      `pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "${namespace}"`,
    ]);
    // Allowed for every authenticated user.
    expect((await server.get('/apis', impersonate('unprivileged'))).status).toBe(200);
    const review = { apiVersion: AUTHORIZATION, kind: 'SelfSubjectAccessReview', spec: accessOf({ verb: 'get' }) };
    expect(
      (await server.post(`/apis/${AUTHORIZATION}/selfsubjectaccessreviews`, review, impersonate('unprivileged')))
        .status,
    ).toBe(201);
  });

  test.each([
    ['a group', { 'impersonate-group': 'system:masters' }],
    ['an extra', { 'impersonate-extra-scopes': 'all' }],
  ])('impersonating %s requires a user', async (_what, headers) => {
    const response = await currentServer().get(currentServer().core('secrets'), headers);
    expect(response.status).toBe(500);
    expect(response.text).toContain('without impersonating a user');
  });

  test('permission for one name allows lists and watches of that name, and no deletecollection', async () => {
    const server = currentServer();
    const verbs = ['get', 'list', 'watch', 'delete', 'deletecollection', 'patch', 'update'];
    const user = await grant(server, 'by-name', rule(['configmaps'], verbs, { resourceNames: ['named'] }));
    await server.configMap('named');
    await server.configMap('not-named');
    const statusOf = async (method: string, suffix: string) =>
      (await server.request(method, `${server.core('configmaps')}${suffix}`, undefined, impersonate(user))).status;
    for (const [method, suffix, status] of [
      ['GET', '', 403],
      ['GET', '?watch=true&timeoutSeconds=1', 403],
      ['GET', '?fieldSelector=metadata.name=named', 200],
      ['GET', '?fieldSelector=metadata.name%3Dnamed&watch=true&timeoutSeconds=1', 200],
      ['GET', '?fieldSelector=metadata.name=not-named', 403],
      ['GET', '?fieldSelector=metadata.name!=not-named', 403],
      ['GET', '?fieldSelector=metadata.name=not-named&fieldSelector=metadata.name=named', 403],
      ['GET', '?fieldSelector=metadata.namespace=named', 403],
      ['GET', '?labelSelector=metadata.name=named', 403],
      ['GET', '/named', 200],
      ['GET', '/not-named', 403],
      ['GET', '/not-named?fieldSelector=metadata.name=named', 403],
      ['DELETE', '?fieldSelector=metadata.name=named', 403],
      ['DELETE', '', 403],
      ['DELETE', '/not-named', 403],
      ['DELETE', '/named', 200],
    ] as const)
      expect([method, suffix, await statusOf(method, suffix)]).toEqual([method, suffix, status]);
  });

  test('server-side apply of a missing object requires permission to create it, also in a dry run', async () => {
    const server = currentServer();
    const user = await grant(server, 'applier', rule(['configmaps'], ['patch']));
    const configMapToApply = (name: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { a: '1' },
    });
    for (const query of ['?fieldManager=me', '?fieldManager=me&dryRun=All']) {
      const path = server.core('configmaps/applied');
      const response = await server.request(
        'PATCH',
        `${path}${query}`,
        configMapToApply('applied'),
        impersonate(user, { 'content-type': APPLY }),
      );
      expect(statusAndMessage(response)).toEqual([403, 'configmaps "applied" is forbidden: ']);
      expect((await server.get(path)).status).toBe(404);
    }
    await server.configMap('applied');
    const path = `${server.core('configmaps/applied')}?fieldManager=me`;
    const response = await server.request(
      'PATCH',
      path,
      configMapToApply('applied'),
      impersonate(user, { 'content-type': APPLY }),
    );
    expect([response.status, response.body['data']]).toEqual([200, { a: '1' }]);
  });

  test('a user can grant only their own permissions by a role, unless they may escalate', async () => {
    const server = currentServer();
    const roles = server.group(RBAC, 'roles');
    const ownRule = rule(['configmaps'], ['get', 'list']);
    const user = await grant(server, 'granter', ownRule, rbacRule(['roles'], ['create', 'patch', 'update']));
    const largerRole = role('more', [
      ownRule,
      rule(['secrets', 'pods/log'], ['get', 'list']),
      rule(['configmaps'], ['list', 'delete']),
    ]);
    const rejection = await server.post(roles, largerRole, impersonate(user));
    expect(statusAndMessage(rejection)).toEqual([
      403,
      `roles.rbac.authorization.k8s.io "more" is forbidden: user "${user}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["configmaps"], Verbs:["delete"]}
{APIGroups:[""], Resources:["pods/log"], Verbs:["get" "list"]}
{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}`,
    ]);
    expect((await server.post(`${roles}?dryRun=All`, largerRole, impersonate(user))).status).toBe(403);
    expect((await server.get(`${roles}/more`)).status).toBe(404);
    const narrowerRule = rule(['configmaps'], ['get'], { resourceNames: ['a'] });
    expect((await server.post(roles, role('less', [narrowerRule]), impersonate(user))).status).toBe(201);
    const patch = (rules: readonly object[], user: string) =>
      server.request('PATCH', `${roles}/less`, { rules }, { 'content-type': MERGE, ...impersonate(user) });
    expect((await patch([ownRule, rule(['configmaps'], ['*'])], user)).status).toBe(403);
    expect((await patch([ownRule], user)).status).toBe(200);
    const escalatingUser = await grant(server, 'escalator', rbacRule(['roles'], ['escalate', 'create', 'patch']));
    expect((await server.post(roles, largerRole, impersonate(escalatingUser))).status).toBe(201);
    expect((await patch([rule(['*'], ['*'])], escalatingUser)).status).toBe(200);
    const label = { metadata: { labels: { a: 'b' } } };
    const labelPatch = await server.request('PATCH', `${roles}/less`, label, {
      'content-type': MERGE,
      ...impersonate(user),
    });
    expect(labelPatch.status).toBe(403);
  });

  test('a user can bind only roles whose permissions they have, unless they may bind', async () => {
    const server = currentServer();
    const bindings = server.group(RBAC, 'rolebindings');
    const user = await grant(server, 'binder', rule(['configmaps'], ['get']), rbacRule(['rolebindings'], ['create']));
    await server.create(server.group(RBAC, 'roles'), role('small', [rule(['configmaps'], ['get'])]));
    await server.create(server.group(RBAC, 'roles'), role('large', [rule(['configmaps'], ['get', 'delete'])]));
    const bind = (name: string, kind: string, roleName: string, user: string) =>
      server.post(bindings, binding(name, 'someone', kind, roleName), impersonate(user));
    expect((await bind('to-small', 'Role', 'small', user)).status).toBe(201);
    expect(statusAndMessage(await bind('to-large', 'Role', 'large', user))).toEqual([
      403,
      `rolebindings.rbac.authorization.k8s.io "to-large" is forbidden: user "${user}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["configmaps"], Verbs:["delete"]}`,
    ]);
    expect((await bind('to-admin', 'ClusterRole', 'cluster-admin', user)).status).toBe(403);
    expect((await bind('to-none', 'Role', 'none', user)).status).toBe(404);
    const bindRule = rbacRule(['roles'], ['bind'], { resourceNames: ['large'] });
    const bindingUser = await grant(server, 'bound', rbacRule(['rolebindings'], ['create']), bindRule);
    expect((await bind('to-large', 'Role', 'large', bindingUser)).status).toBe(201);
    expect((await bind('to-admin', 'ClusterRole', 'cluster-admin', bindingUser)).status).toBe(403);
  });

  test.each<[string, object, readonly string[]]>([
    ['no verbs', { rules: [rule(['pods'], [])] }, ['rules[0].verbs']],
    ['no groups', { rules: [{ resources: ['pods'], verbs: ['get'] }] }, ['rules[0].apiGroups']],
    ['no resources', { rules: [{ apiGroups: [''], verbs: ['get'] }] }, ['rules[0].resources']],
    [
      'paths in a namespaced role',
      { rules: [{ nonResourceURLs: ['/a'], verbs: ['get'] }] },
      ['rules[0].nonResourceURLs'],
    ],
  ])('a role with %s is invalid', async (_what, overrides, fields) => {
    const server = currentServer();
    const response = await server.post(server.group(RBAC, 'roles'), { ...role('invalid', []), ...overrides });
    expect([response.status, fieldsOf(response)]).toEqual([422, fields]);
  });

  test.each<[string, object, string]>([
    ['an unknown role kind', { roleRef: { kind: 'Other', name: 'a' } }, 'roleRef.kind'],
    ['an unknown subject kind', { subjects: [{ kind: 'Other', name: 'a' }] }, 'subjects[0].kind'],
    [
      'a service account with an API group',
      { subjects: [{ kind: 'ServiceAccount', name: 'a', apiGroup: 'x' }] },
      'subjects[0].apiGroup',
    ],
  ])('a binding of %s is invalid', async (_what, fields, field) => {
    const server = currentServer();
    const response = await server.post(server.group(RBAC, 'rolebindings'), { ...binding('invalid', 'a'), ...fields });
    expect(response.status).toBe(422);
    expect(fieldsOf(response)).toContain(field);
  });

  test('a local review is limited to its namespace; a review specifies one access and one subject', async () => {
    const server = currentServer();
    const local = server.group(AUTHORIZATION, 'localsubjectaccessreviews');
    const review = (kind: string, spec: object) => ({ apiVersion: AUTHORIZATION, kind, spec });
    const inNamespace = { user: 'a', ...accessOf({ verb: 'get', namespace: server.namespace }) };
    const kind = 'LocalSubjectAccessReview';
    const inDefaultNamespace = { user: 'a', ...accessOf({ verb: 'get', namespace: 'default' }) };
    const withNamespace = (body: object) => ({ ...body, metadata: { namespace: server.namespace } });
    expect((await server.post(local, withNamespace(review(kind, inNamespace)))).status).toBe(201);
    expect((await server.post(local, withNamespace(review(kind, inDefaultNamespace)))).status).toBe(422);
    const subjectReviews = `/apis/${AUTHORIZATION}/subjectaccessreviews`;
    const path = { nonResourceAttributes: { verb: 'get', path: '/' } };
    for (const spec of [accessOf({ verb: 'get' }), { user: 'a' }, { ...inNamespace, ...path }])
      expect((await server.post(subjectReviews, review('SubjectAccessReview', spec))).status).toBe(422);
    expect((await server.post(subjectReviews, review('SubjectAccessReview', { user: 'a', ...path }))).status).toBe(201);
  });

  test('a token can be bound only to a pod of its own service account', async () => {
    const server = currentServer();
    await server.waitForPodAdmission();
    await server.create(server.core('serviceaccounts'), {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'stranger' },
    });
    // No node has this label, so the pod does not run.
    const nodeSelector = { 'pipewright.dev/never': 'true' };
    const containers = [{ name: 'main', image: 'none' }];
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bound' }, spec: { nodeSelector, containers } };
    await server.create(server.core('pods'), pod);
    const requestToken = (account: string, spec: object) =>
      server.post(server.core(`serviceaccounts/${account}/token`), {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec,
      });
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'bound' };
    expect((await requestToken('default', { boundObjectRef })).status).toBe(201);
    expect(statusAndMessage(await requestToken('stranger', { boundObjectRef }))).toEqual([
      400,
      'cannot bind token for serviceaccount "stranger" to pod running with different serviceaccount name.',
    ]);
    expect(
      (await requestToken('default', { boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'a' } })).status,
    ).toBe(400);
    expect((await requestToken('default', { expirationSeconds: 'soon' })).status).toBe(400);
    expect((await requestToken('default', { expirationSeconds: 1 })).status).toBe(422);
    await server.delete(server.core('pods/bound'), { gracePeriodSeconds: 0 });
  });
}
