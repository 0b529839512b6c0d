/**
 * The state of runs, put together from their events. Pure: the status area and the summary are both drawn from it.
 */

import type { ResourceFact, RunEvent, TaskOutcome } from './events.js';

/** How a task is doing. */
export interface TaskTally {
  readonly task: string;
  readonly state: 'waiting' | 'checking' | 'running' | TaskOutcome;
  /** When it started, in milliseconds since 1970; 0 before. */
  readonly startedAt: number;
  readonly seconds: number;
  /** The step that runs, or the one that failed. */
  readonly step?: string;
  readonly exitCode?: number;
  readonly stepReason?: string;
  readonly reason: string;
  readonly message: string;
  readonly results: readonly ResourceFact[];
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
  reason: '',
  message: '',
  results: [],
  lastLines: [],
});

/** The tally after one more event. */
export function count(tally: Tally, event: RunEvent): Tally {
  if (event.type === 'run-start') {
    const tasks = new Map(event.tasks.map((task) => [task, waiting(task)]));
    const run: RunTally = {
      run: event.run,
      tasks,
      startedAt: Date.parse(event.time),
      reason: '',
      message: '',
      seconds: 0,
    };
    return new Map([...tally, [event.run, run]]);
  }
  const run = 'run' in event ? tally.get(event.run) : undefined;
  if (!run) return tally;
  if (event.type === 'run-end') {
    const { outcome, reason, message, seconds } = event;
    const tasks = new Map(
      [...run.tasks].map(([name, task]) => [
        name,
        task.state === 'waiting' || task.state === 'checking' ? { ...task, state: 'not-started' as const } : task,
      ]),
    );
    return new Map([...tally, [run.run, { ...run, tasks, outcome, reason, message, seconds }]]);
  }
  if (!('task' in event)) return tally;
  const task = run.tasks.get(event.task) ?? waiting(event.task);
  const changed: RunTally = { ...run, tasks: new Map([...run.tasks, [event.task, after(task, event)]]) };
  return new Map([...tally, [run.run, changed]]);
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
      return { ...waiting(task.task), state: 'running', startedAt: task.startedAt };
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
      };
  }
}
