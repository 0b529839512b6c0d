/**
 * Checks whether metadata match the types that cdk8s declares for them.
 *
 * YAML metadata may contain any value, and the compiler would reject a program that repeats an invalid one.
 */

import { isObject, type Json } from '../json.js';

const isText = (it: Json): boolean => typeof it === 'string';
const isTextMap = (it: Json): boolean => isObject(it) && Object.values(it).every(isText);
const isList = (it: Json, of: (item: Json) => boolean): boolean =>
  Array.isArray(it) && it.every((item: Json) => of(item)); // Array.isArray widens to any[]

const OWNER_FIELDS: Readonly<Record<string, 'string' | 'boolean'>> = {
  apiVersion: 'string',
  kind: 'string',
  name: 'string',
  uid: 'string',
  controller: 'boolean',
  blockOwnerDeletion: 'boolean',
};

const isOwner = (it: Json): boolean =>
  isObject(it) &&
  ['apiVersion', 'kind', 'name', 'uid'].every((field) => field in it) &&
  Object.entries(it).every(([field, value]) => typeof value === OWNER_FIELDS[field]);

const TYPES: Readonly<Record<string, (it: Json) => boolean>> = {
  name: isText,
  namespace: isText,
  labels: isTextMap,
  annotations: isTextMap,
  finalizers: (it) => isList(it, isText),
  ownerReferences: (it) => isList(it, isOwner),
};

/** Returns whether a value type-checks as the metadata of an ApiObject. */
export const isTypedMetadata = (metadata: Json): boolean =>
  isObject(metadata) &&
  Object.entries(TYPES).every(([field, fits]) => fits(metadata[field] ?? null) || !(field in metadata));
