/**
 * Checks that a definition's schema is structural: the type of every field is specified outside of logical junctors.
 *
 * Pure. Rules and messages are those of apiextensions-apiserver (KEP 1693); `schema-rules.ts` has the rules for all schemas.
 */

import { deepCopy, deepEqual } from '../../model/json.js';
import { compilePattern } from './patterns.js';
import { collectCauses, forbiddenField, invalidValue, required, type Cause, type Report } from '../status-error.js';
import { prune, type Schema } from './schema.js';
import { checkBudget, checkSchema, type CheckBudget } from './schema-validation.js';

type Level = 'root' | 'item' | 'field';

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/** Returns why a schema is not structural, in the order of Kubernetes' messages. */
export function checkStructural(schema: Schema, path: string): readonly Cause[] {
  const causes = collectCauses((report) => {
    checkNode(schema, 'root', path, report);
    checkComplete(schema, schema, { path, nested: path }, report);
  });
  if (causes.length === 0)
    return collectCauses((report) => checkDefaults(schema, path, { report, budget: checkBudget() }));
  return [...causes].sort((one, other) => (textOfCause(one) < textOfCause(other) ? -1 : 1));
}

const textOfCause = ({ field, message }: Cause): string => `${field}: ${message}`;
const childrenOf = (schema: Schema): [string, Schema][] => Object.entries(schema.properties ?? {});
const at = (path: string, field: string): string => `${path}.properties[${field}]`;

function checkNode(schema: Schema, level: Level, path: string, report: Report): void {
  const { additionalProperties: more, items } = schema;
  if (schema.type === 'array' && !items) report(required(`${path}.items`, 'must be specified'));
  if (items) checkNode(items, 'item', `${path}.items`, report);
  for (const [field, child] of childrenOf(schema)) checkNode(child, 'field', at(path, field), report);
  if (more !== undefined && level === 'root')
    report(forbiddenField(`${path}.additionalProperties`, 'must not be used at the root'));
  if (typeof more === 'object') checkNode(more, 'field', `${path}.additionalProperties`, report);
  checkExtensions(schema, path, report);
  checkType(schema, level, path, report);
  checkMetadata(schema, level, path, report);
  const [first] = schema.allOf ?? [];
  checkValidation(schema, path, { anyOf: isIntOrString(schema), first: isIntOrString(first) }, report);
}

function checkExtensions(schema: Schema, path: string, report: Report): void {
  if (schema['x-kubernetes-int-or-string'] !== true) return;
  for (const excluded of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const)
    if (schema[excluded] === true)
      report(invalidValue(`${path}.${excluded}`, true, 'must be false if x-kubernetes-int-or-string is true'));
}

function checkType(schema: Schema, level: Level, path: string, report: Report): void {
  const { type = '' } = schema;
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const isTypeOptional = schema['x-kubernetes-int-or-string'] === true || preserves;
  if (embedded && type !== 'object') {
    const reason = 'must be object if x-kubernetes-embedded-resource is true';
    report(type === '' ? required(`${path}.type`, reason) : invalidValue(`${path}.type`, type, reason));
  } else if (type === '' && !isTypeOptional) report(required(`${path}.type`, EMPTY_TYPE[level]));
  if (embedded && schema.additionalProperties !== undefined) {
    const reason = 'must not be used if x-kubernetes-embedded-resource is set';
    report(forbiddenField(`${path}.additionalProperties`, reason));
  }
  if (level === 'root' && type !== '' && type !== 'object')
    report(invalidValue(`${path}.type`, type, 'must be object at the root'));
  if (embedded && !preserves && childrenOf(schema).length === 0) {
    const reason =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    report(required(`${path}.properties`, reason));
  }
}

/** Checks metadata, of which a schema may restrict only the names. */
function checkMetadata(schema: Schema, level: Level, path: string, report: Report): void {
  if (level !== 'root' && schema['x-kubernetes-embedded-resource'] !== true) return;
  for (const [field, type] of METADATA_TYPES) {
    const child = childOf(schema, field);
    if (child && child.type !== type)
      report(invalidValue(`${at(path, field)}.type`, child.type ?? '', `must be ${type}`));
  }
  const metadata = childOf(schema, 'metadata');
  if (level !== 'root' || !metadata) return;
  const { type: _type, properties: _properties, default: _default, ...rest } = metadata;
  const others = childrenOf(metadata).filter(([field]) => field !== 'name' && field !== 'generateName');
  if (others.length === 0 && Object.keys(rest).length === 0) return;
  const reason = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
  report(forbiddenField(at(path, 'metadata'), reason));
}

const METADATA_TYPES = [
  ['kind', 'string'],
  ['apiVersion', 'string'],
  ['metadata', 'object'],
] as const;

const childOf = ({ properties }: Schema, field: string): Schema | undefined =>
  properties && Object.hasOwn(properties, field) ? properties[field] : undefined;

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];

/** Whether `anyOf` is the pattern of int-or-string, under which it may contain types. */
const isIntOrString = (schema: Schema | undefined): boolean => deepEqual(schema?.anyOf, INT_OR_STRING);

/** Where types are allowed. */
interface Skips {
  readonly anyOf: boolean;
  /** In the `anyOf` of the first `allOf`. */
  readonly first: boolean;
}

const NONE: Skips = { anyOf: false, first: false };

function checkValidation(schema: Schema, path: string, skips: Skips, report: Report): void {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern = '' } = schema;
  if (!skips.anyOf)
    for (const [index, each] of anyOf.entries()) checkNested(each, `${path}.anyOf[${index}]`, NONE, report);
  for (const [index, each] of allOf.entries())
    checkNested(each, `${path}.allOf[${index}]`, { anyOf: index === 0 && skips.first, first: false }, report);
  for (const [index, each] of oneOf.entries()) checkNested(each, `${path}.oneOf[${index}]`, NONE, report);
  if (not) checkNested(not, `${path}.not`, NONE, report);
  const compiled = pattern === '' ? undefined : compilePattern(pattern);
  if (compiled?.kind !== 'invalid') return;
  report(invalidValue(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${compiled.reason}`));
}

/** Fields that are only allowed outside of `allOf`, `anyOf`, `oneOf` and `not`, with their messages. */
const OUTSIDE_ONLY: readonly [field: keyof Schema, why: string][] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
];

const isSpecified = (field: keyof Schema, value: unknown): boolean => {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return false;
  return field === 'additionalProperties' || field === 'default' || (value !== '' && value !== false);
};

function checkNested(schema: Schema, path: string, skips: Skips, report: Report): void {
  checkValidation(schema, path, skips, report);
  if (schema.items) checkNested(schema.items, `${path}.items`, NONE, report);
  for (const [field, child] of childrenOf(schema)) checkNested(child, at(path, field), NONE, report);
  for (const [field, reason] of OUTSIDE_ONLY)
    if (isSpecified(field, schema[field])) report(forbiddenField(`${path}.${field}`, reason));
  if (childOf(schema, 'metadata'))
    report(forbiddenField(at(path, 'metadata'), 'must not be specified in a nested context'));
}

/** The path of a specification, and the path of its validation. */
interface Paths {
  readonly path: string;
  readonly nested: string;
}

/** Checks that every field and list in `validation` is also in `schema`. */
function checkComplete(validation: Schema, schema: Schema, { path, nested }: Paths, report: Report): void {
  const { not } = validation;
  if (not) checkNestedComplete(not, schema, { path, nested: `${nested}.not` }, report);
  for (const list of ['allOf', 'anyOf', 'oneOf'] as const)
    for (const [index, each] of (validation[list] ?? []).entries())
      checkNestedComplete(each, schema, { path, nested: `${nested}.${list}[${index}]` }, report);
}

function checkNestedComplete(validation: Schema, schema: Schema | undefined, paths: Paths, report: Report): void {
  const { path, nested } = paths;
  if (!schema) {
    report(required(path, `because it is defined in ${nested}`));
    return;
  }
  checkComplete(validation, schema, paths, report);
  if (validation.items) {
    const below = { path: `${path}.items`, nested: `${nested}.items` };
    checkNestedComplete(validation.items, schema.items, below, report);
  }
  for (const [field, child] of childrenOf(validation))
    checkNestedComplete(child, childOf(schema, field), { path: at(path, field), nested: at(nested, field) }, report);
}

interface DefaultsCheck {
  readonly report: Report;
  /** The budget of all defaults of a definition. */
  readonly budget: CheckBudget;
}

/** Checks that defaults are valid and contain no unknown fields. */
function checkDefaults(schema: Schema, path: string, check: DefaultsCheck): void {
  const { report, budget } = check;
  const { default: value } = schema;
  if (value !== undefined) {
    const prunedValue = deepCopy(value);
    prune(prunedValue, schema, schema['x-kubernetes-embedded-resource'] === true);
    if (!deepEqual(prunedValue, value)) report(invalidValue(`${path}.default`, value, 'must not have unknown fields'));
    for (const cause of checkSchema(value, schema, `${path}.default`, { budget })) report(cause);
  }
  if (schema.items) checkDefaults(schema.items, `${path}.items`, check);
  for (const [field, child] of childrenOf(schema)) checkDefaults(child, at(path, field), check);
}
