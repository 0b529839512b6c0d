/**
 * CustomResourceDefinitions: what they may say, and the resources they make.
 *
 * A definition takes effect within the write that stores it, so it is Established at once.
 */

import {
  at,
  fill,
  isObject,
  listAt,
  objectAt,
  objectsAt,
  stringAt,
  stringsAt,
  within,
  type JsonObject,
  type KubeObject,
} from './json.js';
import { AGE, NAME, since } from './columns.js';
import { readPath } from './json-path.js';
import { invalidValue, notSupported, required, type Cause } from './refusal.js';
import { ALL_VERBS, type Column, type KindRules, type ResourceType } from './resource.js';
import type { Schema } from './schema.js';

/** Where definitions are stored. */
export const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions';

/** Fills in the names a definition leaves out. */
export function fillDefinition(draft: JsonObject): void {
  const spec = within(draft, 'spec');
  const names = within(spec, 'names');
  const kind = stringAt(names, 'kind');
  fill(names, 'singular', kind.toLowerCase());
  fill(names, 'listKind', `${kind}List`);
  fill(spec, 'conversion', { strategy: 'None' });
}

/** What a stored definition's status says: accepted and established at once. */
export function definitionStatus(draft: JsonObject, now: string): JsonObject {
  const names = objectAt(draft, 'spec', 'names');
  const known = objectsAt(draft, 'status', 'conditions');
  const condition = (type: string, reason: string, message: string): JsonObject =>
    known.find((each) => each['type'] === type) ?? { lastTransitionTime: now, message, reason, status: 'True', type };
  const storage = objectsAt(draft, 'spec', 'versions').find((version) => version['storage'] === true);
  const before = stringsAt(draft, 'status', 'storedVersions');
  const current = stringAt(storage, 'name');
  return {
    acceptedNames: { ...names },
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    storedVersions: before.includes(current) ? [...before] : [...before, current],
  };
}

/** Everything wrong with a definition. */
export function checkDefinition(definition: KubeObject): readonly Cause[] {
  const spec = objectAt(definition, 'spec');
  const [group, plural] = [stringAt(spec, 'group'), stringAt(spec, 'names', 'plural')];
  const wrong: Cause[] = [];
  if (group === '') wrong.push(required('spec.group'));
  if (plural === '') wrong.push(required('spec.names.plural'));
  if (stringAt(spec, 'names', 'kind') === '') wrong.push(required('spec.names.kind'));
  if (definition.metadata.name !== `${plural}.${group}`) {
    wrong.push(invalidValue('metadata.name', definition.metadata.name, `must be spec.names.plural+"."+spec.group`));
  }
  const scopes = ['Cluster', 'Namespaced'];
  if (!scopes.includes(stringAt(spec, 'scope'))) wrong.push(notSupported('spec.scope', spec['scope'] ?? '', scopes));
  const versions = objectsAt(spec, 'versions');
  if (versions.filter((version) => version['storage'] === true).length !== 1) {
    wrong.push(
      invalidValue(
        'spec.versions',
        versions.map((version) => version['name']),
        'must have exactly one version marked as storage version',
      ),
    );
  }
  for (const [index, version] of versions.entries()) {
    const schema = at(version, 'schema', 'openAPIV3Schema');
    const path = `spec.versions[${index}].schema.openAPIV3Schema`;
    if (!isObject(schema)) wrong.push(required(path, 'schemas are required'));
    else wrong.push(...checkStructural(schema, path));
  }
  return wrong;
}

/** A schema is structural when every value it speaks of has a type. */
function checkStructural(schema: JsonObject, path: string): Cause[] {
  const wrong: Cause[] = [];
  const free = schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (stringAt(schema, 'type') === '' && !free)
    wrong.push(required(`${path}.type`, 'must not be empty for specified object fields'));
  if (schema['type'] === 'array' && !isObject(schema['items']))
    wrong.push(required(`${path}.items`, 'must be specified'));
  if (isObject(schema['items'])) wrong.push(...checkStructural(schema['items'], `${path}.items`));
  for (const [field, known] of Object.entries(objectAt(schema, 'properties'))) {
    if (isObject(known)) wrong.push(...checkStructural(known, `${path}.properties[${field}]`));
  }
  if (isObject(schema['additionalProperties']))
    wrong.push(...checkStructural(schema['additionalProperties'], `${path}.additionalProperties`));
  return wrong;
}

/** The resources a definition makes: one for each served version, the storage version first. */
export function resourcesOf(definition: KubeObject): readonly ResourceType[] {
  const spec = objectAt(definition, 'spec');
  const names = objectAt(spec, 'names');
  const versions = objectsAt(spec, 'versions').filter((version) => version['served'] !== false);
  const storageFirst = [...versions].sort(
    (one, other) => Number(other['storage'] === true) - Number(one['storage'] === true),
  );
  return storageFirst.map((version) => ({
    group: stringAt(spec, 'group'),
    version: stringAt(version, 'name'),
    plural: stringAt(names, 'plural'),
    singular: stringAt(names, 'singular'),
    kind: stringAt(names, 'kind'),
    namespaced: spec['scope'] === 'Namespaced',
    shortNames: stringsAt(names, 'shortNames'),
    categories: stringsAt(names, 'categories'),
    verbs: ALL_VERBS,
    subresources: isObject(at(version, 'subresources', 'status')) ? ['status'] : [],
    columns: columnsOf(version),
    rules: rulesOf(version),
    schema: objectAt(version, 'schema', 'openAPIV3Schema') as Schema, // checked when the definition was stored
    custom: true,
  }));
}

function rulesOf(version: JsonObject): KindRules {
  const fields = objectsAt(version, 'selectableFields').map((each) => stringAt(each, 'jsonPath'));
  const selectable = Object.fromEntries(
    fields.map((path) => [path.slice(1), (object: KubeObject) => String(readPath(object, path)[0] ?? '')]),
  );
  return { counted: true, selectable };
}

function columnsOf(version: JsonObject): readonly Column[] {
  if (listAt(version, 'additionalPrinterColumns').length === 0) return [NAME, AGE];
  const own = objectsAt(version, 'additionalPrinterColumns').map((given): Column => {
    const [path, type] = [stringAt(given, 'jsonPath'), stringAt(given, 'type')];
    const priority = given['priority'];
    return {
      name: stringAt(given, 'name'),
      type,
      format: stringAt(given, 'format'),
      description: stringAt(given, 'description'),
      priority: typeof priority === 'number' ? priority : 0,
      cell: (object, now) => cellOf(readPath(object, path), type, now),
    };
  });
  return [NAME, ...own];
}

/** One cell: dates as ages, several values joined, and nothing where there is nothing. */
function cellOf(values: readonly unknown[], type: string, now: Date): unknown {
  const [value] = values;
  if (value === undefined || value === null) return type === 'date' ? '<unknown>' : '';
  if (type === 'date') return since(value, now);
  if (type === 'integer' || type === 'number' || type === 'boolean') return value;
  return values.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join(',');
}
