/**
 * What happens in a run, as data.
 *
 * `-o json` prints these, one a line; the text output and the status area are made from them too, so nothing is shown that a
 * script could not read.
 */

/** A task's outcome. `skipped`: a condition said no; `not-started`: the run ended before its turn. */
export type TaskOutcome = 'succeeded' | 'failed' | 'cancelled' | 'timed-out' | 'skipped' | 'not-started';

/** A fact that a step reported about a resource. */
export interface ResourceResult {
  readonly resource: string;
  readonly key: string;
  readonly value: string;
}

/** What a task reported under the name of one of its results. */
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
      readonly type: 'run-start';
      readonly time: string;
      readonly run: string;
      readonly kind: string;
      readonly namespace: string;
      readonly tasks: readonly string[];
    }
  | {
      readonly type: 'task-start';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly taskRun: string;
    }
  | {
      readonly type: 'check-start';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly check: string;
      readonly taskRun: string;
    }
  | {
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
      readonly type: 'step-start';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly check?: string;
      readonly step: string;
    }
  | {
      readonly type: 'step-log';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly check?: string;
      readonly step: string;
      readonly line: string;
    }
  | {
      readonly type: 'sidecar-log';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly sidecar: string;
      readonly line: string;
    }
  | {
      /** An attempt has failed, and there is another: the `attempt`th. */
      readonly type: 'task-retry';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly reason: string;
      readonly message: string;
      readonly attempt: number;
    }
  | {
      /** What keeps a task from beginning: no node fits, an image is not there, a quota has no room. */
      readonly type: 'task-held';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly reason: string;
      readonly message: string;
    }
  | {
      /** Logs of a pod lack what could not be written to disk: which, how much and why. */
      readonly type: 'log-incomplete';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly check?: string;
      readonly message: string;
    }
  | {
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
      readonly type: 'task-end';
      readonly time: string;
      readonly run: string;
      readonly task: string;
      readonly outcome: TaskOutcome;
      readonly reason: string;
      readonly message: string;
      readonly seconds: number;
      /** Of the task's resources. */
      readonly results: readonly ResourceResult[];
      readonly taskResults: readonly TaskResult[];
    }
  | {
      readonly type: 'run-end';
      readonly time: string;
      readonly run: string;
      readonly outcome: TaskOutcome;
      readonly reason: string;
      readonly message: string;
      readonly seconds: number;
    }
  | {
      readonly type: 'deployment';
      readonly time: string;
      readonly name: string;
      readonly namespace: string;
      readonly container: string;
      readonly before: string;
      readonly after: string;
    }
  | { readonly type: 'pushed'; readonly time: string; readonly image: string; readonly digest: string }
  /** What to type after a run that did not succeed. */
  | { readonly type: 'next-command'; readonly time: string; readonly purpose: string; readonly command: string }
  | { readonly type: 'note'; readonly time: string; readonly message: string };

/** Takes events. */
export type EventSink = (event: RunEvent) => void;
