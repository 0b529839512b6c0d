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
const THING = {
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
export const TYPES: readonly ResourceType[] = [...BUILT_IN, THING];

/** Pseudorandom choices from a seed (Park-Miller generator). */
class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 7919 + 1;
  }

  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % limit;
  }

  /** Returns true with probability 1 / `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  of<T>(...values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: [nested(depth - 1)] });
const JUNK: readonly unknown[] = [
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
  nested(20),
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
  if (!schema || choices.once(40)) return choices.of(...JUNK);
  if (schema['x-kubernetes-int-or-string'] === true) return choices.of<unknown>(1, '80%', '1Gi', '100m', 'http');
  switch (schema.type) {
    case 'string':
      return choices.of(
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
      return choices.of(0, 1, 3, 600, 65_536);
    case 'boolean':
      return choices.once(2);
    case 'array':
      return Array.from({ length: choices.below(3) }, () => valueFor(choices, schema.items, depth - 1));
    case undefined:
    default:
      return objectFor(choices, schema, depth);
  }
}

function objectFor(choices: Choices, schema: Schema, depth: number): Record<string, unknown> {
  const created: Record<string, unknown> = {};
  if (depth <= 0) return created;
  const fields = Object.entries(schema.properties ?? {});
  const often = Math.max(1, Math.ceil(fields.length / 4));
  for (const [field, inner] of fields) if (choices.once(often)) created[field] = valueFor(choices, inner, depth - 1);
  if (typeof schema.additionalProperties === 'object')
    for (const field of ['a', 'b/c', 'constructor'])
      if (choices.once(3)) created[field] = valueFor(choices, schema.additionalProperties, depth - 1);
  if (choices.once(10)) created[choices.of('extra', 'constructor', 'toString')] = choices.of(...JUNK);
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
  const whole = type.schema ? objectFor(choices, type.schema, 7) : {};
  const [field = 'status'] = Object.keys(whole);
  const part = choices.once(2) ? {} : { [field]: whole[field] };
  const created: Record<string, unknown> = choices.once(3) ? whole : { ...TEMPLATES.get(type.plural), ...part };
  const metadata =
    typeof created['metadata'] === 'object' && created['metadata'] !== null && !Array.isArray(created['metadata'])
      ? created['metadata']
      : {};
  if (choices.once(25)) return created;
  return {
    ...created,
    apiVersion: groupVersionOf(type),
    kind: type.kind,
    metadata: { ...metadata, name: choices.of('a', 'b'), ...(choices.once(5) && { finalizers: ['x/y'] }) },
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
  const object = choices.once(15) ? choices.of(...JUNK) : bodyFor(choices, type);
  if (choices.once(25))
    return {
      type: choices.of('application/json', 'application/yaml', 'text/plain'),
      text: choices.of(
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
  if (choices.once(30)) {
    const bytes = Uint8Array.from({ length: choices.below(40) }, () => choices.below(256));
    return { type: 'application/vnd.kubernetes.protobuf', text: Uint8Array.from([0x6b, 0x38, 0x73, 0, ...bytes]) };
  }
  if (method !== 'PATCH')
    return {
      type: choices.once(20) ? 'application/xml' : choices.of('application/json', 'application/yaml'),
      text: JSON.stringify(object),
    };
  const operations = Array.from({ length: choices.below(4) }, () => ({
    op: choices.of('add', 'replace', 'remove', 'move', 'copy', 'test', 'x'),
    path: choices.of(...POINTERS),
    from: choices.of(...POINTERS),
    value: choices.once(3) ? object : choices.of(...JUNK),
  }));
  return choices.once(3)
    ? { type: 'application/json-patch+json', text: JSON.stringify(operations) }
    : {
        type: choices.of(
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
  const type = choices.once(3)
    ? choices.of(
        THING,
        ...TYPES.filter(({ plural }) => /^(pods|secrets|configmaps|customres.*|roles|deployments)$/.test(plural)),
      )
    : choices.of(...TYPES);
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const namespace = type.namespaced && !choices.once(15) ? `/namespaces/${choices.once(10) ? 'none' : 'default'}` : '';
  const method = choices.of(
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
    ODD_METHODS[choices.below(8)] ?? 'GET',
  );
  const named = choices.once(10) || (method === 'POST' ? choices.once(10) : !choices.once(4));
  const name = named
    ? `/${encodeURIComponent(choices.once(6) ? choices.of(...NAMES) : choices.of('a', 'a', 'b'))}`
    : '';
  const below = name !== '' && choices.once(6) ? `/${choices.of(...type.subresources, 'status', 'scale', 'x')}` : '';
  const prefix = choices.once(40) ? choices.of('/', '//', '/%2e%2e/', '/watch/x', '/%zz') : '';
  const safe =
    method === 'DELETE' && /^(namespaces|customresourcedefinitions|cluster.*)$/.test(type.plural) ? 'GET' : method;
  const query = PARAMETERS.filter(() => choices.once(12)).map(
    ([key, values]) => `${key}=${encodeURIComponent(choices.of(...values))}`,
  );
  const content = contentFor(choices, method, type);
  const bodiless = safe === 'GET' || safe === 'HEAD';
  return {
    method: safe,
    path: `${root}${namespace}/${type.plural}${name}${below}${prefix}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    headers: {
      'content-type': content.type,
      accept: choices.once(20)
        ? choices.of('text/html', '')
        : choices.of('application/json', '*/*', 'application/json;as=Table;v=v1;g=meta.k8s.io'),
      ...(choices.once(30) && { 'impersonate-user': choices.of('a', 'system:serviceaccount:default:default') }),
      ...(choices.once(60) && { 'impersonate-group': 'x' }),
    },
    ...(!bodiless && { body: content.text }),
  };
}
