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

const cases: { patch: string; given: Record<string, unknown>; want: object }[] = [
  {
    patch: 'merges items by their key and leaves the others',
    given: { containers: [{ name: 'b', image: 'b:2' }] },
    want: { containers: [spec.containers[0], { name: 'b', image: 'b:2' }] },
  },
  {
    patch: 'adds an item at the end',
    given: { containers: [{ name: 'c', image: 'c:1' }] },
    want: { containers: [...spec.containers, { name: 'c', image: 'c:1' }] },
  },
  {
    patch: 'removes an item with $patch: delete',
    given: { containers: [{ name: 'a', $patch: 'delete' }] },
    want: { containers: [spec.containers[1]] },
  },
  {
    patch: 'replaces a whole list with $patch: replace',
    given: { containers: [{ $patch: 'replace' }, { name: 'z', image: 'z:1' }] },
    want: { containers: [{ name: 'z', image: 'z:1' }] },
  },
  {
    patch: 'puts items in the order of $setElementOrder',
    given: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
    want: { containers: [spec.containers[1], spec.containers[0]] },
  },
  {
    patch: 'replaces a list without a key',
    given: { tolerations: [{ key: 'n' }] },
    want: { tolerations: [{ key: 'n' }] },
  },
  {
    patch: 'replaces a list of plain values',
    given: { containers: [{ name: 'a', command: ['y'] }] },
    want: { containers: [{ ...spec.containers[0], command: ['y'] }, spec.containers[1]] },
  },
  {
    patch: 'changes the kind of a volume with $retainKeys',
    given: { volumes: [{ name: 'v', $retainKeys: ['name', 'secret'], secret: { secretName: 's' } }] },
    want: { volumes: [{ name: 'v', secret: { secretName: 's' } }] },
  },
  { patch: 'removes a field with null', given: { restartPolicy: null }, want: { restartPolicy: undefined } },
];

test.each(cases)('a strategic patch $patch', ({ given, want }) => {
  expect(strategicPatch(spec, given, schemaOfType('PodSpec'))).toEqual({ ...spec, ...want });
});

test('a set is united, and its values can be taken out', () => {
  const schema = schemaOfType('ObjectMeta');
  expect(strategicPatch({ finalizers: ['a', 'b'] }, { finalizers: ['c', 'a'] }, schema)).toEqual({
    finalizers: ['a', 'b', 'c'],
  });
  const without = { '$deleteFromPrimitiveList/finalizers': ['a'] };
  expect(strategicPatch({ finalizers: ['a', 'b'] }, without, schema)).toEqual({ finalizers: ['b'] });
});

test('an item without its key is refused', () => {
  const patch = { containers: [{ image: 'x' }] };
  expect(() => strategicPatch(spec, patch, schemaOfType('PodSpec'))).toThrow(
    'does not contain declared merge key: name',
  );
});

test('what is applied is owned by field, by item, and by value', () => {
  const wanted = { metadata: { name: 'a', finalizers: ['f'] }, spec: { containers: [{ name: 'a', command: ['x'] }] } };
  expect(fieldsOf(wanted, schemaOfType('Pod'))).toEqual({
    'f:metadata': { 'f:finalizers': { 'v:"f"': {} } },
    'f:spec': { 'f:containers': { 'k:{"name":"a"}': { 'f:name': {}, 'f:command': {} } } },
  });
});
