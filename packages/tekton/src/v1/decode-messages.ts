/**
 * Messages of Tekton's webhook for objects that it cannot decode.
 *
 * Tekton decodes with Go's JSON decoder, whose errors name Go types: the tables below have those of each field. The API
 * server drops unknown fields first, so they have no message.
 */

import type { FieldPath } from '../model/field-path.js';
import type { ConformanceMessages } from '../schema/conformance.js';

const QUANTITY_FORM = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$';

/** Messages about values that do not conform to their schema. */
export const DECODE_MESSAGES: ConformanceMessages = {
  unknownField: () => undefined,
  wrongType: (_expected, value, path, { kind = '' }) =>
    `cannot decode incoming new object: ${wrongType(kind, value, path)}`,
  invalidQuantity: (value) =>
    `cannot decode incoming new object: ${
      new RegExp(QUANTITY_FORM).test(value)
        ? "unable to parse quantity's suffix"
        : `quantities must match the regular expression '${QUANTITY_FORM}'`
    }`,
  missingField: () => undefined,
  unknownValue: () => undefined,
};

/** Types of the fields of Go structs. Other fields are text or booleans. */
const STRUCTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Task: { spec: 'v1.TaskSpec' },
  Pipeline: { spec: 'v1.PipelineSpec' },
  TaskRun: { spec: 'v1.TaskRunSpec' },
  PipelineRun: { spec: 'v1.PipelineRunSpec' },
  StepAction: { spec: 'v1beta1.StepActionSpec' },
  CustomRun: { spec: 'v1beta1.CustomRunSpec' },
  TaskSpec: {
    params: 'v1.ParamSpecs',
    results: '[]v1.TaskResult',
    workspaces: '[]v1.WorkspaceDeclaration',
    steps: '[]v1.Step',
    stepTemplate: 'v1.StepTemplate',
    sidecars: '[]v1.Sidecar',
    volumes: '[]v1.Volume',
  },
  PipelineSpec: {
    params: 'v1.ParamSpecs',
    workspaces: '[]v1.PipelineWorkspaceDeclaration',
    results: '[]v1.PipelineResult',
    tasks: '[]v1.PipelineTask',
    finally: '[]v1.PipelineTask',
  },
  PipelineTask: {
    taskRef: 'v1.TaskRef',
    taskSpec: 'v1.EmbeddedTask',
    pipelineRef: 'v1.PipelineRef',
    pipelineSpec: 'v1.PipelineSpec',
    params: 'v1.Params',
    matrix: 'v1.Matrix',
    when: 'v1.WhenExpressions',
    runAfter: '[]string',
    retries: 'int',
    onError: 'v1.PipelineTaskOnErrorType',
    workspaces: '[]v1.WorkspacePipelineTaskBinding',
  },
  Matrix: { params: 'v1.Params', include: 'v1.IncludeParamsList' },
  IncludeParams: { params: 'v1.Params' },
  WhenExpression: { operator: 'selection.Operator', values: '[]string' },
  ParamSpec: { type: 'v1.ParamType', enum: '[]string', properties: 'map[string]v1.PropertySpec' },
  TaskResult: { type: 'v1.ResultsType', properties: 'map[string]v1.PropertySpec' },
  PipelineResult: { type: 'v1.ResultsType' },
  PropertySpec: { type: 'v1.ParamType' },
  TaskRef: { kind: 'v1.TaskKind', resolver: 'v1.ResolverName', params: 'v1.Params' },
  PipelineRef: { resolver: 'v1.ResolverName', params: 'v1.Params' },
  Ref: { resolver: 'v1.ResolverName', params: 'v1.Params' },
  Step: {
    command: '[]string',
    args: '[]string',
    env: '[]v1.EnvVar',
    envFrom: '[]v1.EnvFromSource',
    volumeMounts: '[]v1.VolumeMount',
    volumeDevices: '[]v1.VolumeDevice',
    computeResources: 'v1.ResourceRequirements',
    imagePullPolicy: 'v1.PullPolicy',
    securityContext: 'v1.SecurityContext',
    workspaces: '[]v1.WorkspaceUsage',
    onError: 'v1.OnErrorType',
    stdoutConfig: 'v1.StepOutputConfig',
    stderrConfig: 'v1.StepOutputConfig',
    ref: 'v1.Ref',
    params: 'v1.Params',
    results: '[]v1.StepResult',
    when: 'v1.StepWhenExpressions',
  },
  TaskRunSpec: {
    taskRef: 'v1.TaskRef',
    taskSpec: 'v1.TaskSpec',
    params: 'v1.Params',
    workspaces: '[]v1.WorkspaceBinding',
    retries: 'int',
    podTemplate: 'pod.Template',
    status: 'v1.TaskRunSpecStatus',
    statusMessage: 'v1.TaskRunSpecStatusMessage',
    stepSpecs: '[]v1.TaskRunStepSpec',
    sidecarSpecs: '[]v1.TaskRunSidecarSpec',
    computeResources: 'v1.ResourceRequirements',
    debug: 'v1.TaskRunDebug',
  },
  TaskRunDebug: { breakpoints: 'v1.TaskBreakpoints' },
  TaskBreakpoints: { beforeSteps: '[]string' },
  PipelineRunSpec: {
    pipelineRef: 'v1.PipelineRef',
    pipelineSpec: 'v1.PipelineSpec',
    params: 'v1.Params',
    workspaces: '[]v1.WorkspaceBinding',
    status: 'v1.PipelineRunSpecStatus',
    timeouts: 'v1.TimeoutFields',
    taskRunTemplate: 'v1.PipelineTaskRunTemplate',
    taskRunSpecs: '[]v1.PipelineTaskRunSpec',
  },
  PipelineTaskRunTemplate: { podTemplate: 'pod.Template' },
  PipelineTaskRunSpec: {
    podTemplate: 'pod.Template',
    stepSpecs: '[]v1.TaskRunStepSpec',
    sidecarSpecs: '[]v1.TaskRunSidecarSpec',
    metadata: 'v1.PipelineTaskMetadata',
    computeResources: 'v1.ResourceRequirements',
  },
};

/** Elements of named list types. */
const ELEMENTS: Readonly<Record<string, string>> = {
  'v1.ParamSpecs': 'v1.ParamSpec',
  'v1.Params': 'v1.Param',
  'v1.WhenExpressions': 'v1.WhenExpression',
  'v1.StepWhenExpressions': 'v1.WhenExpression',
  'v1.IncludeParamsList': 'v1.IncludeParams',
};

/** Structs with the fields of another. */
const SAME_FIELDS: Readonly<Record<string, string>> = {
  EmbeddedTask: 'TaskSpec',
  Sidecar: 'Step',
  StepTemplate: 'Step',
  StepActionSpec: 'Step',
};

const BOOLEANS = new Set(['optional', 'readOnly', 'stdin', 'stdinOnce', 'tty', 'hostNetwork', 'enableServiceLinks']);

/** Fields whose own decoders report errors without a field. */
const DURATIONS = new Set(['timeout', 'pipeline', 'tasks', 'finally']);

/** Returns the error of Go's decoder for a value at a path. */
function wrongType(kind: string, value: unknown, path: FieldPath): string {
  let struct = kind;
  let type = '';
  for (const part of path) {
    if (typeof part === 'number') {
      type = ELEMENTS[type] ?? type.replace(/^\[\]/, '');
      continue;
    }
    struct = structOf(type) ?? struct;
    type = typeOfField(struct, part);
  }
  const last = String(path.at(-1));
  const isDuration =
    typeof value !== 'object' && (last === 'timeout' || (struct === 'TimeoutFields' && DURATIONS.has(last)));
  const names = path.filter((part) => typeof part === 'string').join('.');
  return isDuration
    ? `json: cannot unmarshal ${jsonType(value)} into Go value of type string`
    : `json: cannot unmarshal ${jsonType(value)} into Go struct field ${struct}.${names} of type ${type}`;
}

const structOf = (type: string): string | undefined => /^(?:v1|v1beta1|pod)\.(\w+)$/.exec(type)?.[1];

const typeOfField = (struct: string, field: string): string =>
  STRUCTS[SAME_FIELDS[struct] ?? struct]?.[field] ?? (BOOLEANS.has(field) ? 'bool' : 'string');

const jsonType = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
