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
import { Report, someGuesses, type Guesses, type Written } from '../problems/report.js';
import { KINDS, STATUS, type KindShape } from '../v1alpha1/kinds.js';
import { metadata } from '../schema/kubernetes.js';
import { kubernetesObject, text, type ObjectSchema } from '../schema/schema.js';
import { typeName } from '../schema/type-hint.js';
import { API_VERSION, GROUP, type AnyTektonObject, type Kind } from '../v1alpha1/types.js';
import type { Where } from '../validation/location.js';

/** What was learnt of one object. */
export interface Inspection {
  readonly id: ObjectId;
  readonly report: Report;
  /** An object of tekton.dev/v1alpha1 with all that does not fit left out. Absent: it is something else. */
  readonly tekton?: AnyTektonObject;
  /** The object as given, when it is one of Kubernetes'. */
  readonly object?: Readonly<Record<string, unknown>>;
}

/** All problems of one object, in order of their paths. `index`: its place in the input, for the problems' `object`. */
export function checkObject(object: unknown, index = 0): readonly Problem[] {
  return inspect(object, index, someGuesses()).report.problems();
}

/** Checks one object and keeps what the checks of a whole set need. */
export function inspect(object: unknown, index: number, guesses: Guesses, written?: Written): Inspection {
  const id = idOf(object, index);
  const report = new Report(id, guesses, written);
  if (!isRecord(object) || id.apiVersion === undefined || id.kind === undefined) {
    const is = isRecord(object) ? missingParts(id) : `it is ${typeName(object)}`;
    report.add('OBJECT_MALFORMED', [], { is });
    return { id, report };
  }
  if (id.apiVersion !== GROUP && !id.apiVersion.startsWith(`${GROUP}/`)) {
    checkAccess(object, report);
    checkObjectName(object, report);
    checkNamespace(id.namespace, report);
    return { id, report, object };
  }
  if (id.apiVersion !== API_VERSION) {
    report.add(
      'API_VERSION_UNKNOWN',
      ['apiVersion'],
      { name: id.apiVersion, known: [API_VERSION] },
      { value: id.apiVersion },
    );
    return { id, report, object };
  }
  if (TRIGGERS.has(id.kind)) {
    report.add('KIND_OF_TRIGGERS', ['kind'], { kind: id.kind }, { value: id.kind });
    return { id, report, object };
  }
  const kind = Object.keys(KINDS).find((one): one is Kind => one === id.kind);
  if (kind === undefined) {
    report.add('KIND_UNKNOWN', ['kind'], report.missed(id.kind, Object.keys(KINDS)), { value: id.kind });
    return { id, report, object };
  }
  const canonical = canonicalFields(object);
  for (const { path, name, twice } of canonical.respelt)
    report.add('FIELD_CASE', path, { name, twice, written: String(path.at(-1)) });
  const fitting = conform(canonical.object, ROOTS[kind], [], report);
  const tekton = { spec: {}, metadata: {}, ...(fitting as object) } as AnyTektonObject; // conform left only what fits its kind
  checkKind(tekton, { path: ['spec'], report });
  return { id, report, object, tekton };
}

/** Kinds that Tekton Triggers had in this group, up to its v0.3. */
const TRIGGERS: ReadonlySet<string> = new Set([
  'TriggerTemplate',
  'TriggerBinding',
  'EventListener',
  'ClusterTriggerBinding',
]);

const missingParts = (id: ObjectId): string =>
  `it has no ${[id.apiVersion === undefined && '`apiVersion`', id.kind === undefined && '`kind`'].filter(Boolean).join(' and no ')}`;

const rootOf = ({ spec, kind }: KindShape): ObjectSchema =>
  kubernetesObject(kind, { apiVersion: text(''), kind: text(''), metadata, spec, status: STATUS });

const ROOTS = Object.fromEntries(Object.values(KINDS).map((shape) => [shape.kind, rootOf(shape)])) as Readonly<
  Record<Kind, ObjectSchema>
>; // each kind has a shape

function idOf(object: unknown, index: number): ObjectId {
  if (!isRecord(object)) return { index };
  const meta = isRecord(object['metadata']) ? object['metadata'] : {};
  const id: { -readonly [K in keyof ObjectId]: ObjectId[K] } = { index };
  const { apiVersion, kind } = object;
  const { namespace, name } = meta;
  if (isWord(apiVersion)) id.apiVersion = apiVersion;
  if (isWord(kind)) id.kind = kind;
  if (isWord(namespace)) id.namespace = namespace;
  if (isWord(name)) id.name = name;
  return id;
}

const isWord = (value: unknown): value is string => typeof value === 'string' && value !== '';

function checkKind(object: AnyTektonObject, where: Where): void {
  checkMetadata(object.kind, object.metadata, where);
  checkNamespace(object.metadata.namespace, where.report);
  switch (object.kind) {
    case 'Task':
    case 'ClusterTask':
      checkTask(object.spec, where);
      return;
    case 'Pipeline':
      checkPipeline(object.spec, where);
      return;
    case 'TaskRun':
      checkTaskRun(object.spec, where);
      return;
    case 'PipelineRun':
      checkPipelineRun(object.spec, where);
      return;
    case 'Condition':
      checkCondition(object.metadata.name ?? '', object.spec, where);
      return;
    case 'PipelineResource':
      checkResource(object.spec, where);
      return;
  }
}
