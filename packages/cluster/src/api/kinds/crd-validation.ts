/**
 * Validation of CustomResourceDefinitions, with all mistakes and Kubernetes' messages.
 *
 * Pure. `structural-schema.ts` and `schema-rules.ts` validate the schemas; `crd.ts` derives the resources.
 */

import {
  valueAt,
  isObject,
  objectAt,
  objectsAt,
  deepEqual,
  stringAt,
  stringsAt,
  type JsonObject,
  type KubeObject,
} from '../../model/json.js';
import { dnsSubdomainError } from './names.js';
import { collectCauses, invalidValue, notSupported, required, type Cause, type Report } from '../status-error.js';
import { checkSchemaRules } from '../schema/schema-rules.js';
import type { Schema } from '../schema/schema.js';
import { checkStructural } from '../schema/structural-schema.js';

const SCOPES = ['Cluster', 'Namespaced'];
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['binary', 'bool', 'byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const APPROVED = 'api-approved.kubernetes.io';

/** Returns everything wrong with a definition. `isBuiltIn` tells which resources (`group/plural`) are built in. */
export function checkDefinition(
  definition: KubeObject,
  old: KubeObject | undefined,
  isBuiltIn: (groupResource: string) => boolean,
): readonly Cause[] {
  return collectCauses((report) => {
    const spec = objectAt(definition, 'spec');
    checkIdentity(definition, spec, isBuiltIn, report);
    if (!SCOPES.includes(stringAt(spec, 'scope')))
      report(spec['scope'] === undefined ? required('spec.scope') : notSupported('spec.scope', spec['scope'], SCOPES));
    if (spec['preserveUnknownFields'] === true) {
      const reason =
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
      report(invalidValue('spec.preserveUnknownFields', true, reason));
    }
    checkVersions(objectsAt(spec, 'versions'), report);
    checkNames(objectAt(spec, 'names'), report);
    if (old) checkFixed(spec, objectAt(old, 'spec'), report);
  });
}

function checkIdentity(
  definition: KubeObject,
  spec: JsonObject,
  isBuiltIn: (groupResource: string) => boolean,
  report: Report,
): void {
  const [group, plural] = [stringAt(spec, 'group'), stringAt(spec, 'names', 'plural')];
  const { name, annotations } = definition.metadata;
  if (name !== `${plural}.${group}`)
    report(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  const error = dnsSubdomainError(group);
  if (group === '') report(required('spec.group'));
  else if (error !== undefined) report(invalidValue('spec.group', group, error));
  else if (!group.includes('.')) report(invalidValue('spec.group', group, 'should be a domain with at least one dot'));
  else if (isBuiltIn(`${group}/${plural}`))
    report(invalidValue('spec.names.plural', plural, `${group} has ${plural} already, which the server serves itself`));
  else if (/(^|\.)(k8s|kubernetes)\.io$/.test(group) && (annotations?.[APPROVED] ?? '') === '') {
    const reference = 'see https://github.com/kubernetes/enhancements/pull/1111';
    const reason = `protected groups must have approval annotation ${JSON.stringify(APPROVED)}, ${reference}`;
    report(required(`metadata.annotations[${APPROVED}]`, reason));
  }
}

/** Checks that fields on which stored objects depend do not change. */
function checkFixed(spec: JsonObject, old: JsonObject, report: Report): void {
  for (const path of [['scope'], ['names', 'kind'], ['group'], ['names', 'plural']]) {
    const value = valueAt(spec, ...path);
    if (!deepEqual(value, valueAt(old, ...path)))
      report(invalidValue(`spec.${path.join('.')}`, value ?? '', 'field is immutable'));
  }
}

const DNS_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const DNS_1035_MESSAGE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end \
with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

function dns1035LabelError(text: string): string | undefined {
  if (text.length > 63) return 'must be no more than 63 characters';
  return DNS_1035.test(text) ? undefined : DNS_1035_MESSAGE;
}

function checkNames(names: JsonObject, report: Report): void {
  for (const field of ['plural', 'singular', 'kind', 'listKind']) {
    const [text, mixed] = [stringAt(names, field), field.toLowerCase().endsWith('kind')];
    const error = text === '' ? undefined : dns1035LabelError(mixed ? text.toLowerCase() : text);
    if (text === '') report(required(`spec.names.${field}`));
    else if (error !== undefined) {
      const reason = mixed ? `may have mixed case, but should otherwise match: ${error}` : error;
      report(invalidValue(`spec.names.${field}`, text, reason));
    }
  }
  for (const list of ['shortNames', 'categories'])
    for (const [index, text] of stringsAt(names, list).entries()) {
      const error = dns1035LabelError(text);
      if (error !== undefined) report(invalidValue(`spec.names.${list}[${index}]`, text, error));
    }
  const kind = stringAt(names, 'kind');
  if (kind !== '' && kind === names['listKind'])
    report(invalidValue('spec.names.listKind', kind, 'kind and listKind may not be the same'));
}

function checkVersions(versions: readonly JsonObject[], report: Report): void {
  const names = versions.map((version) => stringAt(version, 'name'));
  for (const [index, name] of names.entries()) {
    const error = dns1035LabelError(name);
    if (error !== undefined) report(invalidValue(`spec.versions[${index}].name`, name, error));
  }
  if (new Set(names).size < names.length)
    report(invalidValue('spec.versions', names, 'must contain unique version names'));
  if (versions.filter((version) => version['storage'] === true).length !== 1)
    report(invalidValue('spec.versions', names, 'must have exactly one version marked as storage version'));
  checkSchemas(versions, report);
  for (const [path, columns] of columnsOf(versions))
    for (const [index, column] of columns.entries()) checkColumn(column, `${path}[${index}]`, report);
  for (const [version, { selectableFields }] of versions.entries())
    for (const [index, field] of objectsAt({ selectableFields }, 'selectableFields').entries())
      if (stringAt(field, 'jsonPath') === '')
        report(required(`spec.versions[${version}].selectableFields[${index}].jsonPath`));
}

/** Returns a value that all versions share. It is reported once, under the field that held it before versions could differ. */
function shared<T>(values: readonly T[]): T | undefined {
  const [first, ...others] = values;
  return others.every((each) => deepEqual(each, first)) ? first : undefined;
}

function checkSchemas(versions: readonly JsonObject[], report: Report): void {
  const schemas = versions.map((version) => valueAt(version, 'schema', 'openAPIV3Schema'));
  const one = shared(schemas);
  if (isObject(one)) {
    checkSchema(one, 'spec.validation.openAPIV3Schema', report);
    return;
  }
  for (const [index, schema] of schemas.entries()) {
    const path = `spec.versions[${index}].schema.openAPIV3Schema`;
    if (isObject(schema)) checkSchema(schema, path, report);
    else report(required(path, 'schemas are required'));
  }
}

function checkSchema(decoded: JsonObject, path: string, report: Report): void {
  const schema = decoded as Schema; // the types of its fields were checked when it was decoded
  for (const cause of checkStructural(schema, path)) report(cause);
  checkSchemaRules(schema, path, report);
}

/** Returns the printer columns with their paths. */
function columnsOf(versions: readonly JsonObject[]): readonly [path: string, columns: readonly JsonObject[]][] {
  const all = versions.map((version) => objectsAt(version, 'additionalPrinterColumns'));
  const one = shared(all);
  if (one) return [['spec.additionalPrinterColumns', one]];
  return all.map((columns, index) => [`spec.versions[${index}].additionalPrinterColumns`, columns]);
}

function checkColumn(column: JsonObject, path: string, report: Report): void {
  const [name, type, format, jsonPath] = ['name', 'type', 'format', 'jsonPath'].map((field) => stringAt(column, field));
  if (name === '') report(required(`${path}.name`));
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (type === '') report(required(`${path}.type`, types));
  else if (!COLUMN_TYPES.includes(type ?? '')) report(invalidValue(`${path}.type`, type, types));
  if (format !== '' && !COLUMN_FORMATS.includes(format ?? ''))
    report(invalidValue(`${path}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  if (jsonPath === '') report(required(`${path}.JSONPath`));
  else if (jsonPath?.startsWith('.') !== true)
    report(invalidValue(`${path}.JSONPath`, jsonPath, 'must be a simple json path starting with .'));
}
