/**
 * Implements the API version interface for tekton.dev/v1beta1: its objects are read, checked and defaulted as tekton.dev/v1.
 *
 * Only `versions/` imports this file.
 */

import type { FieldPath } from '../model/field-path.js';
import { isRecord } from '../schema/conformance.js';
import type { Report } from '../problems/report.js';
import type { ApiVersion, SpecReaders, UpdatedObject } from '../validation/api-version.js';
import { v1 } from '../v1/version.js';
import { convertFromV1, convertToV1, specToV1, type ConvertibleObject } from './conversion.js';
import { betaPath, DIFFERENCES, type TypeName } from './differences.js';
import { KINDS } from './kinds.js';
import { MappedReport } from './mapped-report.js';

const V1BETA1 = 'tekton.dev/v1beta1';

const asV1 = (kind: string, spec: object): object => specToV1(kind, spec) as object; // an object stays one

const specReaders: SpecReaders = {
  readTask: (spec) => v1.specReaders.readTask(asV1('Task', spec)),
  readTaskRun: (spec) => v1.specReaders.readTaskRun(asV1('TaskRun', spec)),
  readPipeline: (spec) => v1.specReaders.readPipeline(asV1('Pipeline', spec)),
  readPipelineRun: (spec) => v1.specReaders.readPipelineRun(asV1('PipelineRun', spec)),
  ...(v1.specReaders.readStepAction && { readStepAction: v1.specReaders.readStepAction.bind(v1.specReaders) }),
  ...(v1.specReaders.readCustomRun && { readCustomRun: v1.specReaders.readCustomRun.bind(v1.specReaders) }),
};

/** Returns a report for the paths of an object after its conversion. */
function mappedReport(object: ConvertibleObject, report: Report): Report {
  const { kind, spec } = object;
  if (!(kind in DIFFERENCES)) return report;
  const hasOwnTimeout = isRecord(spec) && spec['timeout'] !== undefined && kind === 'PipelineRun';
  const pathOf = ([field, ...rest]: FieldPath): FieldPath => {
    if (field !== 'spec') return field === undefined ? [] : [field, ...rest];
    if (hasOwnTimeout && rest[0] === 'timeouts' && rest[1] !== 'tasks' && rest[1] !== 'finally')
      return ['spec', 'timeout', ...rest.slice(2)];
    return ['spec', ...betaPath(kind as TypeName, rest)]; // a key of the table
  };
  return new MappedReport(report, pathOf);
}

/** The API version tekton.dev/v1beta1. */
export const v1beta1: ApiVersion = {
  ...v1,
  apiVersion: V1BETA1,
  kinds: KINDS,
  removedKinds: { ClusterTask: 'write it as a Task, and refer to it with the resolver `cluster`' },
  specReaders,
  interpret: (conforming) => {
    const object = { apiVersion: V1BETA1, ...conforming } as ConvertibleObject; // it conforms to the schema of its kind
    const versioned = v1.interpret(convertToV1(object));
    return {
      ...versioned,
      check: ({ path, report }, settings) => {
        versioned.check({ path, report: mappedReport(object, report) }, settings);
      },
      checkReferences: (scope, { path, report }) => {
        versioned.checkReferences(scope, { path, report: mappedReport(object, report) });
      },
    };
  },
  applyDefaults: (object, options) => {
    const converted: unknown = convertFromV1(
      v1.applyDefaults(convertToV1(object as unknown as ConvertibleObject), options),
    ); // found by its apiVersion
    return converted as typeof object; // the same type with other fields
  },
  checkUpdate: (before, after, report) => {
    const asV1Object = (object: UpdatedObject): UpdatedObject =>
      convertToV1({ ...object, apiVersion: V1BETA1, kind: object.kind ?? '' });
    const target = mappedReport({ apiVersion: V1BETA1, kind: after.kind ?? '', spec: after.spec }, report);
    v1.checkUpdate?.(asV1Object(before), asV1Object(after), target);
  },
};
