/**
 * Turns what users may write into the plain values of a manifest.
 *
 * References become their text, cdk8s-plus values (Volume, EnvValue, Quantity) become what Kubernetes calls them, and
 * absent fields vanish. The result shares nothing with what was passed in. cdk8s tokens (`Lazy` and the like) stay as they
 * are: cdk8s resolves them at synth.
 */

import type { IConstruct } from 'constructs';
import { ConstructError } from './construct-error.js';
import { Ref } from './reference.js';

/** A copy of `value` for the manifest of `owner`; throws when it holds a reference that belongs to another owner. */
export function plain(value: unknown, owner: IConstruct): unknown {
  if (value === null || value === undefined || typeof value !== 'object') return value ?? undefined;
  if (value instanceof Ref) return ownText(value, owner);
  if (Array.isArray(value)) return value.map((item) => plain(item, owner));
  if (Object.getPrototypeOf(value) === Object.prototype) return plainFields(value, owner);
  if (rendersItself(value)) return plain(value._toKube(), owner);
  const inner = 'value' in value ? value.value : undefined;
  if (typeof inner === 'string' || typeof inner === 'number') return inner;
  return value;
}

function plainFields(value: object, owner: IConstruct): object {
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const made = plain(field, owner);
    if (made !== undefined) fields[key] = made;
  }
  return fields;
}

function ownText(reference: Ref<'string' | 'array'>, owner: IConstruct): string {
  if (reference.owner !== owner) {
    throw new ConstructError(owner, {
      code: 'FOREIGN_REFERENCE',
      message: `${reference.resolve()} belongs to ${reference.owner.node.path}`,
      hint: 'use the references that the callback of this construct is given; pass values between tasks as params',
    });
  }
  return reference.resolve();
}

/** What cdk8s-plus puts on a Volume, a Container and the like. */
const rendersItself = (value: object): value is { _toKube(): unknown } =>
  '_toKube' in value && typeof value._toKube === 'function';
