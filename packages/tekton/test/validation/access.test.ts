/** Names and bindings that Kubernetes rejects, and permissions that no step has a token for. */

import { expect, test } from '@jest/globals';
import { checkObjects } from '@pipewright/tekton';
import { account, build, changed, everything, pipeline, repo, run, web } from '../support/objects.js';

/** Formats each problem as one line: severity, code, object, path, message and hint. */
const lines = (objects: readonly unknown[]): string[] =>
  checkObjects(objects).map(
    ({ severity, code, object, path, message, hint }) =>
      `${severity} ${code} ${object?.name ?? ''} ${path.join('.')}: ${message} (${hint})`,
  );

/** Returns `everything`, with the object of the same name replaced. */
const withChanged = (object: { kind: string; metadata: { name?: string } }): unknown[] =>
  everything.map((one) => (one.kind === object.kind && one.metadata.name === object.metadata.name ? object : one));

const binding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'bot' },
  subjects: [{ kind: 'ServiceAccount', name: 'bot', namespace: 'default' }],
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'bot' },
};

const rows: { wrong: string; objects: readonly unknown[]; expected: string[] }[] = [
  {
    wrong: 'a ServiceAccount without its namespace',
    objects: [{ ...binding, kind: 'ClusterRoleBinding', subjects: [{ kind: 'ServiceAccount', name: 'bot' }] }],
    expected: [
      "error SUBJECT_NAMESPACE_MISSING bot subjects.0.namespace: the ServiceAccount 'bot' has no namespace (add `namespace: …` to the subject)",
    ],
  },
  {
    wrong: 'names that Kubernetes refuses',
    objects: [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'My_Map' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a.b-c', namespace: 'Team' } },
      { ...binding, metadata: { name: 'system:Bot' } },
    ],
    expected: [
      "error OBJECT_NAME_INVALID My_Map metadata.name: the name 'My_Map' of this ConfigMap is not a valid DNS subdomain (use a-z, 0-9, '-' and '.', with a letter or digit at both ends)",
      "error NAME_INVALID a.b-c metadata.namespace: the name 'Team' of this namespace is not a valid DNS label (use a-z, 0-9 and '-', for example 'team')",
    ],
  },
  {
    wrong: 'names of a resource and a result that no variable can hold',
    objects: [changed(changed(build, 'spec.inputs.resources.0.name', 'a b'), 'spec.results', [{ name: 'sum/total' }])],
    expected: [
      "warning NAME_ODD build spec.inputs.resources.0.name: the name 'a b' of this resource is hard to use in $(…) (begin with a letter or '_', and continue with letters, digits, '_' and '-')",
      "warning NAME_ODD build spec.results.0.name: the name 'sum/total' of this result is hard to use in $(…) (begin with a letter or '_', and continue with letters, digits, '_' and '-')",
    ],
  },
  {
    wrong: 'rights that no step has a token for',
    objects: [...withChanged({ ...account, ...{ automountServiceAccountToken: false } }), binding],
    expected: [
      "warning TOKEN_ABSENT release-1 spec.serviceAccount: the ServiceAccount 'bot' has permissions, but no step of this run has a token to use them (mount a projected token in the step that needs it (`kubernetesApi: true` in a program), or have the account mount it)",
    ],
  },
];

test.each(rows)('$wrong', ({ objects, expected }) => {
  expect(lines(objects)).toEqual(expected);
});

const token = { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } };
const mounted = { name: 'own', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' };

test.each([
  ['the account mounts its token', [account, build, pipeline, run]],
  ['a step mounts a token', [changed(build, 'spec.volumes', [token])]],
  ['a step mounts a volume at the path of the token', [changed(build, 'spec.steps.0.volumeMounts', [mounted])]],
  ['the run lets its pods mount the token', [changed(run, 'spec.podTemplate', { automountServiceAccountToken: true })]],
  [
    'the task is not among the objects',
    [changed(pipeline, 'spec.tasks.0.taskRef', { name: 'remote', kind: 'ClusterTask' })],
  ],
  [
    'the task runs as another account',
    [changed(run, 'spec.serviceAccounts', [{ taskName: 'compile', serviceAccount: 'default' }])],
  ],
])('permissions are usable when %s', (_, changes: readonly { readonly kind: string }[]) => {
  const base = [{ ...account, automountServiceAccountToken: false }, build, pipeline, repo, web, run, binding];
  const objects = base.map((one) => changes.find(({ kind }) => kind === one.kind) ?? one);

  expect(lines(objects).filter((line) => line.includes('TOKEN_ABSENT'))).toEqual([]);
});
