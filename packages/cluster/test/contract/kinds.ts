/** Kind-specific rules: secrets, leases, events, pods, permissions. */

import { expect, test } from '@jest/globals';
import { MERGE, type Server } from './server.js';

const isAllowedBy = (body: { readonly status?: unknown }): unknown => (body.status as { allowed?: boolean }).allowed;

const pod = (name: string, container: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  // No node has this label, so the pod does not run.
  spec: {
    nodeSelector: { 'pipewright.dev/never': 'true' },
    containers: [{ name: 'main', image: 'busybox', ...container }],
  },
});

export function describeKinds(currentServer: () => Server): void {
  test('stringData of a Secret is merged into data and removed', async () => {
    const server = currentServer();
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'hunter2' } };
    const created = await server.create(server.core('secrets'), body);
    expect(created).toMatchObject({ type: 'Opaque', data: { a: 'aHVudGVyMg==' } });
    expect(created).not.toHaveProperty('stringData');
    const typeChange = await server.patch(server.core('secrets/s'), MERGE, { type: 'other' });
    expect([typeChange.status, typeChange.body.reason]).toEqual([422, 'Invalid']);
  });

  test('immutable Secrets and ConfigMaps cannot be changed', async () => {
    const server = currentServer();
    const body = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'fixed' },
      immutable: true,
      data: { a: '1' },
    };
    await server.create(server.core('configmaps'), body);
    expect((await server.patch(server.core('configmaps/fixed'), MERGE, { data: { a: '2' } })).status).toBe(422);
    expect(
      (await server.patch(server.core('configmaps/fixed'), MERGE, { metadata: { labels: { a: 'b' } } })).status,
    ).toBe(200);
  });

  test.each([
    ['3', '2026-01-01T12:00:00.123Z', 400],
    ['6', '2026-01-01T12:00:00.123456Z', 201],
  ])('a Lease time with %s fractional digits', async (digits, renewTime, expected) => {
    const server = currentServer();
    const response = await server.post(server.group('coordination.k8s.io/v1', 'leases'), {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: `lease-${digits}` },
      spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime },
    });
    expect(response.status).toBe(expected);
    if (expected === 201) expect(response.body.spec?.['renewTime']).toBe(renewTime);
  });

  test('events can be selected by their involved object', async () => {
    const server = currentServer();
    for (const name of ['one', 'two']) {
      await server.create(server.core('events'), {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `${name}.1` },
        involvedObject: { kind: 'TaskRun', namespace: server.namespace, name, uid: `uid-${name}` },
        reason: 'Tested',
        type: 'Normal',
      });
    }
    const selector = encodeURIComponent(
      'involvedObject.name=two,involvedObject.kind=TaskRun,reason=Tested,type=Normal',
    );
    const { body } = await server.get(`${server.core('events')}?fieldSelector=${selector}`);
    expect(body.items.map(({ metadata }) => metadata.name)).toEqual(['two.1']);
  });

  test('a pod has its defaults, its service account with a token, and canonical quantities', async () => {
    const server = currentServer();
    await server.waitForObject(server.core('serviceaccounts'), 'default', (account) => account !== undefined);
    const created = await server.create(
      server.core('pods'),
      pod('defaulted', { resources: { requests: { cpu: '1000m', memory: '1024Mi' } } }),
    );
    expect(created.spec).toMatchObject({
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      serviceAccountName: 'default',
      securityContext: {},
    });
    const [container] = created.spec?.['containers'] as {
      [field: string]: unknown;
      volumeMounts: { mountPath: string }[];
    }[];
    expect(container).toMatchObject({
      imagePullPolicy: 'Always',
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      resources: { requests: { cpu: '1', memory: '1Gi' } },
    });
    expect(container!.volumeMounts.map(({ mountPath }) => mountPath)).toEqual([
      '/var/run/secrets/kubernetes.io/serviceaccount',
    ]);
    expect(created.status).toMatchObject({ phase: 'Pending', qosClass: 'Burstable' });
  });

  test("only the images of a pod's spec can change; violations are reported with their fields", async () => {
    const server = currentServer();
    await server.create(server.core('pods'), pod('set'));
    const changed = await server.patch(server.core('pods/set'), MERGE, { spec: { restartPolicy: 'Never' } });
    expect([changed.status, changed.body.reason]).toEqual([422, 'Invalid']);
    const invalid = await server.post(server.core('pods'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'wrong' },
      spec: { containers: [{ name: 'Bad_Name', image: 'x', volumeMounts: [{ name: 'none', mountPath: '/x' }] }] },
    });
    expect(invalid.status).toBe(422);
    const fields = invalid.body.details?.causes?.map(({ field }) => field);
    expect(fields).toEqual(
      expect.arrayContaining(['spec.containers[0].name', 'spec.containers[0].volumeMounts[0].name']),
    );
    const duplicateNames = await server.post(server.core('pods'), {
      ...pod('twice'),
      spec: {
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'v', emptyDir: {} },
        ],
        containers: [{ name: 'a', image: 'x', resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }],
      },
    });
    expect(duplicateNames.body.details?.causes?.map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'spec.volumes[1].name: Duplicate value: "v"',
      'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit',
    ]);
    const orphan = await server.post(server.core('pods'), {
      ...pod('orphan'),
      spec: { ...pod('orphan').spec, serviceAccountName: 'missing' },
    });
    expect([orphan.status, orphan.body.reason]).toEqual([403, 'Forbidden']);
    expect(orphan.body.message).toContain('missing');
  });

  test('a pod that is not scheduled is deleted at once, and has an empty log', async () => {
    const server = currentServer();
    await server.create(server.core('pods'), pod('unborn'));
    const log = await server.get(server.core('pods/unborn/log'));
    expect([log.status < 300, log.text]).toEqual([true, '']);
    const deleted = await server.delete(server.core('pods/unborn'), { gracePeriodSeconds: 0 });
    expect(deleted.status).toBe(200);
    expect((await server.get(server.core('pods/unborn'))).status).toBe(404);
  });

  test('a Job selects its own pods by its uid, which is in their labels', async () => {
    const server = currentServer();
    const containers = [{ name: 'main', image: 'busybox', command: ['true'] }];
    const noSuchNode = { 'pipewright.dev/never': 'true' };
    const template = { spec: { restartPolicy: 'Never', nodeSelector: noSuchNode, containers } };
    const job = (name: string, spec: object) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: { template, ...spec },
    });
    const jobs = server.group('batch/v1', 'jobs');
    const { metadata } = await server.create(jobs, job('own', {}));
    const { spec } = (await server.get(`${jobs}/own`)).body;
    expect(spec).toMatchObject({ parallelism: 1, completions: 1, backoffLimit: 6 });
    expect(Object.values((spec?.['selector'] as { matchLabels: object }).matchLabels)).toEqual([metadata.uid]);
    const labels = { 'controller-uid': metadata.uid, 'job-name': 'own' };
    expect(spec?.['template']).toMatchObject({ metadata: { labels } });
    const always = await server.post(
      jobs,
      job('always', { template: { spec: { ...template.spec, restartPolicy: 'Always' } } }),
    );
    expect([always.status, always.body.message]).toEqual([
      422,
      'Job.batch "always" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ]);
    await server.delete(`${jobs}/own`, { propagationPolicy: 'Background' });
  });

  test('fields that a manifest omits have their defaults', async () => {
    const server = currentServer();
    const createObject = async (path: string, apiVersion: string, kind: string, fields: object): Promise<object> => {
      const created = await server.create(path, { apiVersion, kind, metadata: { name: 'defaults' }, ...fields });
      await server.delete(`${path}/defaults`);
      return created;
    };
    const metadata = { labels: { app: 'x' } };
    const containers = [{ name: 'main', image: 'busybox' }];
    const template = { metadata, spec: { nodeSelector: { 'pipewright.dev/never': 'true' }, containers } };
    const selector = { matchLabels: metadata.labels };
    const apps = (plural: string): string => server.group('apps/v1', plural);
    expect(
      await createObject(apps('statefulsets'), 'apps/v1', 'StatefulSet', {
        spec: { serviceName: 's', selector, template },
      }),
    ).toMatchObject({ spec: { replicas: 1, podManagementPolicy: 'OrderedReady', revisionHistoryLimit: 10 } });
    expect(
      await createObject(apps('daemonsets'), 'apps/v1', 'DaemonSet', { spec: { selector, template } }),
    ).toMatchObject({
      spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } } },
    });
    expect(
      await createObject(
        server.group('networking.k8s.io/v1', 'networkpolicies'),
        'networking.k8s.io/v1',
        'NetworkPolicy',
        {
          spec: { podSelector: {} },
        },
      ),
    ).toMatchObject({ spec: { policyTypes: ['Ingress'] } });
    expect(
      await createObject('/apis/storage.k8s.io/v1/storageclasses', 'storage.k8s.io/v1', 'StorageClass', {
        provisioner: 'x/y',
      }),
    ).toMatchObject({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
    expect(
      await createObject('/apis/scheduling.k8s.io/v1/priorityclasses', 'scheduling.k8s.io/v1', 'PriorityClass', {
        value: 1,
      }),
    ).toMatchObject({ preemptionPolicy: 'PreemptLowerPriority' });
    const limits = { type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' } };
    expect(
      await createObject(server.core('limitranges'), 'v1', 'LimitRange', { spec: { limits: [limits] } }),
    ).toMatchObject({
      spec: { limits: [{ default: { cpu: '2' }, defaultRequest: { cpu: '2', memory: '1Mi' } }] },
    });
  });

  test('tokens can be requested for a service account', async () => {
    const server = currentServer();
    await server.create(server.core('serviceaccounts'), {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'robot' },
    });
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
    const created = await server.post(server.core('serviceaccounts/robot/token'), request);
    expect(created.status).toBe(201);
    expect((created.body.status as { token: string }).token.split('.')).toHaveLength(3);
    const review = await server.post('/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: (created.body.status as { token: string }).token },
    });
    expect(review.body.status).toMatchObject({
      authenticated: true,
      user: { username: `system:serviceaccount:${server.namespace}:robot` },
    });
  });

  test('permissions come only from roles and their bindings', async () => {
    const server = currentServer();
    const rbac = (path: string): string => server.group('rbac.authorization.k8s.io/v1', path);
    const user = `${server.namespace}-reader`;
    await server.create(rbac('roles'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'reader' },
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
        { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['web'], verbs: ['patch'] },
      ],
    });
    await server.create(rbac('rolebindings'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
    });
    const isAllowed = async (resourceAttributes: object): Promise<unknown> => {
      const review = await server.create('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user, resourceAttributes: { namespace: server.namespace, ...resourceAttributes } },
      });
      return isAllowedBy(review);
    };
    // A real server observes a new binding with a delay.
    while (!(await isAllowed({ verb: 'get', resource: 'pods' })));
    expect(await isAllowed({ verb: 'list', resource: 'pods' })).toBe(true);
    expect(await isAllowed({ verb: 'delete', resource: 'pods' })).toBe(false);
    expect(await isAllowed({ verb: 'get', resource: 'pods', subresource: 'log' })).toBe(false);
    expect(await isAllowed({ verb: 'get', resource: 'pods', namespace: 'default' })).toBe(false);
    expect(await isAllowed({ verb: 'patch', group: 'apps', resource: 'deployments', name: 'web' })).toBe(true);
    expect(await isAllowed({ verb: 'patch', group: 'apps', resource: 'deployments', name: 'other' })).toBe(false);
    const selfReview = await server.create('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb: '*', group: '*', resource: '*' } },
    });
    expect(isAllowedBy(selfReview)).toBe(true);
  });

  test('a new namespace has a default service account', async () => {
    const server = currentServer();
    await server.waitForObject(server.core('serviceaccounts'), 'default', (account) => account !== undefined);
  });

  test('a Deployment has a generation and a scale', async () => {
    const server = currentServer();
    const path = server.group('apps/v1', 'deployments');
    const created = await server.create(path, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'nginx' }] } },
      },
    });
    expect(created.metadata.generation).toBe(1);
    const image = { spec: { template: { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } } } };
    expect((await server.patch(`${path}/web`, MERGE, image)).body.metadata.generation).toBe(2);
    const wrongSelector = await server.patch(`${path}/web`, MERGE, {
      spec: { selector: { matchLabels: { app: 'x' } } },
    });
    expect(wrongSelector.status).toBe(422);
  });
}
