/**
 * Generates requests from seeds, for all built-in kinds and a custom kind: mostly valid, with one oddity each.
 */

import { BUILT_IN } from '../../src/api/kinds/builtin.js';
import { groupVersionOf, type ResourceType } from '../../src/api/kinds/resource-type.js';
import type { Schema } from '../../src/api/schema/schema.js';

const SCHEMA: Schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        constructor: { type: 'string', default: 'x' },
        size: { type: 'integer', minimum: 1 },
        word: { type: 'string', pattern: '^([a-z]+)*$', maxLength: 9 },
        when: { type: 'string', format: 'date-time' },
        odd: { type: 'string', format: '__defineGetter__' },
        either: { 'x-kubernetes-int-or-string': true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        map: { type: 'object', additionalProperties: { type: 'string' } },
        list: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
          items: { type: 'object', required: ['k'], properties: { k: { type: 'string' }, v: { type: 'integer' } } },
        },
        set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        nested: {
          type: 'object',
          oneOf: [{ required: ['a'] }, { required: ['b'] }],
          properties: { a: { type: 'string' }, b: { type: 'string' } },
        },
      },
    },
    status: { type: 'object', properties: { phase: { type: 'string' } } },
  },
};
const column = (name: string, type: string, jsonPath: string) => ({ name, type, jsonPath });
/** The definition of the custom kind. */
export const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.fuzz.example.com' },
  spec: {
    group: 'fuzz.example.com',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: SCHEMA },
        subresources: { status: {} },
        selectableFields: [{ jsonPath: '.spec.free' }],
        additionalPrinterColumns: [
          column('Age', 'date', '.spec.word'),
          column('Free', 'string', '.spec.free'),
          column('List', 'integer', '.spec.list[*].v'),
        ],
      },
    ],
  },
};
const CUSTOM_TYPE = {
  ...BUILT_IN[0]!,
  group: 'fuzz.example.com',
  version: 'v1',
  plural: 'things',
  kind: 'Thing',
  namespaced: true,
  subresources: ['status'],
  schema: SCHEMA,
  custom: true,
};
/** All kinds that requests are generated for. */
export const TYPES: readonly ResourceType[] = [...BUILT_IN, CUSTOM_TYPE];

/** Pseudorandom choices from a seed (Park-Miller generator). */
class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 7919 + 1;
  }

  integerBelow(limit: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % limit;
  }

  /** Returns true with probability 1 / `times`. */
  withOddsOf(times: number): boolean {
    return this.integerBelow(times) === 0;
  }

  oneOf<T>(...values: readonly T[]): T {
    return values[this.integerBelow(values.length)]!;
  }
}

const nestedObject = (depth: number): unknown => (depth === 0 ? 1 : { a: [nestedObject(depth - 1)] });
const UNUSUAL_VALUES: readonly unknown[] = [
  null,
  '',
  'x',
  0,
  -1,
  1.5,
  1e300,
  true,
  [],
  {},
  [null],
  [[]],
  { a: 1 },
  [{}],
  'x'.repeat(300),
  nestedObject(20),
  '2020-01-01T00:00:00Z',
  '1Gi',
  '1e999',
  { constructor: 1 },
  'constructor',
  2 ** 53,
  '-',
  '\u0000',
  '\ud800',
  '日本',
  'a\nb',
  ['a', 'a'],
  '1e-400',
  '9'.repeat(200),
];

/** Generates a value that usually conforms to a schema. */
function valueFor(choices: Choices, schema: Schema | undefined, depth: number): unknown {
  if (!schema || choices.withOddsOf(40)) return choices.oneOf(...UNUSUAL_VALUES);
  if (schema['x-kubernetes-int-or-string'] === true) return choices.oneOf<unknown>(1, '80%', '1Gi', '100m', 'http');
  switch (schema.type) {
    case 'string':
      return choices.oneOf(
        'a',
        'x',
        'default',
        'things',
        'Always',
        'Pod',
        'v1',
        '2020-01-01T00:00:00Z',
        'YQ==',
        'kubernetes.io/tls',
        '/a',
      );
    case 'integer':
    case 'number':
      return choices.oneOf(0, 1, 3, 600, 65_536);
    case 'boolean':
      return choices.withOddsOf(2);
    case 'array':
      return Array.from({ length: choices.integerBelow(3) }, () => valueFor(choices, schema.items, depth - 1));
    case undefined:
    default:
      return objectFor(choices, schema, depth);
  }
}

function objectFor(choices: Choices, schema: Schema, depth: number): Record<string, unknown> {
  const created: Record<string, unknown> = {};
  if (depth <= 0) return created;
  const fields = Object.entries(schema.properties ?? {});
  const odds = Math.max(1, Math.ceil(fields.length / 4));
  for (const [field, inner] of fields)
    if (choices.withOddsOf(odds)) created[field] = valueFor(choices, inner, depth - 1);
  if (typeof schema.additionalProperties === 'object')
    for (const field of ['a', 'b/c', 'constructor'])
      if (choices.withOddsOf(3)) created[field] = valueFor(choices, schema.additionalProperties, depth - 1);
  if (choices.withOddsOf(10))
    created[choices.oneOf('extra', 'constructor', 'toString')] = choices.oneOf(...UNUSUAL_VALUES);
  return created;
}

const ODD_METHODS = ['HEAD', 'OPTIONS', 'QUERY'];
const NAMES = ['a', 'b', 'default', 'kube-root-ca.crt', 'things.fuzz.example.com', 'UPPER', '..', 'x'.repeat(300)];

const CONTAINERS = [{ name: 'c', image: 'x', resources: { requests: { cpu: '1' } }, env: [{ name: 'A', value: '1' }] }];
const RBAC = 'rbac.authorization.k8s.io';

/** The required fields of objects, by kind. */
const TEMPLATES = new Map<string, object>([
  ['pods', { spec: { containers: CONTAINERS } }],
  [
    'deployments',
    {
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: CONTAINERS } },
      },
    },
  ],
  ['roles', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }],
  ['rolebindings', { roleRef: { apiGroup: RBAC, kind: 'Role', name: 'a' }, subjects: [{ kind: 'User', name: 'a' }] }],
  ['persistentvolumeclaims', { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }],
  ['resourcequotas', { spec: { hard: { pods: '50', 'requests.cpu': '100', 'count/things.fuzz.example.com': '9' } } }],
  ['limitranges', { spec: { limits: [{ type: 'Container', default: { cpu: '1' }, max: { cpu: '2' } }] } }],
  ['secrets', { stringData: { a: 'b' } }],
  ['configmaps', { data: { a: 'b' } }],
  ['events', { involvedObject: { kind: 'Pod', namespace: 'default', name: 'a' } }],
  ['things', { spec: { size: 1, word: 'abc', nested: { a: 'x' }, list: [{ k: 'a' }], set: ['a'], free: { a: 1 } } }],
]);

function bodyFor(choices: Choices, type: ResourceType): Record<string, unknown> {
  const validObject = type.schema ? objectFor(choices, type.schema, 7) : {};
  const [field = 'status'] = Object.keys(validObject);
  const part = choices.withOddsOf(2) ? {} : { [field]: validObject[field] };
  const created: Record<string, unknown> = choices.withOddsOf(3)
    ? validObject
    : { ...TEMPLATES.get(type.plural), ...part };
  const metadata =
    typeof created['metadata'] === 'object' && created['metadata'] !== null && !Array.isArray(created['metadata'])
      ? created['metadata']
      : {};
  if (choices.withOddsOf(25)) return created;
  return {
    ...created,
    apiVersion: groupVersionOf(type),
    kind: type.kind,
    metadata: { ...metadata, name: choices.oneOf('a', 'b'), ...(choices.withOddsOf(5) && { finalizers: ['x/y'] }) },
  };
}

const POINTERS = [
  '/metadata/labels',
  '/metadata/labels/x',
  '/spec',
  '/spec/list/0',
  '/spec/list/-',
  '/data/a',
  '',
  '/metadata',
  '/status/phase',
  '/metadata/name',
  '/spec/free/a',
];

/** Generates a body that usually matches its content type. */
function contentFor(choices: Choices, method: string, type: ResourceType): { type: string; text: string | Uint8Array } {
  const object = choices.withOddsOf(15) ? choices.oneOf(...UNUSUAL_VALUES) : bodyFor(choices, type);
  if (choices.withOddsOf(25))
    return {
      type: choices.oneOf('application/json', 'application/yaml', 'text/plain'),
      text: choices.oneOf(
        '',
        '{',
        '[',
        '{"a":1,"a":2}',
        'a: [',
        '&a [*a]',
        '? ? ?',
        '{"__proto__":{}}',
        '\u0000',
        '{"a":1e999}',
      ),
    };
  if (choices.withOddsOf(30)) {
    const bytes = Uint8Array.from({ length: choices.integerBelow(40) }, () => choices.integerBelow(256));
    return { type: 'application/vnd.kubernetes.protobuf', text: Uint8Array.from([0x6b, 0x38, 0x73, 0, ...bytes]) };
  }
  if (method !== 'PATCH')
    return {
      type: choices.withOddsOf(20) ? 'application/xml' : choices.oneOf('application/json', 'application/yaml'),
      text: JSON.stringify(object),
    };
  const operations = Array.from({ length: choices.integerBelow(4) }, () => ({
    op: choices.oneOf('add', 'replace', 'remove', 'move', 'copy', 'test', 'x'),
    path: choices.oneOf(...POINTERS),
    from: choices.oneOf(...POINTERS),
    value: choices.withOddsOf(3) ? object : choices.oneOf(...UNUSUAL_VALUES),
  }));
  return choices.withOddsOf(3)
    ? { type: 'application/json-patch+json', text: JSON.stringify(operations) }
    : {
        type: choices.oneOf(
          'application/merge-patch+json',
          'application/strategic-merge-patch+json',
          'application/apply-patch+yaml',
        ),
        text: JSON.stringify(object),
      };
}

const PARAMETERS: readonly [string, readonly string[]][] = [
  ['watch', ['true', '1', '0', '']],
  ['limit', ['1', '-1', 'x', '99999999999999999999']],
  [
    'continue',
    [
      'x',
      Buffer.from('{"v":1,"revision":1e99,"after":"x"}').toString('base64url'),
      Buffer.from('{"v":1,"revision":-1,"after":""}').toString('base64url'),
    ],
  ],
  ['resourceVersion', ['0', '1', 'x', '999999999999999']],
  ['resourceVersionMatch', ['Exact', 'NotOlderThan', 'x']],
  ['labelSelector', ['a', '!a', 'a in (b', 'a>1', '(((', 'a notin ()']],
  ['fieldSelector', ['metadata.name=a', 'status.phase!=x', 'spec.free=x', '=', 'constructor=a', 'metadata.name=\\']],
  ['dryRun', ['All', 'x']],
  ['fieldValidation', ['Strict', 'Warn', 'Ignore', 'x']],
  ['fieldManager', ['me', '', 'you']],
  ['force', ['true']],
  ['gracePeriodSeconds', ['0', '5', 'x', '1e300', '-1']],
  ['propagationPolicy', ['Foreground', 'Orphan', 'x']],
  ['timeoutSeconds', ['1', 'x', '99999999999']],
  ['allowWatchBookmarks', ['true']],
  ['sendInitialEvents', ['true', 'x']],
  ['container', ['x', '']],
  ['tailLines', ['x', '-1', '1']],
  ['sinceTime', ['x', '2020-01-01T00:00:00Z']],
  ['includeObject', ['None', 'Object', 'x']],
];

/** A generated request. */
export interface GeneratedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** Generates a request. Deterministic for a given seed. */
export function requestFor(seed: number): GeneratedRequest {
  const choices = new Choices(seed);
  const type = choices.withOddsOf(3)
    ? choices.oneOf(
        CUSTOM_TYPE,
        ...TYPES.filter(({ plural }) => /^(pods|secrets|configmaps|customres.*|roles|deployments)$/.test(plural)),
      )
    : choices.oneOf(...TYPES);
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const namespace =
    type.namespaced && !choices.withOddsOf(15) ? `/namespaces/${choices.withOddsOf(10) ? 'none' : 'default'}` : '';
  const method = choices.oneOf(
    'GET',
    'GET',
    'POST',
    'POST',
    'POST',
    'PUT',
    'PUT',
    'PATCH',
    'PATCH',
    'PATCH',
    'DELETE',
    ODD_METHODS[choices.integerBelow(8)] ?? 'GET',
  );
  const hasName = choices.withOddsOf(10) || (method === 'POST' ? choices.withOddsOf(10) : !choices.withOddsOf(4));
  const name = hasName
    ? `/${encodeURIComponent(choices.withOddsOf(6) ? choices.oneOf(...NAMES) : choices.oneOf('a', 'a', 'b'))}`
    : '';
  const subresource =
    name !== '' && choices.withOddsOf(6) ? `/${choices.oneOf(...type.subresources, 'status', 'scale', 'x')}` : '';
  const prefix = choices.withOddsOf(40) ? choices.oneOf('/', '//', '/%2e%2e/', '/watch/x', '/%zz') : '';
  const safe =
    method === 'DELETE' && /^(namespaces|customresourcedefinitions|cluster.*)$/.test(type.plural) ? 'GET' : method;
  const query = PARAMETERS.filter(() => choices.withOddsOf(12)).map(
    ([key, values]) => `${key}=${encodeURIComponent(choices.oneOf(...values))}`,
  );
  const content = contentFor(choices, method, type);
  const bodiless = safe === 'GET' || safe === 'HEAD';
  return {
    method: safe,
    path: `${root}${namespace}/${type.plural}${name}${subresource}${prefix}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    headers: {
      'content-type': content.type,
      accept: choices.withOddsOf(20)
        ? choices.oneOf('text/html', '')
        : choices.oneOf('application/json', '*/*', 'application/json;as=Table;v=v1;g=meta.k8s.io'),
      ...(choices.withOddsOf(30) && {
        'impersonate-user': choices.oneOf('a', 'system:serviceaccount:default:default'),
      }),
      ...(choices.withOddsOf(60) && { 'impersonate-group': 'x' }),
    },
    ...(!bodiless && { body: content.text }),
  };
}
