/**
 * Checks one object on its own: its schema, then its semantics.
 *
 * Objects of other API groups are checked only for names, plaintext Secrets and RBAC bindings.
 */

import { TEKTON_GROUP } from '../model/tekton-group.js';
import type { ObjectId, Problem } from '../problems/problem.js';
import { Report, suggestionBudget, type SourceText, type SuggestionBudget } from '../problems/report.js';
import { conform, isRecord } from '../schema/conformance.js';
import { objectSchemaOf } from '../schema/kind-definition.js';
import type { ObjectSchema } from '../schema/schema.js';
import { describeValue } from '../schema/type-hint.js';
import { checkAccess } from '../validation/access.js';
import type { ApiVersion, VersionedObject } from '../validation/api-version.js';
import type { ClusterSettings } from '../validation/cluster-settings.js';
import type { CheckedObject } from '../validation/catalog.js';
import { checkNamespace, checkObjectName } from '../validation/metadata.js';
import { canonicalFields } from './canonical-object.js';
import { tryFindVersion, VERSIONS } from './versions.js';

/** Returns all problems of one object, ordered by path. */
export function checkObject(object: unknown, settings: ClusterSettings = {}): readonly Problem[] {
  return inspectObject(object, 0, { budget: suggestionBudget(), settings }).report.problems();
}

/** Options of {@link inspectObject}. */
export interface InspectOptions {
  readonly budget: SuggestionBudget;
  readonly settings: ClusterSettings;
  readonly sourceText?: SourceText | undefined;
}

/** A checked object with the further checks of its API version. */
export interface VersionedCheckedObject extends CheckedObject {
  readonly tekton?: VersionedObject;
  /** The API version of `tekton`. */
  readonly version?: ApiVersion;
}

/** Checks one object and returns the data for checks across objects. */
export function inspectObject(
  object: unknown,
  index: number,
  { budget, settings, sourceText }: InspectOptions,
): VersionedCheckedObject {
  const id = idOf(object, index);
  const report = new Report(id, budget, sourceText);
  if (!isRecord(object) || id.apiVersion === undefined || id.kind === undefined) {
    const is = isRecord(object) ? missingParts(id) : `it is ${describeValue(object)}`;
    report.add('OBJECT_MALFORMED', [], { is });
    return { id, report };
  }
  if (id.apiVersion !== TEKTON_GROUP && !id.apiVersion.startsWith(`${TEKTON_GROUP}/`)) {
    checkAccess(object, report);
    checkObjectName(object, report);
    checkNamespace(id.namespace, report);
    return { id, report, object };
  }
  const version = tryFindVersion(id.apiVersion);
  if (!version) {
    const known = VERSIONS.map(({ apiVersion }) => apiVersion);
    report.add('API_VERSION_UNKNOWN', ['apiVersion'], { name: id.apiVersion, known }, { value: id.apiVersion });
    return { id, report, object };
  }
  if (TRIGGERS_KINDS.has(id.kind)) {
    report.add('KIND_OF_TRIGGERS', ['kind'], { kind: id.kind }, { value: id.kind });
    return { id, report, object };
  }
  const replacement = version.removedKinds?.[id.kind];
  if (replacement !== undefined) {
    const details = { apiVersion: id.apiVersion, kind: id.kind, replacement };
    report.add('KIND_REMOVED', ['kind'], details, { value: id.kind });
    return { id, report, object };
  }
  const schema = SCHEMAS.get(`${id.apiVersion} ${id.kind}`);
  if (!schema) {
    const details = { apiVersion: id.apiVersion, ...report.unknownName(id.kind, Object.keys(version.kinds)) };
    report.add('KIND_UNKNOWN', ['kind'], details, { value: id.kind });
    return { id, report, object };
  }
  const canonical = canonicalFields(object);
  for (const { path, name, isDuplicate } of canonical.renamed)
    report.add('FIELD_CASE', path, { name, twice: isDuplicate, written: String(path.at(-1)) });
  const conforming = conform(canonical.object, schema, [], { report, messages: version.messages });
  const tekton = version.interpret(conforming as object); // the root schema is an object
  tekton.check({ path: ['spec'], report }, settings);
  return { id, report, object, tekton, version };
}

/** Kinds that Tekton Triggers had in this group, up to its v0.3. */
const TRIGGERS_KINDS: ReadonlySet<string> = new Set([
  'TriggerTemplate',
  'TriggerBinding',
  'EventListener',
  'ClusterTriggerBinding',
]);

const missingParts = (id: ObjectId): string =>
  `it has no ${[id.apiVersion === undefined && '`apiVersion`', id.kind === undefined && '`kind`'].filter(Boolean).join(' and no ')}`;

/** Root schemas, by apiVersion and kind. */
const SCHEMAS: ReadonlyMap<string, ObjectSchema> = new Map(
  VERSIONS.flatMap(({ apiVersion, kinds }) =>
    Object.values(kinds).map((kind) => [`${apiVersion} ${kind.kind}`, objectSchemaOf(kind)] as const),
  ),
);

function idOf(object: unknown, index: number): ObjectId {
  if (!isRecord(object)) return { index };
  const meta = isRecord(object['metadata']) ? object['metadata'] : {};
  const id: { -readonly [K in keyof ObjectId]: ObjectId[K] } = { index };
  const { apiVersion, kind } = object;
  const { namespace, name } = meta;
  if (isNonEmptyString(apiVersion)) id.apiVersion = apiVersion;
  if (isNonEmptyString(kind)) id.kind = kind;
  if (isNonEmptyString(namespace)) id.namespace = namespace;
  if (isNonEmptyString(name)) id.name = name;
  return id;
}

const isNonEmptyString = (value: unknown): value is string => typeof value === 'string' && value !== '';
