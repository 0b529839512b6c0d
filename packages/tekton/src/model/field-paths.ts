/**
 * Paths of a model's lists in objects.
 *
 * A model has no positions, and the paths differ between API versions. Items of a list have the order of the model, so a path and an
 * index identify one item.
 */

import type { FieldPath } from './field-path.js';

/** Paths of lists and embedded specs, each relative to the spec that its name says. */
export interface FieldPaths {
  /** Below the spec of a Task, or an embedded one. */
  readonly task: {
    readonly params: FieldPath;
    readonly inputs: FieldPath;
    readonly outputs: FieldPath;
    readonly workspaces: FieldPath;
    readonly steps: FieldPath;
    readonly sidecars: FieldPath;
  };
  /** Below the spec of a Pipeline, or an embedded one. */
  readonly pipeline: {
    readonly params: FieldPath;
    readonly resources: FieldPath;
    readonly workspaces: FieldPath;
    readonly tasks: FieldPath;
    readonly finally: FieldPath;
  };
  /** Below an item of `pipeline.tasks` or `pipeline.finally`: its embedded Task. */
  readonly pipelineTask: { readonly task: FieldPath };
  /** Below the spec of a TaskRun. `task`: its embedded Task. */
  readonly taskRun: { readonly task: FieldPath; readonly inputs: FieldPath; readonly outputs: FieldPath };
  /** Below the spec of a PipelineRun. `pipeline`: its embedded Pipeline. */
  readonly pipelineRun: { readonly pipeline: FieldPath; readonly resources: FieldPath };
  /** Below an item that binds a resource: its embedded PipelineResource. */
  readonly binding: { readonly resource: FieldPath };
  /** Below the spec of a Condition: its only step. */
  readonly condition: { readonly step: FieldPath };
  /** Below the spec of a PipelineResource. */
  readonly resource: { readonly secrets: FieldPath };
}
