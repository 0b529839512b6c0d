/**
 * Converts values of props to plain manifest values.
 *
 * References become text, and cdk8s-plus values (Volume, EnvValue, Quantity) and field names become Kubernetes'; undefined fields are
 * omitted. The result shares no object with the input. cdk8s tokens (`Lazy` and others) are kept, because cdk8s resolves them at synth.
 */

import type { IConstruct } from 'constructs';
import { apiName, isFreeForm } from './api-names.js';
import { foreignReference, Ref } from './reference.js';

/** Returns a copy of `value` for the manifest of `owner`. Throws if it contains a reference of another owner. */
export function manifestValue(value: unknown, owner: IConstruct): unknown {
  if (value === null || value === undefined || typeof value !== 'object') return value ?? undefined;
  if (value instanceof Ref) return referenceText(value, owner);
  if (Array.isArray(value)) return value.map((item) => manifestValue(item, owner));
  if (isPlainObject(value)) return manifestFields(value, owner);
  if (isCdk8sPlusValue(value)) return manifestValue(value._toKube(), owner);
  const inner = 'value' in value ? value.value : undefined;
  if (typeof inner === 'string' || typeof inner === 'number') return inner;
  return value;
}

function manifestFields(value: object, owner: IConstruct, nameOf = apiName): object {
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const made =
      isFreeForm(key) && isPlainObject(field) ? manifestFields(field, owner, String) : manifestValue(field, owner);
    if (made !== undefined) fields[nameOf(key)] = made;
  }
  return fields;
}

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function referenceText(reference: Ref<'string' | 'array'>, owner: IConstruct): string {
  if (reference.owner !== owner) throw foreignReference(owner, reference);
  return reference.resolve();
}

/** The method of cdk8s-plus values (Volume, Container and others) that returns the Kubernetes object. */
const isCdk8sPlusValue = (value: object): value is { _toKube(): unknown } =>
  '_toKube' in value && typeof value._toKube === 'function';
