/**
 * The scripts of steps, and the records of steps that ran.
 *
 * Only types, and none of other packages: they are published unchanged.
 */

/** The behavior of a step. By default it succeeds at once, without output. */
export interface ScriptedStep {
  /** @default 0 */
  readonly exitCode?: number;
  /**
   * Its output.
   *
   * @default ''
   */
  readonly output?: string;
  /**
   * Its duration in simulated time, in Tekton's form: `90s`, `1h30m`; or `forever`, until it is stopped.
   *
   * @default '0s'
   */
  readonly takes?: string;
  /**
   * The task results that it writes.
   *
   * @default - none; if no step of the task writes results, the value of each result is its name
   */
  readonly results?: Readonly<Record<string, string>>;
  /**
   * The results of PipelineResources that it writes, by resource name: `{ web: { digest: 'sha256:…' } }`.
   *
   * @default - none
   */
  readonly resourceResults?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A step that is about to run. */
export interface StepCall {
  /** The name of the task in the pipeline; for a TaskRun without a pipeline, its name or generateName. */
  readonly task: string;
  readonly step: string;
  /** 1, or higher for a retry. */
  readonly attempt: number;
  /** Command and arguments, with all variables replaced. Empty if the image's entrypoint runs. For a script, only its arguments. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly image: string;
}

/** The behavior of a step: one for all attempts, one for each attempt (the last one repeats), or a function that is called at its start. */
export type StepScript = ScriptedStep | readonly ScriptedStep[] | ((call: StepCall) => ScriptedStep | undefined);

/** The behavior of steps, by task and step. */
export type StepScripts = Readonly<Record<string, Readonly<Record<string, StepScript>>>>;

/**
 * Whether conditions hold, by task and condition: a boolean, or the behavior of the step that checks it. Exit code 0 means that it
 * holds.
 */
export type ConditionScripts = Readonly<Record<string, Readonly<Record<string, boolean | StepScript>>>>;

/** A step that ran, with its outcome. */
export interface StepRecord extends StepCall {
  /** 128 plus the signal's number if it was stopped. */
  readonly exitCode: number;
  /** Its start, in seconds after the start of the run. */
  readonly began: number;
  /** Its end, in seconds after the start of the run. */
  readonly ended: number;
  /** Whether it belongs to a PipelineResource, such as a clone or a digest export. */
  readonly ofResource: boolean;
  /**
   * The condition that it checks.
   *
   * @default - it belongs to a task
   */
  readonly condition?: string;
}
