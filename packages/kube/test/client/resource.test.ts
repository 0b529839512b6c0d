import { describe, expect, test } from '@jest/globals';
import {
  apiVersionOf,
  DEPLOYMENTS,
  parseKey,
  keyOf,
  LEASES,
  NAMESPACES,
  pathOf,
  PODS,
  resource,
} from '../../src/index.js';

describe('the paths and keys of a kind', () => {
  const taskRuns = resource('tekton.dev/v1alpha1', 'taskruns', 'TaskRun');
  test.each([
    ['pods of all namespaces', pathOf(PODS), '/api/v1/pods'],
    ['pods of a namespace', pathOf(PODS, { namespace: 'ci' }), '/api/v1/namespaces/ci/pods'],
    ['a pod', pathOf(PODS, { namespace: 'ci', name: 'a' }), '/api/v1/namespaces/ci/pods/a'],
    ['its log', pathOf(PODS, { namespace: 'ci', name: 'a', subresource: 'log' }), '/api/v1/namespaces/ci/pods/a/log'],
    [
      'a namespace, which is cluster-scoped',
      pathOf(NAMESPACES, { namespace: 'x', name: 'ci' }),
      '/api/v1/namespaces/ci',
    ],
    ['a lease', pathOf(LEASES, { namespace: 'ci' }), '/apis/coordination.k8s.io/v1/namespaces/ci/leases'],
    ['a deployment', pathOf(DEPLOYMENTS, { namespace: 'ci' }), '/apis/apps/v1/namespaces/ci/deployments'],
    ['a custom resource', pathOf(taskRuns), '/apis/tekton.dev/v1alpha1/taskruns'],
    [
      'a name with special characters, escaped',
      pathOf(PODS, { namespace: 'ci', name: '../x' }),
      '/api/v1/namespaces/ci/pods/..%2Fx',
    ],
  ])('%s', (_, path, expected) => {
    expect(path).toBe(expected);
  });

  test('the path of a namespaced object requires a namespace', () => {
    expect(() => pathOf(PODS, { name: 'a' })).toThrow('Pod a needs a namespace: pods are namespaced');
  });

  test('the apiVersion of a kind has a group unless it is in the core group', () => {
    expect([apiVersionOf(PODS), apiVersionOf(taskRuns)]).toEqual(['v1', 'tekton.dev/v1alpha1']);
  });

  test('a key consists of namespace and name, and can be parsed', () => {
    expect(keyOf({ metadata: { namespace: 'ci', name: 'a' } })).toBe('ci/a');
    expect(keyOf({ metadata: { name: 'ci' } })).toBe('ci');
    expect(parseKey('ci/a')).toEqual({ namespace: 'ci', name: 'a' });
    expect(parseKey('ci')).toEqual({ name: 'ci' });
  });
});
