/**
 * CustomResourceDefinitions: their defaults, their status and the resources they define.
 *
 * A definition takes effect within the write that stores it, so it is established immediately.
 */

import {
  valueAt,
  setDefault,
  isObject,
  arrayAt,
  objectAt,
  objectsAt,
  stringAt,
  stringsAt,
  ensureObject,
  type JsonObject,
  type KubeObject,
} from '../../model/json.js';
import { AGE, NAME, since } from '../printing/columns.js';
import { pathReader } from '../schema/json-path.js';
import { ALL_VERBS, type Column, type KindRules, type ResourceType } from './resource-type.js';
import type { Schema } from '../schema/schema.js';

/** The resource of definitions. */
export const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions';

/** Fills in names that a definition omits. */
export function fillDefinition(draft: JsonObject): void {
  const spec = ensureObject(draft, 'spec');
  const names = ensureObject(spec, 'names');
  const kind = stringAt(names, 'kind');
  setDefault(names, 'singular', kind.toLowerCase());
  setDefault(names, 'listKind', `${kind}List`);
  setDefault(spec, 'conversion', { strategy: 'None' });
}

/** Returns the status of a stored definition: accepted and established. */
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

/** Returns the resources of a definition: one per served version, the storage version first. */
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
    subresources: isObject(valueAt(version, 'subresources', 'status')) ? ['status'] : [],
    columns: columnsOf(version),
    rules: rulesOf(version),
    schema: objectAt(version, 'schema', 'openAPIV3Schema') as Schema, // checked when the definition was stored
    custom: true,
  }));
}

function rulesOf(version: JsonObject): KindRules {
  const fields = objectsAt(version, 'selectableFields').map((each) => stringAt(each, 'jsonPath'));
  const selectable = Object.fromEntries(
    fields.map((path) => {
      const read = pathReader(path);
      return [path.slice(1), (object: KubeObject) => textOfValue(read(object)[0] ?? '')];
    }),
  );
  return { hasGeneration: true, selectable };
}

function columnsOf(version: JsonObject): readonly Column[] {
  if (arrayAt(version, 'additionalPrinterColumns').length === 0) return [NAME, AGE];
  const columns = objectsAt(version, 'additionalPrinterColumns').map((definition): Column => {
    const [path, type] = [stringAt(definition, 'jsonPath'), stringAt(definition, 'type')];
    const priority = definition['priority'];
    const read = pathReader(path);
    return {
      name: stringAt(definition, 'name'),
      type,
      format: stringAt(definition, 'format'),
      description: stringAt(definition, 'description'),
      priority: typeof priority === 'number' ? priority : 0,
      cell: (object, now) => cellOf(read(object), type, now),
    };
  });
  return [NAME, ...columns];
}

/** Returns one cell: dates as ages, several values joined, empty if the path finds nothing. */
function cellOf(values: readonly unknown[], type: string, now: Date): unknown {
  const [value] = values;
  if (value === undefined || value === null) return type === 'date' ? '<unknown>' : '';
  if (type === 'date') return since(value, now);
  if (type === 'integer' || type === 'number' || type === 'boolean') return value;
  return values.map(textOfValue).join(',');
}

const textOfValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
