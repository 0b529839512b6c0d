/** CustomResourceDefinitions and custom objects. */

import { expect, test } from '@jest/globals';
import { fieldsOf, MERGE, STRATEGIC, TABLE_MEDIA_TYPE, type Json, type Server } from './server.js';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 9 },
        color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
        code: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
        port: { 'x-kubernetes-int-or-string': true },
        parts: {
          type: 'array',
          items: { type: 'object', properties: { name: { type: 'string' }, count: { type: 'integer', default: 1 } } },
        },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        map: { type: 'object', additionalProperties: { type: 'string' } },
        maybe: { type: 'string', nullable: true },
      },
    },
    status: { type: 'object', properties: { phase: { type: 'string' } } },
  },
};

const definition = (group: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList', shortNames: ['wd'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
        ],
      },
    ],
  },
});

const isEstablished = (crd: Json | undefined): boolean => {
  const conditions = (crd?.status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions;
  return conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false;
};

export function describeDefinitions(currentServer: () => Server): void {
  const group = (): string => `${currentServer().namespace}.pipewright.dev`;
  const widgets = (path = ''): string => currentServer().group(`${group()}/v1`, `widgets${path}`);
  const widget = (name: string, spec: object, metadata: object = {}) => ({
    apiVersion: `${group()}/v1`,
    kind: 'Widget',
    metadata: { name },
    spec,
    ...metadata,
  });

  test('a definition is established and then served', async () => {
    const server = currentServer();
    await server.create(CRDS, definition(group()));
    await server.waitForObject(CRDS, `widgets.${group()}`, isEstablished);
    // A real server starts serving shortly after it reports Established.
    const list = await server.waitForStatus(widgets(), (status) => status !== 404);
    expect(list.body).toMatchObject({ kind: 'WidgetList', apiVersion: `${group()}/v1`, items: [] });
    const discovered = await server.get(`/apis/${group()}/v1`);
    const resources = discovered.body['resources'] as { name: string }[];
    expect(resources).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'widgets', kind: 'Widget', shortNames: ['wd'], singularName: 'widget' }),
        expect.objectContaining({ name: 'widgets/status' }),
      ]),
    );
  });

  test('defaults are filled in and unknown fields pruned at every depth, unless they are preserved', async () => {
    const spec = { size: 3, unknown: 1, parts: [{ name: 'a', more: 1 }], free: { any: { thing: [1] } }, port: '80%' };
    const created = await currentServer().create(widgets(), widget('filled', spec, { alsoUnknown: true }));
    expect(created.spec).toEqual({
      size: 3,
      color: 'red',
      parts: [{ name: 'a', count: 1 }],
      free: { any: { thing: [1] } },
      port: '80%',
    });
    expect(created).not.toHaveProperty('alsoUnknown');
  });

  test('a null is treated as an absent field unless it is allowed', async () => {
    const spec = { size: 1, color: null, code: null, parts: [{ name: null }], map: { a: null }, maybe: null };
    const created = await currentServer().create(widgets(), widget('nulls', spec));
    expect(created.spec).toEqual({ size: 1, color: 'red', parts: [{ count: 1 }], map: {}, maybe: null });
  });

  test.each<[string, object, readonly string[]]>([
    ['a missing field', {}, ['spec.size']],
    ['null for a required field', { size: null }, ['spec.size']],
    ['a wrong type', { size: 'three' }, ['spec.size']],
    ['a number below the minimum', { size: 0 }, ['spec.size']],
    ['a number above the maximum', { size: 10 }, ['spec.size']],
    ['a value outside the enum', { size: 1, color: 'green' }, ['spec.color']],
    ['a string that does not match the pattern', { size: 1, code: 'A1' }, ['spec.code']],
    ['a string that is too long', { size: 1, code: 'abcdef' }, ['spec.code']],
    ['a string in place of a list', { size: 1, parts: 'a' }, ['spec.parts']],
    [
      'a wrong type in a list',
      { size: 1, parts: [{ name: 'a' }, { name: 1 }] },
      ['spec.parts[1].name', 'spec.parts.name'],
    ],
    ['a map with a number as value', { size: 1, map: { a: 1 } }, ['spec.map.a', 'spec.map']],
    ['a value that is neither an integer nor a string', { size: 1, port: 1.5 }, ['spec.port']],
  ])('%s is invalid, and the cause names the field', async (_, spec, possibleFields) => {
    const response = await currentServer().post(widgets(), widget('invalid', spec));
    expect([response.status, response.body.reason]).toEqual([422, 'Invalid']);
    expect(response.body.details).toMatchObject({ kind: 'Widget', name: 'invalid' });
    expect(response.body.message).toMatch(/^Widget\.\S+ "invalid" is invalid: /);
    expect(possibleFields).toContain(fieldsOf(response)[0]);
  });

  test('all violations are reported', async () => {
    const response = await currentServer().post(widgets(), widget('invalid', { size: 0, color: 'green' }));
    expect(fieldsOf(response).sort()).toEqual(['spec.color', 'spec.size']);
  });

  test('null is accepted only in nullable fields', async () => {
    const created = await currentServer().create(widgets(), widget('nullable', { size: 1, maybe: null, color: null }));
    expect(created.spec).toEqual({ size: 1, maybe: null, color: 'red' });
  });

  test('the status changes only through the status subresource', async () => {
    const server = currentServer();
    const created = await server.create(widgets(), widget('doors', { size: 1 }, { status: { phase: 'forged' } }));
    expect(created).not.toHaveProperty('status');
    const main = await server.patch(widgets('/doors'), MERGE, { spec: { size: 2 }, status: { phase: 'forged' } });
    expect([main.body.spec?.['size'], main.body.status]).toEqual([2, undefined]);
    const status = await server.patch(widgets('/doors/status'), MERGE, {
      spec: { size: 5 },
      status: { phase: 'Running' },
    });
    expect([status.body.spec?.['size'], status.body.status]).toEqual([2, { phase: 'Running' }]);
    const replaced = await server.put(widgets('/doors/status'), { ...status.body, status: { phase: 'Done' } });
    expect(replaced.body.status).toEqual({ phase: 'Done' });
  });

  test('the generation counts only changes of the spec', async () => {
    const server = currentServer();
    const path = widgets('/counted');
    const created = await server.create(widgets(), widget('counted', { size: 1 }));
    const label = await server.patch(path, MERGE, { metadata: { labels: { a: 'b' } } });
    const status = await server.patch(`${path}/status`, MERGE, { status: { phase: 'x' } });
    const spec = await server.patch(path, MERGE, { spec: { size: 2 } });
    const generations = [created, label.body, status.body, spec.body].map(({ metadata }) => metadata.generation);
    expect(generations).toEqual([1, 1, 1, 2]);
  });

  test('a strategic patch is unsupported, and a replacement requires a resourceVersion', async () => {
    const server = currentServer();
    await server.create(widgets(), widget('strict', { size: 1 }));
    const strategic = await server.patch(widgets('/strict'), STRATEGIC, { spec: { size: 2 } });
    expect([strategic.status, strategic.body.reason]).toEqual([415, 'UnsupportedMediaType']);
    const replaced = await server.put(widgets('/strict'), widget('strict', { size: 2 }));
    expect([replaced.status, fieldsOf(replaced)]).toEqual([422, ['metadata.resourceVersion']]);
  });

  test('a table has the columns of the definition', async () => {
    const server = currentServer();
    await server.create(widgets(), widget('tabled', { size: 7 }));
    await server.patch(widgets('/tabled/status'), MERGE, { status: { phase: 'Up' } });
    const { body } = await server.get(widgets('/tabled'), { accept: TABLE_MEDIA_TYPE });
    expect((body['columnDefinitions'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'Name',
      'Size',
      'Phase',
    ]);
    expect((body['rows'] as { cells: unknown[] }[])[0]!.cells).toEqual(['tabled', 7, 'Up']);
  });

  test('watches receive custom objects like built-in objects', async () => {
    const server = currentServer();
    const { body } = await server.get(widgets());
    const watch = await server.watch(widgets(), `resourceVersion=${body.metadata.resourceVersion}`);
    await server.create(widgets(), widget('watched', { size: 1 }));
    await server.patch(widgets('/watched/status'), MERGE, { status: { phase: 'x' } });
    await server.delete(widgets('/watched'));
    expect((await watch.take(3)).map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    await watch.close();
  });

  test('a definition that is not structural is rejected', async () => {
    const crd = definition(`bad.${group()}`);
    const brokenDefinition = structuredClone(crd) as unknown as { spec: { versions: { schema: object }[] } };
    brokenDefinition.spec.versions[0]!.schema = {
      openAPIV3Schema: { properties: { spec: { properties: { a: {} } } } },
    };
    const response = await currentServer().post(CRDS, brokenDefinition);
    expect([response.status, response.body.reason]).toEqual([422, 'Invalid']);
  });

  const field = (schema: unknown) => {
    const crd = structuredClone(definition(`bad.${group()}`)) as { spec: { versions: { schema: object }[] } };
    const spec = { type: 'object', properties: { a: schema } };
    crd.spec.versions[0]!.schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
    return crd;
  };

  test.each<[string, object, readonly string[]]>([
    ['an unknown type', { type: 'bogus' }, ['type']],
    ['no type', {}, ['type']],
    ['a list without items', { type: 'array' }, ['items']],
    ['an invalid pattern', { type: 'string', pattern: '(' }, ['pattern']],
    ['a pattern with a lookahead', { type: 'string', pattern: '^(?=a)' }, ['pattern']],
    ['a default of another type', { type: 'integer', default: 'x' }, ['default']],
    ['a type within anyOf', { type: 'object', anyOf: [{ type: 'object' }] }, ['anyOf[0].type']],
    [
      'properties and additionalProperties',
      { type: 'object', properties: { b: { type: 'string' } }, additionalProperties: { type: 'string' } },
      ['additionalProperties'],
    ],
    ['uniqueItems', { type: 'array', items: { type: 'string' }, uniqueItems: true }, ['uniqueItems']],
    [
      'list type map without keys',
      { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' },
      ['x-kubernetes-list-map-keys'],
    ],
  ])('a definition with %s is rejected, and the cause names the field', async (_what, schema, fields) => {
    const response = await currentServer().post(CRDS, field(schema));
    expect([response.status, response.body.reason]).toEqual([422, 'Invalid']);
    const path = 'spec.validation.openAPIV3Schema.properties[spec].properties[a]';
    expect(fieldsOf(response)).toEqual(expect.arrayContaining(fields.map((field) => `${path}.${field}`)));
  });

  test.each<[string, object]>([
    ['required: "a"', { type: 'object', required: 'a' }],
    ['allOf: {}', { type: 'object', allOf: {} }],
    ['enum: 1', { type: 'integer', enum: 1 }],
    ['pattern: 1', { type: 'string', pattern: 1 }],
    ['additionalProperties: 1', { type: 'object', additionalProperties: 1 }],
    ['maxLength: 1.5', { type: 'string', maxLength: 1.5 }],
    ['a list in place of a schema', [{ type: 'string' }]],
  ])('a definition with %s is a bad request', async (_what, schema) => {
    const response = await currentServer().post(CRDS, field(schema));
    expect([response.status, response.body.reason]).toEqual([400, 'BadRequest']);
  });

  test.each<[string, object, string]>([
    ['a group without a dot', { group: 'simple' }, 'spec.group'],
    ['an unknown scope', { scope: 'Everywhere' }, 'spec.scope'],
    [
      'upper-case names',
      { names: { plural: 'Widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' } },
      'spec.names.plural',
    ],
    ['no versions', { versions: [] }, 'spec.versions'],
  ])('a definition with %s is rejected', async (_what, spec, expectedFields) => {
    const crd = definition(`bad.${group()}`);
    const response = await currentServer().post(CRDS, { ...crd, spec: { ...crd.spec, ...spec } });
    expect([response.status, response.body.reason]).toEqual([422, 'Invalid']);
    expect(fieldsOf(response)).toContain(expectedFields);
  });

  test("patterns have Go's syntax, may begin with flags, and are matched in linear time", async () => {
    const server = currentServer();
    const name = `patterns.${group()}`;
    const crd = structuredClone(definition(group())) as unknown as {
      metadata: { name: string };
      spec: { names: object; versions: { schema: object }[] };
    };
    crd.metadata.name = name;
    crd.spec.names = { plural: 'patterns', singular: 'pattern', kind: 'Pattern', listKind: 'PatternList' };
    const spec = {
      type: 'object',
      properties: {
        any: { type: 'string', pattern: '(?i)^[a-z]+$' },
        slow: { type: 'string', pattern: '^(a+)+$' },
      },
    };
    crd.spec.versions[0]!.schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
    await server.create(CRDS, crd);
    await server.waitForObject(CRDS, name, isEstablished);
    const path = server.group(`${group()}/v1`, 'patterns');
    while ((await server.get(path)).status === 404);
    const pattern = (fields: object) => ({
      apiVersion: `${group()}/v1`,
      kind: 'Pattern',
      metadata: { name: 'one' },
      spec: fields,
    });
    const slowMatch = await server.post(path, pattern({ slow: `${'a'.repeat(5000)}b` }));
    expect([slowMatch.status, fieldsOf(slowMatch)]).toEqual([422, ['spec.slow']]);
    expect(fieldsOf(await server.post(path, pattern({ any: 'a1' })))).toEqual(['spec.any']);
    expect((await server.post(path, pattern({ any: 'ABC', slow: 'aaa' }))).status).toBe(201);
    await server.delete(`${CRDS}/${name}`);
  });

  test('deleting a definition deletes its objects', async () => {
    const server = currentServer();
    await server.delete(`${CRDS}/widgets.${group()}`);
    await server.waitForObject(CRDS, `widgets.${group()}`, (crd) => crd === undefined);
    const list = await server.waitForStatus(widgets(), (status) => status === 404);
    expect(list.status).toBe(404);
  });
}
