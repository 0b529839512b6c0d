/** Tracks the state of runs from their events, for the status area and the summary. */

import type { ResourceResult, RunEvent, TaskOutcome, TaskResult } from '../follow/events.js';

/** The state of a task. */
export interface TaskTally {
  readonly task: string;
  readonly state: 'waiting' | 'checking' | 'running' | TaskOutcome;
  /** The start time in milliseconds since the Unix epoch; 0 before the start. */
  readonly startedAt: number;
  /** The duration of all attempts together. */
  readonly seconds: number;
  /** The number of attempts; the other fields describe the last one. */
  readonly attempts: number;
  /** The running step, or the one that failed. */
  readonly step?: string;
  readonly exitCode?: number;
  readonly stepReason?: string;
  readonly reason: string;
  readonly message: string;
  readonly results: readonly ResourceResult[];
  readonly taskResults: readonly TaskResult[];
  /** What is missing from the logs of its pods; empty if they are complete. */
  readonly incompleteLogs: readonly string[];
  /** The last lines of the step, at most {@link MAX_LAST_LINES}. */
  readonly lastLines: readonly string[];
}

/** The state of a run. */
export interface RunTally {
  readonly run: string;
  readonly tasks: ReadonlyMap<string, TaskTally>;
  readonly startedAt: number;
  readonly outcome?: TaskOutcome;
  readonly reason: string;
  readonly message: string;
  readonly seconds: number;
}

/** All runs by name, in the order in which they started. */
export type Tally = ReadonlyMap<string, RunTally>;

/** About the length of a compiler message. */
const MAX_LAST_LINES = 6;

const waiting = (task: string): TaskTally => ({
  task,
  state: 'waiting',
  startedAt: 0,
  seconds: 0,
  attempts: 1,
  reason: '',
  message: '',
  results: [],
  taskResults: [],
  incompleteLogs: [],
  lastLines: [],
});

interface MutableRunTally extends RunTally {
  readonly tasks: Map<string, TaskTally>;
}

/** Updates a tally from events. */
export class TallyUpdater {
  readonly #runs = new Map<string, MutableRunTally>();

  /**
   * Returns the current tally, which later events change. An immutable tally would copy all tasks for each log line.
   */
  get tally(): Tally {
    return this.#runs;
  }

  /** Applies an event. */
  add(event: RunEvent): void {
    if (event.type === 'run-start') this.#begin(event);
    const run = 'run' in event ? this.#runs.get(event.run) : undefined;
    if (!run) return;
    if (event.type === 'run-end') this.#end(run, event);
    else if ('task' in event)
      run.tasks.set(event.task, applyEvent(run.tasks.get(event.task) ?? waiting(event.task), event));
  }

  #begin({ run, time, tasks }: RunEvent & { readonly type: 'run-start' }): void {
    this.#runs.set(run, {
      run,
      tasks: new Map(tasks.map((task) => [task, waiting(task)])),
      startedAt: Date.parse(time),
      reason: '',
      message: '',
      seconds: 0,
    });
  }

  #end(run: MutableRunTally, { outcome, reason, message, seconds }: RunEvent & { readonly type: 'run-end' }): void {
    for (const [name, task] of run.tasks)
      if (task.state === 'waiting' || task.state === 'checking') run.tasks.set(name, { ...task, state: 'not-started' });
    this.#runs.set(run.run, { ...run, outcome, reason, message, seconds });
  }
}

type TaskEvent = Extract<RunEvent, { readonly task: string }>;

function applyEvent(task: TaskTally, event: TaskEvent): TaskTally {
  // For a check, only its output is shown while it runs; the end of its steps does not affect the task.
  if ('step' in event && event.check !== undefined)
    return event.type === 'step-log' ? { ...task, lastLines: [event.line] } : task;
  switch (event.type) {
    case 'task-start':
      return { ...waiting(task.task), state: 'running', startedAt: Date.parse(event.time) };
    case 'check-start': {
      const startedAt = task.state === 'checking' ? task.startedAt : Date.parse(event.time);
      return { ...task, state: 'checking', startedAt, step: `condition ${event.check}` };
    }
    case 'check-end':
      return task;
    case 'step-start':
      return task.exitCode === undefined ? { ...task, step: event.step, lastLines: [] } : task;
    case 'sidecar-log':
      return task;
    case 'task-retry':
      return { ...waiting(task.task), state: 'running', startedAt: task.startedAt, attempts: event.attempt };
    case 'log-incomplete':
      return { ...task, incompleteLogs: [...task.incompleteLogs, event.message] };
    case 'task-held':
      return { ...task, lastLines: [event.message] };
    case 'step-log':
      return { ...task, lastLines: [...task.lastLines, event.line].slice(-MAX_LAST_LINES) };
    case 'step-end':
      return event.exitCode === 0 || task.exitCode !== undefined
        ? task
        : { ...task, step: event.step, exitCode: event.exitCode, stepReason: event.reason };
    case 'task-end':
      return {
        ...task,
        state: event.outcome,
        reason: event.reason,
        message: event.message,
        seconds: event.seconds,
        results: event.results,
        taskResults: event.taskResults,
      };
  }
}
