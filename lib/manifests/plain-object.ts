/**
 * An ApiObject whose fields are already plain values, as this library creates them.
 *
 * cdk8s resolves tokens in every value each time it renders an object. Validation at synth and the YAML writer need the object too; for
 * plain fields they can read it without this work.
 */

import { ApiObject, App, type ApiObjectMetadata, type JsonPatch } from 'cdk8s';
import type { Construct } from 'constructs';

/** The number of resolvers that every app has; with more, cdk8s must render the objects. */
export const BUILT_IN_RESOLVERS = 3;

/** An object's apiVersion, kind and metadata, and its other fields. */
export interface PlainObjectProps {
  readonly apiVersion: string;
  readonly kind: string;
  /** @default - a name made from the construct path, in the chart's namespace */
  readonly metadata?: ApiObjectMetadata;
  readonly fields: object;
}

/** An ApiObject that can be read before it is rendered. */
export class PlainObject extends ApiObject {
  static #patches = 0;
  readonly #fields: object;
  #patched = false;
  #tokenless: boolean | undefined;

  constructor(scope: Construct, id: string, { fields, ...props }: PlainObjectProps) {
    super(scope, id, { ...props, ...fields });
    this.#fields = fields;
  }

  /** The number of patches in this process: while it does not change, no object has been patched. */
  static get patches(): number {
    return PlainObject.#patches;
  }

  /** cdk8s's `instanceof` treats every ApiObject as an instance of any subclass. */
  static override [Symbol.hasInstance](object: unknown): object is PlainObject {
    return typeof object === 'object' && object !== null && #patched in object;
  }

  override addJsonPatch(...patches: JsonPatch[]): void {
    this.#patched = true;
    PlainObject.#patches++;
    super.addJsonPatch(...patches);
  }

  /** Whether only the fields and the metadata determine the manifest. No other object changes the fields, so it is computed once. */
  #isPlain(): boolean {
    return !this.#patched && (this.#tokenless ??= isTokenless(this.#fields));
  }

  /** Renders the object as ApiObject does: keys sorted, undefined fields omitted.
   * Its fields contain nothing to resolve, so resolvers are called only if the app adds its own.
   */
  override toJson(): object {
    if (!this.#isPlain() || App.of(this).resolvers.length > BUILT_IN_RESOLVERS || process.env['CDK8S_DISABLE_SORT']) {
      return super.toJson() as object; // `any` in cdk8s
    }
    const metadata = this.metadata.toJson() as object; // `any` in cdk8s
    return { apiVersion: this.apiVersion, kind: this.kind, metadata, ...(sorted(this.#fields) as object) }; // fields are an object
  }

  /** Returns the manifest; it shares its fields with the object and must not be changed. Renders it completely only if that could differ. */
  preview(): object {
    if (!this.#isPlain()) return super.toJson() as object; // `any` in cdk8s
    const metadata = this.metadata.toJson() as object; // `any` in cdk8s
    return { apiVersion: this.apiVersion, kind: this.kind, ...this.#fields, metadata };
  }
}

/** Returns a copy with sorted keys, without undefined fields. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  if (Array.isArray(value)) return value.map(sorted);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    const field = sorted((value as Record<string, unknown>)[key]); // a plain object
    if (field !== undefined) copy[key] = field;
  }
  return copy;
}

/** Returns the manifest of any object, without rendering it if possible. */
export const manifestOf = (object: ApiObject): object =>
  object instanceof PlainObject ? object.preview() : (object.toJson() as object); // `any` in cdk8s

/** Whether a value contains no tokens that cdk8s has to resolve. */
function isTokenless(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function';
  if (Array.isArray(value)) return value.every(isTokenless);
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) if (!isTokenless((value as Record<string, unknown>)[key])) return false; // own keys of a plain object
  return true;
}
