/**
 * Creates and updates objects: the only way into the store.
 *
 *     body ─▶ metadata ─▶ fields known? ─▶ defaults ─▶ admission ─▶ valid? ─▶ storable? ─▶ store
 *
 * Synchronous from read to write, so writes do not interleave and a conflict can only result from a client's stale read.
 */

import { admit } from '../admission/admission.js';
import {
  deepCopy,
  setDefault,
  isObject,
  deepEqual,
  ensureObject,
  type JsonObject,
  type KubeObject,
} from '../../model/json.js';
import { checkAnnotations, checkLabels, checkName, generatedName } from '../kinds/names.js';
import {
  alreadyExists,
  badRequest,
  conflict,
  forbiddenField,
  invalid,
  invalidValue,
  type Cause,
} from '../status-error.js';
import { groupVersionOf, groupResourceOf, type ResourceType } from '../kinds/resource-type.js';
import { decodeBuiltIn } from '../kinds/decode.js';
import { METADATA } from '../kinds/builtin-schemas.js';
import { checkCapacity, checkStorable } from './object-limits.js';
import { fillDefaults, prune } from '../schema/schema.js';
import { checkSchema } from '../schema/schema-validation.js';
import { timestamp } from '@pipewright/apimachinery';
import { recordSpecWriter } from './spec-writer.js';
import { latestOf, type ApiContext } from '../api-context.js';

/** Options of a write. */
export interface WriteOptions {
  /** Whether nothing is stored. */
  readonly dryRun: boolean;
  /** Called once with the unknown fields; may throw to reject the write. */
  readonly onUnknown: (fields: readonly string[]) => void;
  /** Throws to reject an object by its writer. Absent for writes of the server itself. */
  readonly confirm?: (object: KubeObject, old: KubeObject | undefined) => void;
  /** The name of the client, for managedFields. */
  readonly manager?: string | undefined;
  /** The managedFields of an apply; other writes keep the old ones. */
  readonly managedFields?: readonly unknown[];
}

/** Creates an object and returns it as stored. */
export function create(
  api: ApiContext,
  type: ResourceType,
  namespace: string,
  body: JsonObject,
  options: WriteOptions,
): KubeObject {
  const draft = deepCopy(body);
  bindToUrl(draft, type, namespace);
  pruneAndDefault(type, draft, options);
  startMetadata(api, type, draft, options);
  if (type.subresources.includes('status') && type.custom) delete draft['status'];
  type.rules.fill?.(draft, undefined);
  if (!options.managedFields) recordSpecWriter(api, type, asObject(draft), undefined, options.manager);
  options.confirm?.(asObject(draft), undefined);
  const object = admit(api, type, asObject(draft), undefined, { sent: body, dryRun: options.dryRun });
  const { name } = object.metadata;
  throwIfInvalid(api, type, object, undefined);
  if (latestOf(api, type).get(namespace, name)) throw alreadyExists(type, name);
  checkStorable(type, object);
  checkCapacity(api.store, object, undefined);
  if (options.dryRun) return object;
  return api.store.put(groupResourceOf(type), object);
}

/** The part of an object that an update may change. */
export type Part = 'main' | 'status' | 'finalize';

/** Updates an object and returns it as stored. An update without changes is not written. */
export function update(
  api: ApiContext,
  type: ResourceType,
  old: KubeObject,
  body: JsonObject,
  part: Part,
  options: WriteOptions,
): KubeObject {
  const draft = deepCopy(body);
  const { namespace = '' } = old.metadata;
  bindToUrl(draft, type, namespace);
  checkSameObject(type, draft, old);
  pruneAndDefault(type, draft, options);
  continueMetadata(type, draft, old, options);
  keepOtherParts(type, draft, old, part);
  if (part === 'main') type.rules.fill?.(draft, old);
  if (part === 'main' && !options.managedFields) recordSpecWriter(api, type, asObject(draft), old, options.manager);
  countGeneration(type, draft, old);
  const whole = asObject(draft);
  if (part === 'main') options.confirm?.(whole, old);
  const object = part === 'main' ? admit(api, type, whole, old, { sent: body, dryRun: options.dryRun }) : whole;
  throwIfInvalid(api, type, object, old);
  if (deepEqual(object, old)) return old;
  checkStorable(type, object);
  if (options.dryRun) return object;
  if (isFinished(object)) return api.store.remove(groupResourceOf(type), object);
  checkCapacity(api.store, object, old);
  return api.store.put(groupResourceOf(type), object);
}

/** Whether an object that is being deleted has no finalizers left. */
const isFinished = ({ metadata, spec }: KubeObject): boolean =>
  metadata.deletionTimestamp !== undefined &&
  (metadata.finalizers ?? []).length === 0 &&
  (metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
  !(isObject(spec) && Array.isArray(spec['finalizers']) && spec['finalizers'].length > 0);

/** Checks that body and URL name the same kind, namespace and name. */
function bindToUrl(draft: JsonObject, type: ResourceType, namespace: string): void {
  const { apiVersion, kind } = draft;
  const expected = groupVersionOf(type);
  if (kind !== undefined && kind !== type.kind) {
    throw badRequest(`the kind in the data (${String(kind)}) does not match the expected kind (${type.kind})`);
  }
  if (apiVersion !== undefined && apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected})`,
    );
  }
  if (draft['metadata'] !== undefined && draft['metadata'] !== null && !isObject(draft['metadata'])) {
    throw badRequest('metadata: expected an object');
  }
  draft['apiVersion'] = expected;
  draft['kind'] = type.kind;
  const metadata = ensureObject(draft, 'metadata');
  const namespaceInBody = metadata['namespace'];
  // kube-apiserver drops a namespace of cluster-wide objects silently.
  if (
    type.namespaced &&
    typeof namespaceInBody === 'string' &&
    namespaceInBody !== '' &&
    namespaceInBody !== namespace
  ) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (type.namespaced) metadata['namespace'] = namespace;
  else delete metadata['namespace'];
}

/** Sets the metadata that the server owns on a new object. */
function startMetadata(api: ApiContext, type: ResourceType, draft: JsonObject, options: WriteOptions): void {
  const metadata = ensureObject(draft, 'metadata');
  const { name, generateName, resourceVersion } = metadata;
  if (typeof resourceVersion === 'string' && resourceVersion !== '' && resourceVersion !== '0') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  for (const field of [
    'selfLink',
    'resourceVersion',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'managedFields',
  ]) {
    delete metadata[field];
  }
  const named = typeof name === 'string' && name !== '';
  if (!named && typeof generateName === 'string' && generateName !== '')
    metadata['name'] = generatedName(generateName, api.random);
  metadata['uid'] = api.random.uuid();
  metadata['creationTimestamp'] = timestamp(api.clock.date());
  delete metadata['generation'];
  if (options.managedFields) metadata['managedFields'] = options.managedFields;
  if (type.rules.hasGeneration === true) metadata['generation'] = 1;
  dropEmpty(metadata);
}

/** Removes empty metadata fields. */
function dropEmpty(metadata: JsonObject): void {
  for (const [field, value] of Object.entries(metadata)) {
    const empty = value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
    if (empty) delete metadata[field];
  }
}

function checkSameObject(type: ResourceType, draft: JsonObject, old: KubeObject): void {
  const metadata = ensureObject(draft, 'metadata');
  const { name } = old.metadata;
  setDefault(metadata, 'name', name);
  if (metadata['name'] !== name) {
    throw badRequest(
      `the name of the object (${String(metadata['name'])}) does not match the name on the URL (${name})`,
    );
  }
  const { resourceVersion, uid } = metadata;
  if (typeof uid === 'string' && uid !== '' && uid !== old.metadata.uid) {
    const reason = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`;
    throw conflict(type, name, reason);
  }
  if (typeof resourceVersion !== 'string' || resourceVersion === '' || resourceVersion === '0') {
    if (!type.custom && type.rules.versioned !== true) return;
    throw invalid(type, name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')]);
  }
  if (resourceVersion !== old.metadata.resourceVersion) throw conflict(type, name);
}

const SERVER_OWNED_FIELDS = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'generateName',
  'managedFields',
] as const;

/** Keeps the metadata that the server owns. */
function continueMetadata(type: ResourceType, draft: JsonObject, old: KubeObject, options: WriteOptions): void {
  const metadata = ensureObject(draft, 'metadata');
  for (const field of SERVER_OWNED_FIELDS) {
    if (old.metadata[field] === undefined) delete metadata[field];
    else metadata[field] = old.metadata[field];
  }
  delete metadata['selfLink'];
  if (options.managedFields) metadata['managedFields'] = options.managedFields;
  dropEmpty(metadata);
  const before = new Set(old.metadata.finalizers ?? []);
  const finalizers = Array.isArray(metadata['finalizers']) ? metadata['finalizers'] : [];
  const added = finalizers.filter((each) => !before.has(String(each)));
  if (old.metadata.deletionTimestamp === undefined || added.length === 0) return;
  const reason = `no new finalizers can be added if the object is being deleted, found new finalizers \
[]string{${added.map((each) => JSON.stringify(each)).join(', ')}}`;
  throw invalid(type, old.metadata.name, [forbiddenField('metadata.finalizers', reason)]);
}

/** Removes unknown fields, and fills in the defaults of the schema. */
function pruneAndDefault(type: ResourceType, draft: JsonObject, options: WriteOptions): void {
  if (!type.custom && type.schema) decodeBuiltIn(type, draft);
  const { schema } = type;
  options.onUnknown([
    ...prune(draft['metadata'], METADATA, false, 'metadata'),
    ...(schema ? prune(draft, schema, true) : []),
  ]);
  if (schema && type.custom) fillDefaults(draft, schema);
}

/** Keeps the status on updates of the main resource, and everything else on updates of the status. */
function keepOtherParts(type: ResourceType, draft: JsonObject, old: KubeObject, part: Part): void {
  if (part === 'main') {
    if (type.subresources.includes('status')) restore(draft, old, 'status');
    return;
  }
  const writable = part === 'status' ? 'status' : 'spec';
  for (const field of new Set([...Object.keys(draft), ...Object.keys(old)])) {
    if (field !== writable) restore(draft, old, field);
  }
}

function restore(draft: JsonObject, old: KubeObject, field: string): void {
  if (old[field] === undefined) delete draft[field];
  else draft[field] = old[field];
}

/** Increments the generation if anything but metadata and the status subresource changes. */
function countGeneration(type: ResourceType, draft: JsonObject, old: KubeObject): void {
  if (type.rules.hasGeneration !== true) return;
  const desiredState = (object: JsonObject): JsonObject => {
    const rest = { ...object };
    delete rest['metadata'];
    if (type.subresources.includes('status')) delete rest['status'];
    return rest;
  };
  const before = old.metadata.generation ?? 1;
  const generation = deepEqual(desiredState(draft), desiredState(old)) ? before : before + 1;
  const metadata = ensureObject(draft, 'metadata'); // may be the stored object's own
  if (metadata['generation'] !== generation) draft['metadata'] = { ...metadata, generation };
}

function asObject(draft: JsonObject): KubeObject {
  return draft as KubeObject; // apiVersion, kind and metadata have been set above, and the name is checked before storing
}

function throwIfInvalid(
  { patterns }: ApiContext,
  type: ResourceType,
  object: KubeObject,
  old: KubeObject | undefined,
): void {
  const { metadata } = object;
  const causes: Cause[] = [
    ...(old ? [] : checkName(metadata, type.rules.names ?? 'subdomain')),
    ...checkLabels(metadata.labels, 'metadata.labels'),
    ...checkAnnotations(metadata.annotations),
    ...(type.custom && type.schema ? checkSchema(object, type.schema, '', { patterns }) : []),
    ...(type.rules.check?.(object, old) ?? []),
  ];
  if (causes.length > 0) throw invalid(type, typeof metadata.name === 'string' ? metadata.name : '', causes);
}
