/**
 * Converts objects between tekton.dev/v1beta1 and tekton.dev/v1.
 *
 * Specs are converted by the table of differences, whatever their values are: invalid ones are checked as v1. Statuses are those of
 * runs, whose maps of children became `childReferences`.
 */

import { isRecord } from '../schema/conformance.js';
import { DIFFERENCES, type Difference, type Move, type TypeName } from './differences.js';

type Fields = Readonly<Record<string, unknown>>;

/** An object of either version. */
export interface ConvertibleObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: unknown;
  readonly status?: unknown;
}

const CONVERTED: ReadonlySet<string> = new Set<TypeName>(['Task', 'Pipeline', 'TaskRun', 'PipelineRun']);

const isConverted = (kind: string): kind is TypeName => CONVERTED.has(kind);

/** Returns an object of v1beta1 as one of v1. Objects of other versions and kinds are returned unchanged. */
export function convertToV1<T extends ConvertibleObject>(object: T): T {
  if (object.apiVersion !== 'tekton.dev/v1beta1' || !isConverted(object.kind)) return object;
  return {
    ...object,
    apiVersion: 'tekton.dev/v1',
    ...('spec' in object && { spec: specToV1(object.kind, object.spec) }),
    ...('status' in object && { status: statusToV1(object.kind, object.status) }),
  };
}

/** Returns an object of v1 as one of v1beta1. Objects of other versions and kinds are returned unchanged. */
export function convertFromV1<T extends ConvertibleObject>(object: T): T {
  if (object.apiVersion !== 'tekton.dev/v1' || !isConverted(object.kind)) return object;
  return {
    ...object,
    apiVersion: 'tekton.dev/v1beta1',
    ...('spec' in object && { spec: specFromV1(object.kind, object.spec) }),
    ...('status' in object && { status: statusFromV1(object.kind, object.status) }),
  };
}

/** Returns the spec of a kind of v1beta1 as that of v1. */
export function specToV1(kind: string, spec: unknown): unknown {
  if (!isConverted(kind)) return spec;
  return kind === 'PipelineRun' && isRecord(spec) ? toV1(kind, withTimeouts(spec)) : toV1(kind, spec);
}

/** Returns the spec of a kind of v1 as that of v1beta1. */
export const specFromV1 = (kind: string, spec: unknown): unknown => (isConverted(kind) ? fromV1(kind, spec) : spec);

/** Tekton moves `timeout` to `timeouts` in v1beta1 already, as its webhook writes defaults. */
function withTimeouts({ timeout, ...spec }: Fields): Fields {
  if (timeout === undefined) return spec;
  const { timeouts } = spec;
  return { ...spec, timeouts: isRecord(timeouts) ? { pipeline: timeout, ...timeouts } : { pipeline: timeout } };
}

function toV1(type: TypeName, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => toV1(type, item));
  if (!isRecord(value)) return value;
  const difference = DIFFERENCES[type];
  const dropped = difference.dropped ?? [];
  const kept = Object.fromEntries(Object.entries(value).filter(([name]) => !dropped.includes(name)));
  const moved = difference.moves.reduce((fields, { from, to }) => movedField(fields, from, to), kept);
  return convertedBelow(bundleResolved(moved, difference), difference, toV1);
}

function fromV1(type: TypeName, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => fromV1(type, item));
  if (!isRecord(value)) return value;
  const difference = DIFFERENCES[type];
  const converted = convertedBelow(value, difference, fromV1);
  return difference.moves.reduce((fields: Fields, { from, to }: Move) => movedField(fields, to, from), converted);
}

const convertedBelow = (
  fields: Fields,
  { below }: Difference,
  convert: (type: TypeName, value: unknown) => unknown,
): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, item]) => {
      const type = below[name];
      return [name, type === undefined ? item : convert(type, item)];
    }),
  );

/** Moves a field. An object that has only this field is removed with it. */
function movedField(fields: Fields, from: readonly string[], to: readonly string[]): Fields {
  const value = fieldAt(fields, from);
  return value === undefined ? fields : withField(withoutField(fields, from), to, value);
}

const fieldAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce((found, name) => (isRecord(found) ? found[name] : undefined), value);

function withField(fields: Fields, [name = '', ...rest]: readonly string[], value: unknown): Fields {
  if (rest.length === 0) return { ...fields, [name]: value };
  const inner = fields[name];
  return { ...fields, [name]: withField(isRecord(inner) ? inner : {}, rest, value) };
}

function withoutField(fields: Fields, [name = '', ...rest]: readonly string[]): Fields {
  const { [name]: removed, ...others } = fields;
  if (rest.length === 0 || !isRecord(removed)) return others;
  const inner = withoutField(removed, rest);
  return Object.keys(inner).length === 0 ? others : { ...others, [name]: inner };
}

/** Replaces `bundle` by the resolver that fetches it. */
function bundleResolved(fields: Fields, { bundleKind }: Difference): Fields {
  const { bundle, name, kind: _kind, ...others } = fields;
  if (bundleKind === undefined || typeof bundle !== 'string' || bundle === '') return fields;
  const params = { bundle, name, kind: bundleKind };
  return {
    ...others,
    resolver: 'bundles',
    params: Object.entries(params).map(([param, value]) => ({ name: param, value: value ?? '' })),
  };
}

/** The name of the results of a run in v1beta1. */
const RESULTS = { TaskRun: 'taskResults', PipelineRun: 'pipelineResults' } as const;

/** The copy of the definition that the status of a run has. */
const DEFINITIONS = { taskSpec: 'Task', pipelineSpec: 'Pipeline' } as const;

function statusToV1(kind: string, status: unknown): unknown {
  if (!isRecord(status) || (kind !== 'TaskRun' && kind !== 'PipelineRun')) return status;
  const { taskRuns: _taskRuns, runs: _runs, resourcesResult: _resources, ...rest } = status;
  const { retriesStatus } = rest;
  return {
    ...withDefinitions(movedField(rest, [RESULTS[kind]], ['results']), toV1),
    ...(Array.isArray(retriesStatus) && { retriesStatus: retriesStatus.map((one) => statusToV1(kind, one)) }),
  };
}

function statusFromV1(kind: string, status: unknown): unknown {
  if (!isRecord(status) || (kind !== 'TaskRun' && kind !== 'PipelineRun')) return status;
  const { retriesStatus } = status;
  return {
    ...withDefinitions(movedField(status, ['results'], [RESULTS[kind]]), fromV1),
    ...(Array.isArray(retriesStatus) && { retriesStatus: retriesStatus.map((one) => statusFromV1(kind, one)) }),
  };
}

const withDefinitions = (status: Fields, convert: (type: TypeName, value: unknown) => unknown): Fields =>
  Object.entries(DEFINITIONS).reduce<Fields>(
    (fields, [name, type]) =>
      fields[name] === undefined ? fields : { ...fields, [name]: convert(type, fields[name]) },
    status,
  );
