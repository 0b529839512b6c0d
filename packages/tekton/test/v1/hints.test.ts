import { expect, test } from '@jest/globals';
import { checkV1 } from '../support/v1.js';

const hintFor = (script: string, spec: object = {}): string | undefined => {
  const steps = [{ name: 'build', image: 'busybox', script }];
  const task = { apiVersion: 'tekton.dev/v1', kind: 'Task', metadata: { name: 'x' }, spec: { steps, ...spec } };
  return checkV1(task)[0]?.hint;
};

test.each([
  ['$(workspaces.sorce.path)', { workspaces: [{ name: 'source' }] }, "did you mean '$(workspaces.source.path)'?"],
  ['$(results.digset.path)', { results: [{ name: 'digest' }] }, "did you mean '$(results.digest.path)'?"],
  ['$(params.flasg[*])', { params: [{ name: 'flags', type: 'array' }] }, "did you mean '$(params.flags[*])'?"],
  ["$(params['revison'])", { params: [{ name: 'revision' }] }, "did you mean '$(params.revision)'?"],
])('the hint for %s is the whole variable', (script, spec, expected) => {
  expect(hintFor(script, spec)).toBe(expected);
});

test('an object param whose name has characters of patterns is checked like any other', () => {
  const params = [{ name: 'a(+', type: 'object', properties: { key: { type: 'string' } } }];
  expect(hintFor('$(params.a(+.kye)', { params: [...params] })).toContain("begin with a letter or '_'");
});
