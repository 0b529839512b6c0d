/** Paths, authorization and impersonation. */

import { expect, test } from '@jest/globals';
import { APPLY, fieldsOf, MERGE, type Answer, type Server } from './server.js';

const RBAC = 'rbac.authorization.k8s.io/v1';
const AUTHORIZATION = 'authorization.k8s.io/v1';
const accessOf = (attributes: object) => ({ resourceAttributes: { resource: 'secrets', ...attributes } });
const rule = (resources: readonly string[], verbs: readonly string[], more: object = {}) => ({
  apiGroups: [''],
  resources,
  verbs,
  ...more,
});
const rbacRule = (resources: readonly string[], verbs: readonly string[], more: object = {}) =>
  rule(resources, verbs, { apiGroups: ['rbac.authorization.k8s.io'], ...more });
const role = (name: string, rules: readonly object[]) => ({
  apiVersion: RBAC,
  kind: 'Role',
  metadata: { name },
  rules,
});
const binding = (name: string, user: string, kind = 'Role', of = name) => ({
  apiVersion: RBAC,
  kind: 'RoleBinding',
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: of },
  subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
});
const as = (user: string, more: Record<string, string> = {}) => ({ 'impersonate-user': user, ...more });

/** Waits until a user has a permission: a real server observes a new binding with a delay. */
async function untilAllowed(server: Server, user: string, resourceAttributes: object): Promise<void> {
  for (;;) {
    const { status } = await server.make('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
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
  await server.make(server.group(RBAC, 'roles'), role(name, rules));
  await server.make(server.group(RBAC, 'rolebindings'), binding(name, user));
  const last = rules.at(-1) as { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] };
  const [group, resource, verb, named] = [last.apiGroups[0], last.resources[0], last.verbs[0], last.resourceNames?.[0]];
  await untilAllowed(server, user, { group, resource, verb, ...(named !== undefined && { name: named }) });
  return user;
}

const statusAndMessage = ({ status, body }: Answer): unknown[] => [status, body.message];

export function describeAccess(at: () => Server): void {
  test('a path with encoded letters, or with a slash at its end, is equivalent', async () => {
    const server = at();
    const created = await server.configMap('spelled');
    for (const path of ['configmaps/%73pelled', 'configmaps/spelled/', '%63onfigmaps/spelled'])
      expect((await server.get(server.core(path))).body).toEqual(created);
  });

  test('a user with access to one object can get and watch only that object', async () => {
    const server = at();
    const created = await server.configMap('watched', { data: { a: '1' } });
    await server.configMap('watched-too');
    expect((await server.get(`${server.core('configmaps/watched')}?watch=true`)).body).toEqual(created);
    const { body } = await server.get(server.core('configmaps'));
    const path = server.core('configmaps/watched').replace('/api/v1/', '/api/v1/watch/');
    const watch = await server.watch(path, `resourceVersion=${body.metadata.resourceVersion}`);
    await server.delete(server.core('configmaps/watched-too'));
    await server.delete(server.core('configmaps/watched'));
    expect((await watch.next()).object.metadata.name).toBe('watched');
    await watch.leave();
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
    const server = at();
    const body = method === 'GET' ? undefined : {};
    expect((await server.request(method, server.core(path), body)).status).toBe(status);
  });

  test('an impersonated user has the given groups and its implicit groups', async () => {
    const server = at();
    const { namespace } = server;
    const bound = { ...binding('of-accounts', 'none'), roleRef: { ...binding('reader', 'none').roleRef } };
    const subjects = [`system:serviceaccounts:${namespace}`, 'given'].map((name) => ({
      kind: 'Group',
      name,
      apiGroup: 'rbac.authorization.k8s.io',
    }));
    const user = await grant(server, 'reader', rule(['secrets'], ['list']));
    await server.make(server.group(RBAC, 'rolebindings'), { ...bound, subjects });
    const account = `system:serviceaccount:${namespace}:default`;
    const list = async (headers: Record<string, string>) => (await server.get(server.core('secrets'), headers)).status;
    while ((await list(as(account))) !== 200);
    expect(await list(as('unprivileged', { 'impersonate-group': 'given' }))).toBe(200);
    expect(await list(as('unprivileged', { 'impersonate-group': 'system:masters' }))).toBe(200);
    expect(await list(as('unprivileged', { 'impersonate-group': 'other' }))).toBe(403);
    expect(await list(as(account, { 'impersonate-group': 'other' }))).toBe(403);
    expect(await list(as(user))).toBe(200);
    expect(statusAndMessage(await server.get(server.core('pods'), as(user)))).toEqual([
      403,
      `pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "${namespace}"`,
    ]);
    // Allowed for every authenticated user.
    expect((await server.get('/apis', as('unprivileged'))).status).toBe(200);
    const review = { apiVersion: AUTHORIZATION, kind: 'SelfSubjectAccessReview', spec: accessOf({ verb: 'get' }) };
    expect(
      (await server.post(`/apis/${AUTHORIZATION}/selfsubjectaccessreviews`, review, as('unprivileged'))).status,
    ).toBe(201);
  });

  test.each([
    ['a group', { 'impersonate-group': 'system:masters' }],
    ['an extra', { 'impersonate-extra-scopes': 'all' }],
  ])('impersonating %s requires a user', async (_what, headers) => {
    const response = await at().get(at().core('secrets'), headers);
    expect(response.status).toBe(500);
    expect(response.text).toContain('without impersonating a user');
  });

  test('permission for one name allows lists and watches of that name, and no deletecollection', async () => {
    const server = at();
    const verbs = ['get', 'list', 'watch', 'delete', 'deletecollection', 'patch', 'update'];
    const user = await grant(server, 'by-name', rule(['configmaps'], verbs, { resourceNames: ['named'] }));
    await server.configMap('named');
    await server.configMap('not-named');
    const statusOf = async (method: string, rest: string) =>
      (await server.request(method, `${server.core('configmaps')}${rest}`, undefined, as(user))).status;
    for (const [method, rest, status] of [
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
      expect([method, rest, await statusOf(method, rest)]).toEqual([method, rest, status]);
  });

  test('server-side apply of a missing object requires permission to create it, also in a dry run', async () => {
    const server = at();
    const user = await grant(server, 'applier', rule(['configmaps'], ['patch']));
    const applied = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: '1' } });
    for (const query of ['?fieldManager=me', '?fieldManager=me&dryRun=All']) {
      const path = server.core('configmaps/applied');
      const response = await server.request(
        'PATCH',
        `${path}${query}`,
        applied('applied'),
        as(user, { 'content-type': APPLY }),
      );
      expect(statusAndMessage(response)).toEqual([403, 'configmaps "applied" is forbidden: ']);
      expect((await server.get(path)).status).toBe(404);
    }
    await server.configMap('applied');
    const path = `${server.core('configmaps/applied')}?fieldManager=me`;
    const response = await server.request('PATCH', path, applied('applied'), as(user, { 'content-type': APPLY }));
    expect([response.status, response.body['data']]).toEqual([200, { a: '1' }]);
  });

  test('a user can grant only their own permissions by a role, unless they may escalate', async () => {
    const server = at();
    const roles = server.group(RBAC, 'roles');
    const own = rule(['configmaps'], ['get', 'list']);
    const user = await grant(server, 'granter', own, rbacRule(['roles'], ['create', 'patch', 'update']));
    const more = role('more', [
      own,
      rule(['secrets', 'pods/log'], ['get', 'list']),
      rule(['configmaps'], ['list', 'delete']),
    ]);
    const rejection = await server.post(roles, more, as(user));
    expect(statusAndMessage(rejection)).toEqual([
      403,
      `roles.rbac.authorization.k8s.io "more" is forbidden: user "${user}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["configmaps"], Verbs:["delete"]}
{APIGroups:[""], Resources:["pods/log"], Verbs:["get" "list"]}
{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}`,
    ]);
    expect((await server.post(`${roles}?dryRun=All`, more, as(user))).status).toBe(403);
    expect((await server.get(`${roles}/more`)).status).toBe(404);
    const narrow = rule(['configmaps'], ['get'], { resourceNames: ['a'] });
    expect((await server.post(roles, role('less', [narrow]), as(user))).status).toBe(201);
    const patch = (rules: readonly object[], user: string) =>
      server.request('PATCH', `${roles}/less`, { rules }, { 'content-type': MERGE, ...as(user) });
    expect((await patch([own, rule(['configmaps'], ['*'])], user)).status).toBe(403);
    expect((await patch([own], user)).status).toBe(200);
    const escalator = await grant(server, 'escalator', rbacRule(['roles'], ['escalate', 'create', 'patch']));
    expect((await server.post(roles, more, as(escalator))).status).toBe(201);
    expect((await patch([rule(['*'], ['*'])], escalator)).status).toBe(200);
    const label = { metadata: { labels: { a: 'b' } } };
    const labelled = await server.request('PATCH', `${roles}/less`, label, { 'content-type': MERGE, ...as(user) });
    expect(labelled.status).toBe(403);
  });

  test('a user can bind only roles whose permissions they have, unless they may bind', async () => {
    const server = at();
    const bindings = server.group(RBAC, 'rolebindings');
    const user = await grant(server, 'binder', rule(['configmaps'], ['get']), rbacRule(['rolebindings'], ['create']));
    await server.make(server.group(RBAC, 'roles'), role('small', [rule(['configmaps'], ['get'])]));
    await server.make(server.group(RBAC, 'roles'), role('large', [rule(['configmaps'], ['get', 'delete'])]));
    const bind = (name: string, kind: string, of: string, user: string) =>
      server.post(bindings, binding(name, 'someone', kind, of), as(user));
    expect((await bind('to-small', 'Role', 'small', user)).status).toBe(201);
    expect(statusAndMessage(await bind('to-large', 'Role', 'large', user))).toEqual([
      403,
      `rolebindings.rbac.authorization.k8s.io "to-large" is forbidden: user "${user}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["configmaps"], Verbs:["delete"]}`,
    ]);
    expect((await bind('to-admin', 'ClusterRole', 'cluster-admin', user)).status).toBe(403);
    expect((await bind('to-none', 'Role', 'none', user)).status).toBe(404);
    const bound = rbacRule(['roles'], ['bind'], { resourceNames: ['large'] });
    const allowed = await grant(server, 'bound', rbacRule(['rolebindings'], ['create']), bound);
    expect((await bind('to-large', 'Role', 'large', allowed)).status).toBe(201);
    expect((await bind('to-admin', 'ClusterRole', 'cluster-admin', allowed)).status).toBe(403);
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
  ])('a role with %s is invalid', async (_what, more, fields) => {
    const server = at();
    const response = await server.post(server.group(RBAC, 'roles'), { ...role('invalid', []), ...more });
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
  ])('a binding of %s is invalid', async (_what, more, field) => {
    const server = at();
    const response = await server.post(server.group(RBAC, 'rolebindings'), { ...binding('invalid', 'a'), ...more });
    expect(response.status).toBe(422);
    expect(fieldsOf(response)).toContain(field);
  });

  test('a local review is limited to its namespace; a review specifies one access and one subject', async () => {
    const server = at();
    const local = server.group(AUTHORIZATION, 'localsubjectaccessreviews');
    const review = (kind: string, spec: object) => ({ apiVersion: AUTHORIZATION, kind, spec });
    const here = { user: 'a', ...accessOf({ verb: 'get', namespace: server.namespace }) };
    const kind = 'LocalSubjectAccessReview';
    const there = { user: 'a', ...accessOf({ verb: 'get', namespace: 'default' }) };
    const named = (body: object) => ({ ...body, metadata: { namespace: server.namespace } });
    expect((await server.post(local, named(review(kind, here)))).status).toBe(201);
    expect((await server.post(local, named(review(kind, there)))).status).toBe(422);
    const wide = `/apis/${AUTHORIZATION}/subjectaccessreviews`;
    const path = { nonResourceAttributes: { verb: 'get', path: '/' } };
    for (const spec of [accessOf({ verb: 'get' }), { user: 'a' }, { ...here, ...path }])
      expect((await server.post(wide, review('SubjectAccessReview', spec))).status).toBe(422);
    expect((await server.post(wide, review('SubjectAccessReview', { user: 'a', ...path }))).status).toBe(201);
  });

  test('a token can be bound only to a pod of its own service account', async () => {
    const server = at();
    await server.untilPodsMayCome();
    await server.make(server.core('serviceaccounts'), {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'stranger' },
    });
    // No node has this label, so the pod does not run.
    const nodeSelector = { 'pipewright.dev/never': 'true' };
    const containers = [{ name: 'main', image: 'none' }];
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bound' }, spec: { nodeSelector, containers } };
    await server.make(server.core('pods'), pod);
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
