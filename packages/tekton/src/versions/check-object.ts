/**
 * Checks one object by itself.
 *
 * First its shape, then what its kind means; all problems at once. Objects of other API groups are looked at only for
 * secrets and rights.
 */

import { checkAccess } from '../validation/access.js';
import { canonicalFields } from '../schema/canonical-fields.js';
import { checkMetadata, checkNamespace, checkObjectName } from '../validation/metadata.js';
import { checkPipeline } from '../v1alpha1/validation/pipeline.js';
import { checkResource } from '../v1alpha1/validation/resource.js';
import { checkPipelineRun, checkTaskRun } from '../v1alpha1/validation/run.js';
import { conform, isRecord } from '../schema/conformance.js';
import { checkCondition, checkTask } from '../v1alpha1/validation/task.js';
import type { ObjectId, Problem } from '../problems/problem.js';
import { Report, suggestionBudget, type SuggestionBudget, type SourceText } from '../problems/report.js';
import { KINDS, STATUS_SCHEMA, type KindDefinition } from '../v1alpha1/kinds.js';
import { metadata } from '../schema/kubernetes.js';
import { kubernetesObject, string, type ObjectSchema } from '../schema/schema.js';
import { describeValue } from '../schema/type-hint.js';
import { V1ALPHA1, TEKTON_GROUP, type V1alpha1Object, type Kind } from '../v1alpha1/types.js';
import type { ValidationContext } from '../validation/location.js';

/** What was learnt of one object. */
export interface InspectedObject {
  readonly id: ObjectId;
  readonly report: Report;
  /** An object of tekton.dev/v1alpha1 with all that does not fit left out. Absent: it is something else. */
  readonly tektonObject?: V1alpha1Object;
  /** The object as given, when it is one of Kubernetes'. */
  readonly object?: Readonly<Record<string, unknown>>;
}

/** All problems of one object, in order of their paths. `index`: its place in the input, for the problems' `object`. */
export function checkObject(object: unknown, index = 0): readonly Problem[] {
  return inspectObject(object, index, suggestionBudget()).report.problems();
}

/** Checks one object and keeps what the checks of a whole set need. */
export function inspectObject(
  object: unknown,
  index: number,
  budget: SuggestionBudget,
  sourceText?: SourceText,
): InspectedObject {
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
  if (id.apiVersion !== V1ALPHA1) {
    report.add(
      'API_VERSION_UNKNOWN',
      ['apiVersion'],
      { name: id.apiVersion, known: [V1ALPHA1] },
      { value: id.apiVersion },
    );
    return { id, report, object };
  }
  if (TRIGGERS_KINDS.has(id.kind)) {
    report.add('KIND_OF_TRIGGERS', ['kind'], { kind: id.kind }, { value: id.kind });
    return { id, report, object };
  }
  const kind = Object.keys(KINDS).find((one): one is Kind => one === id.kind);
  if (kind === undefined) {
    report.add('KIND_UNKNOWN', ['kind'], report.unknownName(id.kind, Object.keys(KINDS)), { value: id.kind });
    return { id, report, object };
  }
  const canonical = canonicalFields(object);
  for (const { path, name, isDuplicate } of canonical.renamed)
    report.add('FIELD_CASE', path, { name, twice: isDuplicate, written: String(path.at(-1)) });
  const fitting = conform(canonical.object, ROOTS[kind], [], report);
  const tekton = { spec: {}, metadata: {}, ...(fitting as object) } as V1alpha1Object; // conform left only what fits its kind
  checkKind(tekton, { path: ['spec'], report });
  return { id, report, object, tektonObject: tekton };
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

const rootOf = ({ spec, kind }: KindDefinition): ObjectSchema =>
  kubernetesObject(kind, { apiVersion: string(''), kind: string(''), metadata, spec, status: STATUS_SCHEMA });

const ROOTS = Object.fromEntries(Object.values(KINDS).map((shape) => [shape.kind, rootOf(shape)])) as Readonly<
  Record<Kind, ObjectSchema>
>; // each kind has a shape

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

function checkKind(object: V1alpha1Object, context: ValidationContext): void {
  checkMetadata(object.kind, object.metadata, context);
  checkNamespace(object.metadata.namespace, context.report);
  switch (object.kind) {
    case 'Task':
    case 'ClusterTask':
      checkTask(object.spec, context);
      return;
    case 'Pipeline':
      checkPipeline(object.spec, context);
      return;
    case 'TaskRun':
      checkTaskRun(object.spec, context);
      return;
    case 'PipelineRun':
      checkPipelineRun(object.spec, context);
      return;
    case 'Condition':
      checkCondition(object.metadata.name ?? '', object.spec, context);
      return;
    case 'PipelineResource':
      checkResource(object.spec, context);
      return;
  }
}
