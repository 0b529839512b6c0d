/**
 * The events of a run. `-o json` prints one on each line.
 *
 * The text output and the status area are built from the same events, so a script can read everything that they show. The command reference
 * prints the comments of this file.
 */

/** The outcome of a task or a run. `skipped`: a condition or a when expression is false; `not-started`: the run ended before the task could start. */
export type TaskOutcome = 'succeeded' | 'failed' | 'cancelled' | 'timed-out' | 'skipped' | 'not-started';

/** A fact that a step reported about a resource. */
export interface ResourceResult {
  readonly resource: string;
  readonly key: string;
  readonly value: string;
}

/** A result of a task. A list or an object is JSON. */
export interface TaskResult {
  readonly name: string;
  readonly value: string;
}

/**
 * One event. Times are RFC 3339 with milliseconds, durations are seconds.
 *
 * A `check` is a condition of the task, by its name; steps that have one are those of the check.
 */
export type RunEvent =
  | {
      /** A run started. */
      readonly type: 'run-start';
      readonly time: string;
      readonly run: string;
      /** `PipelineRun` or `TaskRun`. */
      readonly kind: string;
      readonly namespace: string;
      /** The tasks of the run, in declared order. */
      readonly tasks: readonly string[];
    }
  | {
      /** A task started: its TaskRun exists. */
      readonly type: 'task-start';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      /** The name of the TaskRun. */
      readonly taskRun: string;
    }
  | {
      /** The check of a condition of the task started. */
      readonly type: 'check-start';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly check: string;
      readonly taskRun: string;
    }
  | {
      /** The check of a condition ended. Unless its outcome is `succeeded`, the task is skipped. */
      readonly type: 'check-end';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly check: string;
      readonly outcome: TaskOutcome;
      readonly reason: string;
      readonly message: string;
      readonly seconds: number;
    }
  | {
      /** A step started. */
      readonly type: 'step-start';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly check?: string;
      readonly step: string;
    }
  | {
      /** A step printed a line. */
      readonly type: 'step-log';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly check?: string;
      readonly step: string;
      readonly line: string;
    }
  | {
      /** A sidecar printed a line. */
      readonly type: 'sidecar-log';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly sidecar: string;
      readonly line: string;
    }
  | {
      /** An attempt of a task failed, and the next one starts. */
      readonly type: 'task-retry';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      /** Why the attempt failed. */
      readonly reason: string;
      readonly message: string;
      /** The number of the attempt that starts; the second attempt is 2. */
      readonly attempt: number;
    }
  | {
      /** A task cannot start yet: no node fits, an image is missing, a quota is exceeded. */
      readonly type: 'task-held';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly reason: string;
      readonly message: string;
    }
  | {
      /** A log of the pod is incomplete, because a part could not be written to disk. */
      readonly type: 'log-incomplete';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly check?: string;
      readonly message: string;
    }
  | {
      /** A step ended. */
      readonly type: 'step-end';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly check?: string;
      readonly step: string;
      readonly exitCode: number;
      readonly reason: string;
    }
  | {
      /** A task ended. */
      readonly type: 'task-end';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly outcome: TaskOutcome;
      readonly reason: string;
      readonly message: string;
      readonly seconds: number;
      /** What steps reported about the resources of the task, such as a commit or a digest. */
      readonly results: readonly ResourceResult[];
      /** The results that the task declares. */
      readonly taskResults: readonly TaskResult[];
    }
  | {
      /** A run ended. */
      readonly type: 'run-end';
      readonly time: string;
      readonly run: string;
      readonly outcome: TaskOutcome;
      readonly reason: string;
      readonly message: string;
      readonly seconds: number;
    }
  | {
      /** The runs changed the image of a container of a Deployment. */
      readonly type: 'deployment';
      readonly time: string;
      readonly name: string;
      readonly namespace: string;
      readonly container: string;
      readonly before: string;
      readonly after: string;
    }
  | {
      /** A run pushed an image to the embedded registry. */
      readonly type: 'pushed';
      readonly time: string;
      readonly image: string;
      readonly digest: string;
    }
  | {
      /** A command to run next, after a run that did not succeed. */
      readonly type: 'next-command';
      readonly time: string;
      /** Starts with `to`. */
      readonly purpose: string;
      readonly command: string;
    }
  | {
      /** A message about the command itself: the runtime, stand-ins, CloudEvents. */
      readonly type: 'note';
      readonly time: string;
      readonly message: string;
    };

/** Takes events. */
export type EventSink = (event: RunEvent) => void;
