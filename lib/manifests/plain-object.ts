/**
 * An ApiObject whose fields are plain values already, as this library makes them.
 *
 * cdk8s resolves tokens in every value of an object each time it renders one. The checks at synth need the object too, and
 * for plain fields they can have it, as can the writer, without that work.
 */

import { ApiObject, App, type ApiObjectMetadata, type JsonPatch } from 'cdk8s';
import type { Construct } from 'constructs';

/** How many resolvers every app has; with more, objects must be rendered by cdk8s. */
export const BUILT_IN_RESOLVERS = 3;

/** An object's group, kind and metadata, and its other fields. */
export interface PlainObjectProps {
  readonly apiVersion: string;
  readonly kind: string;
  /** @default - a name made from the construct path, in the chart's namespace */
  readonly metadata?: ApiObjectMetadata;
  readonly fields: object;
}

/** An ApiObject that can show itself before it is rendered. */
export class PlainObject extends ApiObject {
  static #patches = 0;
  readonly #fields: object;
  #patched = false;
  #tokenless: boolean | undefined;

  constructor(scope: Construct, id: string, { fields, ...props }: PlainObjectProps) {
    super(scope, id, { ...props, ...fields });
    this.#fields = fields;
  }

  /** How many patches there have been in this process: while it stands still, no object has been patched. */
  static get patches(): number {
    return PlainObject.#patches;
  }

  /** ApiObject takes every ApiObject for an instance of any of its subclasses. */
  static override [Symbol.hasInstance](object: unknown): object is PlainObject {
    return typeof object === 'object' && object !== null && #patched in object;
  }

  override addJsonPatch(...patches: JsonPatch[]): void {
    this.#patched = true;
    PlainObject.#patches++;
    super.addJsonPatch(...patches);
  }

  /** Whether nothing but the fields and the metadata makes the manifest. No other object changes the fields, so it is computed once. */
  #isPlain(): boolean {
    return !this.#patched && (this.#tokenless ??= isTokenless(this.#fields));
  }

  /**
   * Renders the object, as ApiObject does: keys sorted, absent fields left out.
   *
   * Its own fields have nothing to resolve, so resolvers are asked only where an app has some of its own.
   */
  override toJson(): object {
    if (!this.#isPlain() || App.of(this).resolvers.length > BUILT_IN_RESOLVERS || process.env['CDK8S_DISABLE_SORT']) {
      return super.toJson() as object; // `any` in cdk8s
    }
    const metadata = this.metadata.toJson() as object; // `any` in cdk8s
    return { apiVersion: this.apiVersion, kind: this.kind, metadata, ...(sorted(this.#fields) as object) }; // fields are an object
  }

  /** What will be rendered. Shares its fields with the object: read only. Rendered in full only where that could differ. */
  preview(): object {
    if (!this.#isPlain()) return super.toJson() as object; // `any` in cdk8s
    const metadata = this.metadata.toJson() as object; // `any` in cdk8s
    return { apiVersion: this.apiVersion, kind: this.kind, ...this.#fields, metadata };
  }
}

/** A copy with its keys in order, without what is absent. */
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

/** The manifest of any object, by the shortest way there is. */
export const manifestOf = (object: ApiObject): object =>
  object instanceof PlainObject ? object.preview() : (object.toJson() as object); // `any` in cdk8s

/** Whether a value holds no tokens for cdk8s to resolve. */
function isTokenless(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function';
  if (Array.isArray(value)) return value.every(isTokenless);
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) if (!isTokenless((value as Record<string, unknown>)[key])) return false; // own keys of a plain object
  return true;
}
