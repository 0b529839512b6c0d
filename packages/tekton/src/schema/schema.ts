/**
 * Schemas of fields: types and descriptions.
 *
 * `v1alpha1/kinds.ts` describes the kinds with them; the CRDs and the conformance check derive from there. `fields` is typed by the wire
 * types, so a field that is missing in one of the two does not compile.
 */

/** The schema of one value. */
export type Schema =
  | StringSchema
  | { readonly kind: 'boolean'; readonly description: string }
  | { readonly kind: 'integer'; readonly description: string; readonly minimum: number }
  | ObjectSchema
  | { readonly kind: 'list'; readonly description: string; readonly of: Schema }
  | { readonly kind: 'map'; readonly description: string; readonly of: Schema }
  /** An object (or list) of Kubernetes that passes through unchanged. `of`: its fields in Kubernetes, for the check. */
  | { readonly kind: 'open'; readonly description: string; readonly list?: true; readonly of?: Schema }
  /** A whole number or a word, as the ports of probes are. */
  | { readonly kind: 'intOrString'; readonly description: string }
  /** A string or a list of strings. */
  | { readonly kind: 'value'; readonly description: string }
  /** A string, a list of strings, or an object of strings. Other values stand for their JSON text, as in Tekton. */
  | { readonly kind: 'anyValue'; readonly description: string }
  /** A string or a number, as quantities are. */
  | { readonly kind: 'quantity'; readonly description: string };

/** Text, or one of a list of words. */
export interface StringSchema {
  readonly kind: 'string';
  readonly description: string;
  readonly allowed?: readonly string[];
  /** Code of the problem that any other value is. @default VALUE_UNKNOWN */
  readonly unknownCode?: 'RESOURCE_TYPE_UNKNOWN';
  /** Default that the API server writes. Absent: none. */
  readonly default?: string;
}

/** An object with known fields. */
export interface ObjectSchema {
  readonly kind: 'object';
  readonly description: string;
  readonly fields: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
  /** Hints for fields that another version of Tekton has here. */
  readonly misplacedHints: Readonly<Record<string, string>>;
  /** Converts the values of such fields to fields of this object. */
  readonly relocations: Readonly<Record<string, Relocation>>;
}

/** Converts the value of another version's field to fields of this object. */
export type Relocation = (paramValue: unknown) => Readonly<Record<string, unknown>>;

/** The declared fields of a type, without its index signature. */
type DeclaredFields<T> = keyof {
  [K in keyof T as string extends K ? never : number extends K ? never : K]: T[K];
};

/** Text; `oneOf` lists the only words allowed. */
export const string = (description: string, oneOf?: readonly string[]): StringSchema => ({
  kind: 'string',
  description,
  ...(oneOf && { allowed: oneOf }),
});

/** The same text, for which a cluster writes `fallback` when it is left out. */
export const withDefault = (schema: StringSchema, fallback: string): StringSchema => ({ ...schema, default: fallback });

/** true or false. */
export const boolean = (description: string): Schema => ({ kind: 'boolean', description });

/** A whole number, `minimum` or more. */
export const integer = (description: string, minimum = 0): Schema => ({ kind: 'integer', description, minimum });

/** A list. */
export const list = (description: string, of: Schema): Schema => ({ kind: 'list', description, of });

/** An object whose keys are the user's. */
export const map = (description: string, of: Schema): Schema => ({ kind: 'map', description, of });

/** A part of Kubernetes that CRDs pass through unchecked. `of`: its fields, for the conformance check; absent: any. */
export const passThrough = (description: string, of?: Schema): Schema => ({
  kind: 'open',
  description,
  ...(of && { of }),
});

/** The same for a list; `of` is the shape of its elements. */
export const passThroughList = (description: string, of?: Schema): Schema => ({
  kind: 'open',
  description,
  list: true,
  ...(of && { of: list(description, of) }),
});

/** A whole number or a word. */
export const intOrString = (description: string): Schema => ({ kind: 'intOrString', description });

/** A param's value. */
export const value = (description: string): Schema => ({ kind: 'value', description });

/** A param's value of any type: string, array or object. */
export const anyValue = (description: string): Schema => ({ kind: 'anyValue', description });

/** A string or number. */
export const quantity = (description: string): Schema => ({ kind: 'quantity', description });

/** An object with the fields of `T`, all of them and no others. */
export function object<T>(
  description: string,
  fields: Readonly<Record<DeclaredFields<T> & string, Schema>>,
  options: {
    readonly required?: readonly (DeclaredFields<T> & string)[];
    readonly elsewhere?: Readonly<Record<string, string>>;
    readonly moves?: Readonly<Record<string, Relocation>>;
  } = {},
): ObjectSchema {
  const { required = [], elsewhere = {}, moves = {} } = options;
  return { kind: 'object', description, fields, required, misplacedHints: elsewhere, relocations: moves };
}

/** An object of Kubernetes, of which the wire types name only a part. */
export function kubernetesObject(
  description: string,
  fields: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): ObjectSchema {
  return { kind: 'object', description, fields, required, misplacedHints: {}, relocations: {} };
}

/** The same object with hints for fields that it does not have. */
export const withHints = (schema: ObjectSchema, hints: Readonly<Record<string, string>>): ObjectSchema => ({
  ...schema,
  misplacedHints: { ...schema.misplacedHints, ...hints },
});

/** Returns the fields of an object, except some. */
export const withoutFields = (
  { fields }: ObjectSchema,
  excluded: readonly string[],
): Readonly<Record<string, Schema>> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !excluded.includes(name)));
