/** Names of ResolutionRequests, as in recordings of Tekton v1.15. */

import { expect, test } from '@jest/globals';
import { requestNameOf } from '../../src/resolvers/request-name.js';

test.each<[string, string, string, Readonly<Record<string, string>>, string]>([
  [
    'c-r-resolver-http',
    't2',
    'http',
    { url: 'http://10.245.0.1:8088/catalog/tasks/none.yaml' },
    'http-1d1480733a51645c28203e582a3030dd',
  ],
  ['c-v-resolver-params', 't6', 'http', {}, 'http-9123743453158faffc6015a7e27463be'],
  ['c-v-resolver-params', 't5', 'http', { url: 'ftp://x' }, 'http-19af5c91cb3f14ce9780e1bd1d10ce6a'],
  [
    'c-v-resolver-params',
    't4',
    'cluster',
    { kind: 'foo', name: 'x', namespace: 'default' },
    'cluster-c07bb1d4cc3904d668dcb44d746f4503',
  ],
  [
    'c-v-resolver-params',
    't8',
    'bundles',
    { kind: 'foo', bundle: '10.245.0.1:15000/sample/bundle:1', name: 'x' },
    'bundles-de42bb7b2694466adecc5edb5f51196b',
  ],
])('the request of %s/%s to %s', (namespace, run, resolver, params, expected) => {
  const list = Object.entries(params).map(([name, value]) => ({ name, value }));
  expect(requestNameOf({ resolver, params: list, namespace, run })).toBe(`${namespace}/${expected}`);
});
