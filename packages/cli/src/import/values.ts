/**
 * Converts values of manifests to literals: plain JSON, texts with references to params and resources, and Kubernetes
 * API types, some fields of which are classes in TypeScript.
 */

import type { Json } from '../json.js';
import { isObject } from '../json.js';
import { objectLiteral, arrayLiteral, escapeTemplateLiteral, stringLiteral, type Code } from './code.js';
import { NotExpressible } from './not-expressible.js';
import type { Imports } from './program.js';

/** Returns JSON as a literal. Omits null fields, which Kubernetes treats as absent. */
export function jsonLiteral(value: unknown): Code {
  if (typeof value === 'string') return stringLiteral(value);
  if (Array.isArray(value)) return arrayLiteral(value.map(jsonLiteral));
  if (!isObject(value)) return JSON.stringify(value);
  return objectLiteral(mapFields(value, jsonLiteral));
}

/** Maps the fields of an object, except those that are null or undefined. */
export const mapFields = (value: object, make: (it: unknown, key: string) => Code): Record<string, Code> =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, it]) => it !== null && it !== undefined)
      .map(([key, it]) => [key, make(it, key)]),
  );

/** A reference to a declaration in a text. */
export interface VariableReference {
  /** Returns its expression, and registers the function parameter that the expression needs. */
  readonly use: () => string;
  readonly type: 'string' | 'array';
}

/** Resolves the path of a `$(…)` variable to its TypeScript expression; undefined if the variable is left unchanged. */
export type ResolveVariable = (path: string) => VariableReference | undefined;

/** Returns a text with its variables replaced by references. */
export function textWithReferences(value: string, resolve: ResolveVariable, allowsArrays = false): Code {
  const parts = value.split(/(\$\([^()]+\))/);
  const references = parts.map((part, index) => (index % 2 === 1 ? resolve(part.slice(2, -1)) : undefined));
  const whole = parts.length === 3 && parts[0] === '' && parts[2] === '' ? references[1] : undefined;
  if (whole && (whole.type === 'string' || allowsArrays)) return whole.use();
  if (!references.some((it) => it?.type === 'string')) return stringLiteral(value);
  if (/[\u0000-\u0008\u000b-\u001f]/.test(value)) return stringLiteral(value); // a template literal would hide them
  const fragments = parts.map((part, index) => {
    const it = references[index];
    return it?.type === 'string' ? `\${${it.use()}}` : escapeTemplateLiteral(part);
  });
  return `\`${value.includes('\n') ? fragments.join('') : fragments.join('').replaceAll('\t', '\\t')}\``;
}

/** Kubernetes fields that are a number or a string, and a class in TypeScript. */
const NUMBER_OR_TEXT = new Set(['port']);

/** Kubernetes fields that are a quantity, also a class in TypeScript. */
const QUANTITIES = new Set(['sizeLimit', 'divisor']);

/** Kubernetes fields whose names differ in the types of cdk8s-plus. */
const TYPED_NAMES: ReadonlyMap<string, string> = new Map([
  ['datasetUUID', 'datasetUuid'],
  ['diskURI', 'diskUri'],
  ['downwardAPI', 'downwardApi'],
  ['pdID', 'pdId'],
  ['scaleIO', 'scaleIo'],
  ['storagePolicyID', 'storagePolicyId'],
  ['targetWWNs', 'targetWwNs'],
  ['volumeID', 'volumeId'],
]);

/** Fields with user-defined keys. */
const FREE_FORM = new Set(['annotations', 'labels', 'matchLabels', 'nodeSelector', 'options', 'volumeAttributes']);

/** Returns a Kubernetes API value (a probe, a volume, a toleration) in the form that its TypeScript type requires. */
export function kubernetesValue(value: unknown, imports: Imports): Code {
  if (Array.isArray(value)) return arrayLiteral(value.map((it) => kubernetesValue(it, imports)));
  if (!isObject(value)) return jsonLiteral(value);
  const renamedEntries = Object.entries(value).map(([key, it]) => [TYPED_NAMES.get(key) ?? key, it] as const);
  return objectLiteral(
    mapFields(Object.fromEntries(renamedEntries), (it, key) => {
      if (/[A-Z]{2}/.test(key)) throw new NotExpressible(`\`${key}\` has another name in cdk8s-plus`);
      if (FREE_FORM.has(key)) return jsonLiteral(it);
      if (NUMBER_OR_TEXT.has(key) && isScalar(it)) {
        imports.add('cdk8s-plus-27', 'k8s');
        return [`k8s.IntOrString.${typeof it === 'number' ? 'fromNumber' : 'fromString'}(`, jsonLiteral(it), ')'];
      }
      if (QUANTITIES.has(key) && isScalar(it)) {
        imports.add('cdk8s-plus-27', 'k8s');
        return [`k8s.Quantity.${typeof it === 'number' ? 'fromNumber' : 'fromString'}(`, jsonLiteral(it), ')'];
      }
      return kubernetesValue(it, imports);
    }),
  );
}

const isScalar = (it: unknown): it is Exclude<Json, null | boolean> => typeof it === 'string' || typeof it === 'number';
