/** Parsing of method and URL. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { requestInfo, type RequestInfo } from '../../src/api/request-info.js';

const read = (method: string, path: string): RequestInfo => requestInfo(method, `http://kubernetes${path}`);

describe('a parsed request', () => {
  test.each([
    ['GET', '/api/v1/pods', { verb: 'list', resource: 'pods', namespace: '', name: '' }],
    ['GET', '/api/v1/namespaces/a/pods?watch=1', { verb: 'watch', resource: 'pods', namespace: 'a' }],
    ['GET', '/api/v1/namespaces/a/pods?watch', { verb: 'watch' }],
    ['GET', '/api/v1/namespaces/a/pods?watch=False', { verb: 'list' }],
    ['GET', '/api/v1/namespaces/a', { verb: 'get', resource: 'namespaces', namespace: 'a', name: 'a' }],
    ['PUT', '/api/v1/namespaces/a/finalize', { verb: 'update', resource: 'namespaces', subresource: 'finalize' }],
    [
      'GET',
      '/apis/x.io/v1/namespaces/a/things/b/status',
      { verb: 'get', group: 'x.io', version: 'v1', resource: 'things', name: 'b', subresource: 'status' },
    ],
    ['DELETE', '/api/v1/namespaces/a/pods', { verb: 'deletecollection', name: '' }],
    ['DELETE', '/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Da', { verb: 'deletecollection', name: '' }],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name%3Da', { verb: 'list', name: 'a', object: '' }],
    ['GET', '/api/v1/pods?fieldSelector=x%3D1,metadata.name%3Da', { verb: 'list', name: 'a' }],
    ['GET', '/api/v1/pods?fieldSelector=x%3D1%5C,metadata.name%3Da', { verb: 'list', name: '' }],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name!%3Da', { verb: 'list', name: '' }],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name%3D..', { verb: 'list', name: '' }],
    ['GET', '/api/v1/namespaces/a/pods/b?watch=true', { verb: 'get', name: 'b', object: 'b' }],
    ['GET', '/api/v1/watch/namespaces/a/pods/b', { verb: 'watch', resource: 'pods', namespace: 'a', object: 'b' }],
    ['DELETE', '/api/v1/watch/namespaces/a/pods', { verb: 'watch', method: 'DELETE' }],
    ['PATCH', '/api/v1/namespaces/a/pods/b', { verb: 'patch', name: 'b' }],
    ['OPTIONS', '/api/v1/namespaces/a/pods', { verb: '', resource: 'pods' }],
    ['GET', '/api/v1/namespaces/a/pods/b/log/more', { subresource: 'log', hasRest: true }],
    ['GET', '/api/v1/namespaces/a/pods/b%2flog', { verb: 'get', name: 'b', subresource: 'log' }],
    ['GET', '/api/v1/namespaces/a/pods/%2562', { name: '%62' }],
    ['GET', '/api/v1/namespaces/a/pods/b/', { verb: 'get', name: 'b', subresource: '' }],
    ['GET', '//api/v1/pods//', { verb: 'list', resource: 'pods' }],
  ])('%s %s', (method, path, expected) => {
    expect(read(method, path)).toMatchObject({ kind: 'resource', ...expected });
  });

  test.each([
    ['/', '/'],
    ['/api', '/api'],
    ['/apis/x.io/v1', '/apis/x.io/v1'],
    ['/%76ersion', '/version'],
    ['/apis/x.io', '/apis/x.io'],
    ['/api/v1/watch', '/api/v1/watch'],
    ['/API/v1/pods', '/API/v1/pods'],
    ['/api/v1/namespaces//pods', '/api/v1/namespaces//pods'],
    ['/api//v1/pods', '/api//v1/pods'],
  ])('%s is not a resource request', (path, expected) => {
    expect(read('GET', path)).toMatchObject({ kind: 'path', verb: 'get', path: expected });
  });

  test.each([
    ['/api/v1/%zz/x', 'invalid URL escape "%zz"'],
    ['/api/v1/%', 'invalid URL escape "%"'],
    [':port', 'parse "http://kubernetes:port": invalid URI for request'],
  ])('%s is a bad request', (path, message) => {
    expect(() => read('GET', path)).toThrow(message);
  });

  test('does not depend on percent-encoding', () => {
    const path = '/apis/x.io/v1/namespaces/a/things/some.name/status';
    const encodedPaths = fc
      .array(fc.integer({ min: 0, max: 3 }), { minLength: path.length, maxLength: path.length })
      .map((choices) =>
        [...path]
          .map((character, index) =>
            choices[index] === 0 && index > 0 ? `%${character.charCodeAt(0).toString(16)}` : character,
          )
          .join(''),
      );
    const { query: _query, ...expected } = read('GET', path);
    fc.assert(fc.property(encodedPaths, (path) => expect(read('GET', path)).toMatchObject(expected)));
  });
});
