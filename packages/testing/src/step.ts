/**
 * The scripts of steps, and the records of steps that ran.
 *
 * Types alone, and none of another package: they are published as they stand.
 */

/** What a step does. Everything absent is what a step does that simply succeeds, at once, in silence. */
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
   * How long it takes, as Tekton writes durations: `90s`, `1h30m`; or `forever`, until it is stopped. It passes in the
   * simulation alone.
   *
   * @default '0s'
   */
  readonly takes?: string;
  /**
   * The results of the task that it writes.
   *
   * @default - none; when no step of the task says any, each result of the task reads as its own name
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
  /** The task's name in the pipeline; for a TaskRun of its own, the run's name or generateName. */
  readonly task: string;
  readonly step: string;
  /** From 1; each retry is one more. */
  readonly attempt: number;
  /** Command and arguments, with every `$(…)` replaced. Empty where the image decides. For a script, its arguments alone. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly image: string;
}

/** What a step does: the same in every attempt, one thing after another (the last one repeats), or what a function decides as it begins. */
export type StepScript = ScriptedStep | readonly ScriptedStep[] | ((call: StepCall) => ScriptedStep | undefined);

/** What steps do, by task and step. */
export type StepScripts = Readonly<Record<string, Readonly<Record<string, StepScript>>>>;

/**
 * Whether conditions hold, by task and condition: yes or no, or what the step that checks does; exit code 0 means that it
 * holds.
 */
export type ConditionScripts = Readonly<Record<string, Readonly<Record<string, boolean | StepScript>>>>;

/** A step that ran, and how it ended. */
export interface StepRecord extends StepCall {
  /** 128 and the signal's number for one that was stopped. */
  readonly exitCode: number;
  /** When it began, in seconds since the run did. */
  readonly began: number;
  /** When it ended, likewise. */
  readonly ended: number;
  /** Whether the pipeline put it there for a resource: a clone, a directory, a digest. */
  readonly ofResource: boolean;
  /**
   * The condition that it checks.
   *
   * @default - it is a task's own
   */
  readonly condition?: string;
}
