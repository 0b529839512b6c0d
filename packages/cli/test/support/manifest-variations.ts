/**
 * Random variations of existing manifests: renamed, with nulls, with fields removed, in another order.
 *
 * A variation may be invalid, which the importer must handle too.
 */

import fc from 'fast-check';

/** Any JSON. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Path = readonly (string | number)[];

/** Names reserved in TypeScript, in the library or in generated programs, or special as object keys. */
export const AWKWARD_NAMES = [
  'pipeline',
  'task',
  'condition',
  'git-resource',
  'pipeline-run',
  'tekton-app',
  'chart',
  'construct',
  'api-object',
  'json-patch',
  'workspace',
  'workspaces',
  'params',
  'resources',
  'inputs',
  'outputs',
  'results',
  'check',
  'k8s',
  'scope',
  'id',
  'app',
  'class',
  'await',
  'async',
  'object',
  'process',
  'super',
  'null',
  'undefined',
  'constructor',
  '1',
  '0',
  '01',
  '1.0',
  'a',
  'b',
  'a-b',
  'a.b',
  'build',
  'test',
  '__proto__',
] as const;

/** A change to manifests. Changes are applied in sequence. */
type Change =
  | { readonly kind: 'rename'; readonly which: number; readonly name: string }
  | { readonly kind: 'drop'; readonly which: number }
  | { readonly kind: 'null'; readonly which: number }
  | { readonly kind: 'newline'; readonly which: number; readonly ending: string }
  | { readonly kind: 'reverse'; readonly which: number }
  | { readonly kind: 'replace'; readonly which: number; readonly value: Json };

const which = fc.nat({ max: 9999 });
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('rename' as const), which, name: fc.constantFrom(...AWKWARD_NAMES) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('null' as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('newline' as const),
      which,
      ending: fc.constantFrom('\n', '\n\n', '\r\n'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reverse' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('replace' as const),
      which,
      value: fc.constantFrom<Json>('x', '1h30m', '90m', '$(params.a)', 'nonsense', 7, true, [], {}, [null], ['x']),
    }),
  },
);

/** Names of fields, by the shape of the path to their parent. */
export type FieldsByPlace = ReadonlyMap<string, ReadonlySet<string>>;

/** Returns variations of manifests. Any of `fields` may become null at paths of its shape. */
export const variations = (objects: readonly Json[], fields: FieldsByPlace): fc.Arbitrary<readonly Json[]> =>
  fc
    .array(change, { minLength: 1, maxLength: 6 })
    .map((changes) => changes.reduce<readonly Json[]>((changing, it) => changed(changing, it, fields), objects));

function changed(objects: readonly Json[], it: Change, fields: FieldsByPlace): readonly Json[] {
  switch (it.kind) {
    case 'rename': {
      const old = pick(namesIn(objects), it.which);
      return old === undefined ? objects : (renamed(objects, old, it.name) as readonly Json[]); // a list stays one
    }
    case 'drop':
      return objects.length < 2 ? objects : objects.toSpliced(it.which % objects.length, 1);
    case 'null': {
      const places = placesIn(objects).flatMap(([path, value]) =>
        isObject(value) && path.length > 1
          ? [...(fields.get(shapeOf(objects, path)) ?? [])].map((key) => [...path, key])
          : [],
      );
      return put(objects, pick(places, it.which), null);
    }
    case 'newline': {
      const place = pick(
        placesIn(objects).filter(([path, value]) => typeof value === 'string' && path.length > 2),
        it.which,
      );
      return place ? put(objects, place[0], `${String(place[1])}${it.ending}`) : objects;
    }
    case 'reverse': {
      const place = pick(
        placesIn(objects).filter(([path, value]) => Array.isArray(value) && path.length > 1),
        it.which,
      );
      return place ? put(objects, place[0], (place[1] as readonly Json[]).toReversed()) : objects; // see `filter`
    }
    case 'replace': {
      const place = pick(
        placesIn(objects).filter(([path]) => path.length > 2),
        it.which,
      );
      return place ? put(objects, place[0], it.value) : objects;
    }
  }
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const pick = <T>(all: readonly T[], which: number): T | undefined => all[which % Math.max(all.length, 1)];

/** Returns all paths in a value, with the values at them. */
function placesIn(value: Json, path: Path = []): (readonly [Path, Json])[] {
  const below = Array.isArray(value)
    ? [...(value as readonly Json[]).entries()] // Array.isArray widens to any[]
    : isObject(value)
      ? Object.entries(value)
      : [];
  return [[path, value], ...below.flatMap(([key, item]) => placesIn(item, [...path, key]))];
}

const namesIn = (objects: readonly Json[]): readonly string[] => [
  ...new Set(
    placesIn(objects).flatMap(([path, value]) => (path.at(-1) === 'name' && typeof value === 'string' ? [value] : [])),
  ),
];

/** Renames all occurrences of a name: as a value, and as part of a variable. */
function renamed(value: Json, old: string, name: string): Json {
  if (value === old) return name;
  if (typeof value === 'string')
    return value.replaceAll(/\$\([^)]*\)/g, (variable) => variable.replaceAll(`.${old}`, `.${name}`));
  if (Array.isArray(value)) return value.map((it: Json) => renamed(it, old, name));
  return isObject(value) ? ownFields(Object.entries(value).map(([key, it]) => [key, renamed(it, old, name)])) : value;
}

/** Creates an object from entries, including `__proto__`. */
const ownFields = (entries: readonly (readonly [string, Json])[]): Json => Object.fromEntries(entries);

/** Returns the shape of a path: without list indexes, so that all steps have the same shape. */
const shapeOf = (objects: readonly Json[], path: Path): string => {
  const object = objects[Number(path[0])];
  const kind = isObject(object) && typeof object['kind'] === 'string' ? object['kind'] : '';
  return [kind, ...path.slice(1).map((step) => (typeof step === 'number' ? '*' : step))].join(' ');
};

/** Returns the fields of objects. */
export function fieldsIn(objects: readonly Json[]): FieldsByPlace {
  const fields = new Map<string, Set<string>>();
  for (const [path, value] of placesIn(objects)) {
    if (!isObject(value) || path.length === 0) continue;
    const shape = shapeOf(objects, path);
    fields.set(shape, new Set([...(fields.get(shape) ?? []), ...Object.keys(value)]));
  }
  return fields;
}

/** Returns a copy with another value at a path. */
function put(objects: readonly Json[], path: Path | undefined, value: Json): readonly Json[] {
  const set = (at: Json | undefined, [key, ...rest]: Path): Json => {
    if (key === undefined) return value;
    if (Array.isArray(at)) {
      const items = at as readonly Json[]; // Array.isArray widens to any[]
      return items.with(Number(key), set(items[Number(key)], rest));
    }
    const its = isObject(at) ? at : {};
    return ownFields([...Object.entries(its).filter(([it]) => it !== key), [String(key), set(its[key], rest)]]);
  };
  return path === undefined ? objects : (set(objects, path) as readonly Json[]); // a list stays one
}
