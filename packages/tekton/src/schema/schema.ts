/**
 * A small language for the shapes of objects: what fields there are, of what type, and what they are for.
 *
 * `schema-kinds.ts` says in it what the seven kinds look like, once; the CRDs (`crds.ts`) and the check of a user's object
 * (`check-shape.ts`) both come from there. `fields` is tied to the wire types, so a field that one of the two does not
 * know fails to compile.
 */

/** What one value may be. */
export type Schema =
  | StringSchema
  | { readonly is: 'boolean'; readonly description: string }
  | { readonly is: 'integer'; readonly description: string; readonly minimum: number }
  | ObjectSchema
  | { readonly is: 'list'; readonly description: string; readonly of: Schema }
  | { readonly is: 'map'; readonly description: string; readonly of: Schema }
  /** An object (or list) of Kubernetes that passes through as it is. `of`: the fields that Kubernetes knows there, for the check. */
  | { readonly is: 'open'; readonly description: string; readonly list?: true; readonly of?: Schema }
  /** A whole number or a word, as the ports of probes are. */
  | { readonly is: 'intOrString'; readonly description: string }
  /** A string or a list of strings. */
  | { readonly is: 'value'; readonly description: string }
  /** A string or a number, as quantities are. */
  | { readonly is: 'quantity'; readonly description: string };

/** Text, or one of a few words. */
export interface StringSchema {
  readonly is: 'string';
  readonly description: string;
  readonly oneOf?: readonly string[];
  /** What a cluster writes there when the field is left out of an object that is. By default nothing. */
  readonly fallback?: string;
}

/** An object with known fields. */
export interface ObjectSchema {
  readonly is: 'object';
  readonly description: string;
  readonly fields: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
  /** Where a field lives that people write here, because another version of Tekton has it here. */
  readonly elsewhere: Readonly<Record<string, string>>;
  /** Of those, what makes fields of this object of their values. */
  readonly moves: Readonly<Record<string, Move>>;
}

/** Makes the fields of an object that a value belongs to, which stands in a field of another version. */
export type Move = (value: unknown) => Readonly<Record<string, unknown>>;

/** The declared fields of a type, without its index signature. */
type Known<T> = keyof {
  [K in keyof T as string extends K ? never : number extends K ? never : K]: T[K];
};

/** Text; `oneOf` lists the only words allowed. */
export const text = (description: string, oneOf?: readonly string[]): StringSchema => ({
  is: 'string',
  description,
  ...(oneOf && { oneOf }),
});

/** The same text, for which a cluster writes `fallback` when it is left out. */
export const defaulted = (schema: StringSchema, fallback: string): StringSchema => ({ ...schema, fallback });

/** true or false. */
export const flag = (description: string): Schema => ({ is: 'boolean', description });

/** A whole number, `minimum` or more. */
export const integer = (description: string, minimum = 0): Schema => ({ is: 'integer', description, minimum });

/** A list. */
export const list = (description: string, of: Schema): Schema => ({ is: 'list', description, of });

/** An object whose keys are the user's. */
export const map = (description: string, of: Schema): Schema => ({ is: 'map', description, of });

/** A part of Kubernetes that definitions let pass as it is. `of`: its fields; absent: anything goes. */
export const open = (description: string, of?: Schema): Schema => ({ is: 'open', description, ...(of && { of }) });

/** The same for a list; `of` is the shape of its elements. */
export const openList = (description: string, of?: Schema): Schema => ({
  is: 'open',
  description,
  list: true,
  ...(of && { of: list(description, of) }),
});

/** A whole number or a word. */
export const intOrString = (description: string): Schema => ({ is: 'intOrString', description });

/** A param's value. */
export const value = (description: string): Schema => ({ is: 'value', description });

/** A string or number. */
export const quantity = (description: string): Schema => ({ is: 'quantity', description });

/** An object with the fields of `T`, all of them and no others. */
export function object<T>(
  description: string,
  fields: Readonly<Record<Known<T> & string, Schema>>,
  options: {
    readonly required?: readonly (Known<T> & string)[];
    readonly elsewhere?: Readonly<Record<string, string>>;
    readonly moves?: Readonly<Record<string, Move>>;
  } = {},
): ObjectSchema {
  const { required = [], elsewhere = {}, moves = {} } = options;
  return { is: 'object', description, fields, required, elsewhere, moves };
}

/** An object of Kubernetes, of which the wire types name only a part. */
export function kubernetesObject(
  description: string,
  fields: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): ObjectSchema {
  return { is: 'object', description, fields, required, elsewhere: {}, moves: {} };
}
