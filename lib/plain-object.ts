/**
 * An ApiObject whose fields are plain values already, as this library makes them.
 *
 * cdk8s resolves tokens in every value of an object each time it renders one. The checks at synth need the object too, and
 * for plain fields they can have it, as can the writer, without that work.
 */

import { ApiObject, type ApiObjectMetadata, type JsonPatch } from 'cdk8s';
import type { Construct } from 'constructs';

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

  /** What will be rendered. Shares its fields with the object: read only. Rendered in full only where that could differ. */
  preview(): object {
    if (this.#patched || !isPlain(this.#fields)) return this.toJson() as object; // `any` in cdk8s
    const metadata = this.metadata.toJson() as object; // `any` in cdk8s
    return { apiVersion: this.apiVersion, kind: this.kind, ...this.#fields, metadata };
  }
}

/** The manifest of any object, by the shortest way there is. */
export const manifestOf = (object: ApiObject): object =>
  object instanceof PlainObject ? object.preview() : (object.toJson() as object); // `any` in cdk8s

/** Whether a value holds no tokens for cdk8s to resolve. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function';
  if (Array.isArray(value)) return value.every(isPlain);
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) if (!isPlain((value as Record<string, unknown>)[key])) return false; // own keys of a plain object
  return true;
}
