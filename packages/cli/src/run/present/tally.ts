/**
 * The state of runs, put together from their events: the status area and the summary are both drawn from it.
 */

import type { ResourceResult, RunEvent, TaskOutcome, TaskResult } from '../follow/events.js';

/** How a task is doing. */
export interface TaskTally {
  readonly task: string;
  readonly state: 'waiting' | 'checking' | 'running' | TaskOutcome;
  /** When it started, in milliseconds since 1970; 0 before. */
  readonly startedAt: number;
  /** Of all attempts together. */
  readonly seconds: number;
  /** How often it was begun; the last attempt counts. */
  readonly attempts: number;
  /** The step that runs, or the one that failed. */
  readonly step?: string;
  readonly exitCode?: number;
  readonly stepReason?: string;
  readonly reason: string;
  readonly message: string;
  readonly results: readonly ResourceResult[];
  readonly taskResults: readonly TaskResult[];
  /** What the logs of its pods lack; empty if they are complete. */
  readonly incompleteLogs: readonly string[];
  /** The last lines of that step, at most {@link KEPT_LINES}. */
  readonly lastLines: readonly string[];
}

/** How a run is doing. */
export interface RunTally {
  readonly run: string;
  readonly tasks: ReadonlyMap<string, TaskTally>;
  readonly startedAt: number;
  readonly outcome?: TaskOutcome;
  readonly reason: string;
  readonly message: string;
  readonly seconds: number;
}

/** All runs by name, in the order they started. */
export type Tally = ReadonlyMap<string, RunTally>;

/** As many as a compiler's message has. */
const KEPT_LINES = 6;

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

interface Counted extends RunTally {
  readonly tasks: Map<string, TaskTally>;
}

/** Counts events as they come. */
export class EventCount {
  readonly #runs = new Map<string, Counted>();

  /** As it stands; what is counted later changes it. A tally for each event would copy all tasks for each line of each. */
  get tally(): Tally {
    return this.#runs;
  }

  /** Counts one more event. */
  add(event: RunEvent): void {
    if (event.type === 'run-start') this.#begin(event);
    const run = 'run' in event ? this.#runs.get(event.run) : undefined;
    if (!run) return;
    if (event.type === 'run-end') this.#end(run, event);
    else if ('task' in event) run.tasks.set(event.task, after(run.tasks.get(event.task) ?? waiting(event.task), event));
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

  #end(run: Counted, { outcome, reason, message, seconds }: RunEvent & { readonly type: 'run-end' }): void {
    for (const [name, task] of run.tasks)
      if (task.state === 'waiting' || task.state === 'checking') run.tasks.set(name, { ...task, state: 'not-started' });
    this.#runs.set(run.run, { ...run, outcome, reason, message, seconds });
  }
}

type TaskEvent = Extract<RunEvent, { readonly task: string }>;

function after(task: TaskTally, event: TaskEvent): TaskTally {
  // Of a check its output is shown while it runs; how its steps end is not how the task's do.
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
      return { ...task, lastLines: [...task.lastLines, event.line].slice(-KEPT_LINES) };
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
