/** Strategic merge patches, using the schema of a pod's spec. */

import { expect, test } from '@jest/globals';
import { schemaOfType } from '../../../../src/api/kinds/builtin-schemas.js';
import { fieldsOf } from '../../../../src/api/verbs/patch/managed-fields.js';
import { strategicPatch } from '../../../../src/api/verbs/patch/strategic-merge-patch.js';

const spec = {
  restartPolicy: 'Always',
  containers: [
    { name: 'a', image: 'a:1', command: ['x'], env: [{ name: 'E', value: '1' }] },
    { name: 'b', image: 'b:1' },
  ],
  tolerations: [{ key: 'k' }],
  volumes: [{ name: 'v', emptyDir: {} }],
};

const cases: { patch: string; patchBody: Record<string, unknown>; expected: object }[] = [
  {
    patch: 'merges items by their key and leaves the others',
    patchBody: { containers: [{ name: 'b', image: 'b:2' }] },
    expected: { containers: [spec.containers[0], { name: 'b', image: 'b:2' }] },
  },
  {
    patch: 'adds an item at the end',
    patchBody: { containers: [{ name: 'c', image: 'c:1' }] },
    expected: { containers: [...spec.containers, { name: 'c', image: 'c:1' }] },
  },
  {
    patch: 'removes an item with $patch: delete',
    patchBody: { containers: [{ name: 'a', $patch: 'delete' }] },
    expected: { containers: [spec.containers[1]] },
  },
  {
    patch: 'replaces a whole list with $patch: replace',
    patchBody: { containers: [{ $patch: 'replace' }, { name: 'z', image: 'z:1' }] },
    expected: { containers: [{ name: 'z', image: 'z:1' }] },
  },
  {
    patch: 'puts items in the order of $setElementOrder',
    patchBody: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
    expected: { containers: [spec.containers[1], spec.containers[0]] },
  },
  {
    patch: 'replaces a list without a key',
    patchBody: { tolerations: [{ key: 'n' }] },
    expected: { tolerations: [{ key: 'n' }] },
  },
  {
    patch: 'replaces a list of plain values',
    patchBody: { containers: [{ name: 'a', command: ['y'] }] },
    expected: { containers: [{ ...spec.containers[0], command: ['y'] }, spec.containers[1]] },
  },
  {
    patch: 'changes the kind of a volume with $retainKeys',
    patchBody: { volumes: [{ name: 'v', $retainKeys: ['name', 'secret'], secret: { secretName: 's' } }] },
    expected: { volumes: [{ name: 'v', secret: { secretName: 's' } }] },
  },
  { patch: 'removes a field with null', patchBody: { restartPolicy: null }, expected: { restartPolicy: undefined } },
];

test.each(cases)('a strategic patch $patch', ({ patchBody, expected }) => {
  expect(strategicPatch(spec, patchBody, schemaOfType('PodSpec'))).toEqual({ ...spec, ...expected });
});

test('the values of a set are merged and can be removed', () => {
  const schema = schemaOfType('ObjectMeta');
  expect(strategicPatch({ finalizers: ['a', 'b'] }, { finalizers: ['c', 'a'] }, schema)).toEqual({
    finalizers: ['a', 'b', 'c'],
  });
  const removal = { '$deleteFromPrimitiveList/finalizers': ['a'] };
  expect(strategicPatch({ finalizers: ['a', 'b'] }, removal, schema)).toEqual({ finalizers: ['b'] });
});

test('an item without its merge key is rejected', () => {
  const patch = { containers: [{ image: 'x' }] };
  expect(() => strategicPatch(spec, patch, schemaOfType('PodSpec'))).toThrow(
    'does not contain declared merge key: name',
  );
});

test('applied fields are owned by field, by item and by value', () => {
  const current = { metadata: { name: 'a', finalizers: ['f'] }, spec: { containers: [{ name: 'a', command: ['x'] }] } };
  expect(fieldsOf(current, schemaOfType('Pod'))).toEqual({
    'f:metadata': { 'f:finalizers': { 'v:"f"': {} } },
    'f:spec': { 'f:containers': { 'k:{"name":"a"}': { 'f:name': {}, 'f:command': {} } } },
  });
});
