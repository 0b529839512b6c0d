/** External resources on the Kubernetes cluster given by KUBECONFIG; its pods use LAB_HOST and LAB. */

import { describe, expect } from '@jest/globals';
import { CONFIG_MAPS, resource, SERVICE_ACCOUNTS, SERVICES, type KubeObject } from '@pipewright/kube';
import { KUBERNETES } from '../../../controller/test/support/test-cluster.js';
import { newTestNamespace } from '../../../controller/test/support/test-namespace.js';
import { describeResources } from '../support/resources-on-a-cluster.js';

describeResources(KUBERNETES);

const RBAC = 'rbac.authorization.k8s.io/v1';

describe('on a real cluster, a cluster', () => {
  const testNamespace = newTestNamespace(KUBERNETES);

  testNamespace.runs('is accessible with kubectl, with only the rights of the token of a Secret', async () => {
    const { harness } = testNamespace;
    const { client, namespace } = harness;
    const make = (plural: string, kind: string, apiVersion: string, rest: object): Promise<KubeObject> => {
      const object = { apiVersion, kind, metadata: { name: 'deployer', namespace }, ...rest };
      return client.create(resource(apiVersion, plural, kind), { namespace }, object);
    };
    await harness.client.create(
      SERVICE_ACCOUNTS,
      { namespace },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'deployer', namespace } },
    );
    await make('roles', 'Role', RBAC, { rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create'] }] });
    await make('rolebindings', 'RoleBinding', RBAC, {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deployer' },
      subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace }],
    });
    const issued = await client.request<{ readonly status: { readonly token: string } }>({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/deployer/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    });
    const root = await harness.waitFor<KubeObject & { data?: Record<string, string> }, string>(
      'ConfigMap',
      'kube-root-ca.crt',
      ({ data }) => data?.['ca.crt'],
    );
    const api = await client.get<KubeObject & { spec: { clusterIP: string } }>(SERVICES, {
      namespace: 'default',
      name: 'kubernetes',
    });
    await harness.create('Secret', 'deployer', { stringData: { token: issued.status.token, ca: root } });
    const params = Object.entries({ url: `https://${api?.spec.clusterIP ?? ''}:443`, namespace });
    const target = {
      type: 'cluster',
      params: params.map(([name, value]) => ({ name, value })),
      secrets: [
        { fieldName: 'token', secretName: 'deployer', secretKey: 'token' },
        { fieldName: 'cadata', secretName: 'deployer', secretKey: 'ca' },
      ],
    };
    const kubectl = 'kubectl --kubeconfig $(inputs.resources.target.path)/kubeconfig';
    const script = `${kubectl} create configmap made --from-literal=a=b && ! ${kubectl} get secrets`;
    await harness.create('TaskRun', 'deploys', {
      spec: {
        inputs: { resources: [{ name: 'target', resourceSpec: target }] },
        taskSpec: {
          inputs: { resources: [{ name: 'target', type: 'cluster' }] },
          steps: [{ name: 'own', image: 'bitnami/kubectl', command: ['sh', '-c', script] }],
        },
      },
    });
    expect(await harness.waitForEnd('TaskRun', 'deploys')).toMatchObject({ status: 'True' });
    const made = await client.get<KubeObject & { data?: object }>(CONFIG_MAPS, { namespace, name: 'made' });
    expect(made?.data).toEqual({ a: 'b' });
    const logs = await testNamespace.logs('deploys');
    expect(logs['own']).toContain('secrets is forbidden');
    expect(JSON.stringify([logs, await harness.list('TaskRun'), await harness.list('Pod')])).not.toContain(
      issued.status.token,
    );
  });
});
