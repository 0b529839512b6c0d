/**
 * The differences between tekton.dev/v1beta1 and tekton.dev/v1, as data: moved fields, and where they are.
 *
 * The schemas of v1beta1, the conversion of objects and the paths of problems follow from this table.
 */

import type { FieldPath } from '../model/field-path.js';

/** A field with another name or place in v1. */
export interface Move {
  /** The field in v1beta1. */
  readonly from: readonly string[];
  /** The field in v1. */
  readonly to: readonly string[];
  /** Why the name of v1 is wrong in v1beta1: its replacement. */
  readonly hint: string;
}

/** How the fields of one type differ. */
export interface Difference {
  readonly moves: readonly Move[];
  /** Fields that v1 does not have, and which have no effect. */
  readonly dropped?: readonly string[];
  /** Fields, and elements of lists in fields, whose types differ too; in the names of v1. */
  readonly below: Readonly<Record<string, TypeName>>;
  /** The kind of definition that `bundle` fetches. Absent: the type has no `bundle`. */
  readonly bundleKind?: 'task' | 'pipeline';
}

/** The types with differences. */
export type TypeName =
  | 'Task'
  | 'Pipeline'
  | 'TaskRun'
  | 'PipelineRun'
  | 'Container'
  | 'Sidecar'
  | 'PipelineTask'
  | 'ContainerResources'
  | 'TaskRunSpecs'
  | 'TaskRef'
  | 'PipelineRef';

const move = (from: string, to: string, hint = `rename it to \`${from}\``): Move => ({
  from: from.split('.'),
  to: to.split('.'),
  hint,
});

/** Fields of containers that v1beta1 steps have and Tekton ignores. */
const IGNORED_IN_STEPS = [
  'ports',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'stdin',
  'stdinOnce',
  'tty',
];

const RESOURCES = move('resources', 'computeResources');
const OVERRIDES = [move('stepOverrides', 'stepSpecs'), move('sidecarOverrides', 'sidecarSpecs')];

/** The differences, by type. */
export const DIFFERENCES: Readonly<Record<TypeName, Difference>> = {
  Task: { moves: [], below: { steps: 'Container', stepTemplate: 'Container', sidecars: 'Sidecar' } },
  Pipeline: { moves: [], below: { tasks: 'PipelineTask', finally: 'PipelineTask' } },
  TaskRun: {
    moves: OVERRIDES,
    below: {
      taskRef: 'TaskRef',
      taskSpec: 'Task',
      stepSpecs: 'ContainerResources',
      sidecarSpecs: 'ContainerResources',
    },
  },
  PipelineRun: {
    moves: [
      move('serviceAccountName', 'taskRunTemplate.serviceAccountName', 'move its fields to the spec'),
      move('podTemplate', 'taskRunTemplate.podTemplate', 'move its fields to the spec'),
    ],
    below: { pipelineRef: 'PipelineRef', pipelineSpec: 'Pipeline', taskRunSpecs: 'TaskRunSpecs' },
  },
  Container: { moves: [RESOURCES], dropped: IGNORED_IN_STEPS, below: {} },
  Sidecar: { moves: [RESOURCES], below: {} },
  PipelineTask: {
    moves: [],
    below: { taskRef: 'TaskRef', taskSpec: 'Task', pipelineRef: 'PipelineRef', pipelineSpec: 'Pipeline' },
  },
  ContainerResources: { moves: [RESOURCES], below: {} },
  TaskRunSpecs: {
    moves: [move('taskServiceAccountName', 'serviceAccountName'), move('taskPodTemplate', 'podTemplate'), ...OVERRIDES],
    below: { stepSpecs: 'ContainerResources', sidecarSpecs: 'ContainerResources' },
  },
  TaskRef: { moves: [], below: {}, bundleKind: 'task' },
  PipelineRef: { moves: [], below: {}, bundleKind: 'pipeline' },
};

/** Returns the path in v1beta1 of a path in v1, relative to a value of a type. */
export function betaPath(type: TypeName | undefined, path: FieldPath): FieldPath {
  const [field, ...rest] = path;
  if (type === undefined || field === undefined) return path;
  if (typeof field === 'number') return [field, ...betaPath(type, rest)];
  const { moves, below } = DIFFERENCES[type];
  const moved = moves.find(({ to }) => to.every((name, index) => path[index] === name));
  if (!moved) return [field, ...betaPath(below[field], rest)];
  return [...moved.from, ...betaPath(below[moved.to.join('.')], path.slice(moved.to.length))];
}
