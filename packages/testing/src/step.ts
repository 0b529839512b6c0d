/**
 * What a test says of steps, and is told of them.
 *
 * Types alone, and none of another package: they are published as they stand.
 */

/** What a step does. Everything absent is what a step does that simply succeeds, in silence. */
export interface ScriptedStep {
  /** @default 0 */
  readonly exitCode?: number;
  /**
   * What it prints.
   *
   * @default ''
   */
  readonly output?: string;
  /**
   * The results of the task that it writes.
   *
   * @default - none
   */
  readonly results?: Readonly<Record<string, string>>;
  /**
   * What it finds out about resources, by the PipelineResource's name: `{ web: { digest: 'sha256:…' } }`.
   *
   * @default - nothing
   */
  readonly resourceResults?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A step as it is about to run. */
export interface StepCall {
  /** The task's name in the pipeline; for a TaskRun of its own, the run's. */
  readonly task: string;
  readonly step: string;
  /** From 1; each retry is one more. */
  readonly attempt: number;
  /** Command and arguments, with every `$(…)` replaced. Empty where the image decides. For a script, its arguments alone. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly image: string;
}

/**
 * What steps do, by task and step: the same in every attempt, one after another in a list (the last one repeats), or
 * decided by a function when the step begins.
 */
export type StepScripts = Readonly<
  Record<
    string,
    Readonly<Record<string, ScriptedStep | readonly ScriptedStep[] | ((call: StepCall) => ScriptedStep | undefined)>>
  >
>;

/** A step that ran, and how it ended. */
export interface StepRecord extends StepCall {
  readonly exitCode: number;
  /** Whether the pipeline put it there for a resource: a clone, a directory, a digest. */
  readonly ofResource: boolean;
}
