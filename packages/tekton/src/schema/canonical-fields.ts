/**
 * The names of fields as their kinds have them.
 *
 * Tekton's webhook decoded objects without regard to case, as Go does, and stored the names of its types, so manifests spell fields
 * as they like. The API server's own fields (`apiVersion`, `kind`, `metadata`) are left to it, and so are names that are the user's.
 */

import { isRecord } from './conformance.js';
import { kubernetesObject, type ObjectSchema, type Schema } from './schema.js';
import { KINDS } from '../v1alpha1/kinds.js';
import type { Path } from '../variables/task-fields.js';
import { API_VERSION, type Kind } from '../v1alpha1/types.js';

/** A field whose name is written in another case. */
export interface RespeltField {
  /** To the field, with the names as they are written. */
  readonly path: Path;
  /** The name that its kind has. */
  readonly name: string;
  /** Whether the same field is there once more, in another case: the last one counts. */
  readonly twice: boolean;
}

/** An object, and what was changed in it. */
export interface Canonical {
  /** The object that was given where nothing had to be changed. */
  readonly object: unknown;
  readonly respelt: readonly RespeltField[];
}

/** Gives the fields of an object of tekton.dev/v1alpha1 their names. Anything else is given back as it is. */
export function canonicalFields(object: unknown): Canonical {
  const respelt: RespeltField[] = [];
  if (!isRecord(object) || object['apiVersion'] !== API_VERSION) return { object, respelt };
  const kind = Object.keys(ROOTS).find((one): one is Kind => one === object['kind']);
  return { object: kind === undefined ? object : named(object, ROOTS[kind], [], respelt), respelt };
}

/** Gives the fields of a spec of this kind their names. */
export const canonicalSpec = <T extends object>(kind: Kind, spec: T): T => named(spec, KINDS[kind].spec, [], []) as T; // only names change

/** Of the fields of an object, Tekton decodes the spec; the others have been read by the API server. */
const ROOTS = Object.fromEntries(
  Object.values(KINDS).map(({ kind, spec }) => [kind, kubernetesObject('', { spec })]),
) as Readonly<Record<Kind, ObjectSchema>>; // each kind has one

const lowerCase = new WeakMap<ObjectSchema, ReadonlyMap<string, string>>();

/** The field that a name in another case means; undefined where there is none. */
function fieldMeant(name: string, schema: ObjectSchema): string | undefined {
  const known =
    lowerCase.get(schema) ?? new Map(Object.keys(schema.fields).map((field) => [field.toLowerCase(), field]));
  lowerCase.set(schema, known);
  return known.get(name.toLowerCase());
}

/** @param path where the walk is: one list for the whole of it */
function named(value: unknown, schema: Schema, path: (string | number)[], respelt: RespeltField[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (schema.is === 'open') return schema.of ? named(value, schema.of, path, respelt) : value;
  if (schema.is === 'list') return Array.isArray(value) ? items(value, schema.of, path, respelt) : value;
  if (!isRecord(value)) return value;
  if (schema.is === 'map') return entries(value, () => schema.of, undefined, path, respelt);
  if (schema.is === 'object') return entries(value, (name) => schema.fields[name], schema, path, respelt);
  return value;
}

function items(list: readonly unknown[], of: Schema, path: (string | number)[], respelt: RespeltField[]): unknown {
  let changed: unknown[] | undefined;
  for (const [index, item] of list.entries()) {
    path.push(index);
    const next = named(item, of, path, respelt);
    path.pop();
    if (next !== item) changed ??= list.slice(0, index);
    changed?.push(next);
  }
  return changed ?? list;
}

/** @param names whose fields these are; undefined where the names are the user's */
function entries(
  object: Readonly<Record<string, unknown>>,
  schemaOf: (name: string) => Schema | undefined,
  names: ObjectSchema | undefined,
  path: (string | number)[],
  respelt: RespeltField[],
): unknown {
  const keys = Object.keys(object);
  let changed: [string, unknown][] | undefined;
  for (const [index, key] of keys.entries()) {
    const known = names === undefined || Object.hasOwn(names.fields, key);
    const meant = known ? key : fieldMeant(key, names);
    const schema = meant === undefined ? undefined : schemaOf(meant);
    path.push(key);
    if (meant !== undefined && meant !== key) respelt.push({ path: [...path], name: meant, twice: isTwice(key, keys) });
    const next = schema ? named(object[key], schema, path, respelt) : object[key];
    path.pop();
    const name = meant ?? key;
    if (name !== key || next !== object[key])
      changed ??= keys.slice(0, index).map((before) => [before, object[before]]);
    changed?.push([name, next]);
  }
  return changed ? Object.fromEntries(changed) : object;
}

const isTwice = (name: string, siblings: readonly string[]): boolean =>
  siblings.filter((sibling) => sibling.toLowerCase() === name.toLowerCase()).length > 1;
