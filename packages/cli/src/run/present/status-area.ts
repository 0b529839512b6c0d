/**
 * Draws the lines at the bottom of a terminal with running and waiting tasks. Pure: the same tally at the same time
 * yields the same lines.
 */

import type { Colors } from '../../terminal/output.js';
import { cut, pad, wrap } from '../../terminal/columns.js';
import { duration } from '../../terminal/duration.js';
import { plain } from '../../terminal/lines.js';
import type { Size } from '../../terminal/live-area.js';
import { signOf } from './summary.js';
import { taskTitle } from '../follow/task-title.js';
import type { RunTally, Tally, TaskTally } from './tally.js';

/** Returns the dependencies of a task, by run and task. */
export type WaitsFor = (run: string, task: string) => readonly string[];

/** Maximum tasks of a run to list; the rest are counted. */
const MAX_TASKS = 12;
const MAX_NAME_COLUMNS = 32;

/** A row, before it is decided whether it can be wrapped. */
interface Row {
  readonly sign: string;
  readonly text: string;
  readonly paint: (text: string) => string;
  /** Step output is truncated, not wrapped. */
  readonly isProse: boolean;
}

interface Drawing {
  readonly waitsFor: WaitsFor;
  readonly now: number;
  readonly size: Size;
  readonly colors: Colors;
  readonly hasSeveralRuns: boolean;
}

/** Returns the rows to draw, within the given number of rows and columns. */
export function statusRows(
  tally: Tally,
  waitsFor: WaitsFor,
  now: number,
  size: Size,
  colors: Colors,
): readonly string[] {
  const runs = [...tally.values()].filter(({ outcome }) => outcome === undefined);
  if (runs.length === 0 || size.rows < 1) return [];
  const drawing: Drawing = { waitsFor, now, size, colors, hasSeveralRuns: tally.size > 1 };
  const rows = runs.length > size.rows ? [footerOf(runs, drawing)] : rowsOfRuns(runs, drawing);
  const wrapped = rows.flatMap((row) => lines(row, size.columns));
  return wrapped.length <= size.rows ? wrapped : rows.map((row) => oneLine(row, size.columns));
}

/** Returns the most important tasks, and a footer for each run. */
function rowsOfRuns(runs: readonly RunTally[], drawing: Drawing): readonly Row[] {
  const listed = runs.flatMap((run) =>
    byImportance([...run.tasks.values()])
      .slice(0, MAX_TASKS)
      .map((task) => ({ run, task })),
  );
  const availableRows = drawing.size.rows - runs.length;
  const important = byImportance(listed.map(({ task }) => task)).slice(0, availableRows);
  const shown = new Set(important);
  const nameOf = (run: RunTally, task: TaskTally): string =>
    drawing.hasSeveralRuns ? taskTitle(run.run, task.task) : task.task;
  const names = listed.flatMap(({ run, task }) => (shown.has(task) ? [nameOf(run, task)] : []));
  const longest = Math.max(0, ...names.map((name) => name.length));
  const width = Math.min(MAX_NAME_COLUMNS, Math.floor((drawing.size.columns - SIGN_COLUMNS) / 2), longest);
  return runs.flatMap((run) => [
    ...[...run.tasks.values()]
      .filter((task) => shown.has(task))
      .map((task) => taskRow(task, run, pad(cut(nameOf(run, task), width), width), drawing)),
    footerOf([run], drawing),
  ]);
}

const RANKS: Readonly<Record<TaskTally['state'], number>> = {
  running: 0,
  checking: 0,
  failed: 1,
  'timed-out': 1,
  waiting: 2,
  cancelled: 3,
  succeeded: 3,
  skipped: 3,
  'not-started': 3,
};

const byImportance = (tasks: readonly TaskTally[]): readonly TaskTally[] =>
  tasks.toSorted((a, b) => RANKS[a.state] - RANKS[b.state]);

const isActive = ({ state }: TaskTally): boolean => state === 'running' || state === 'checking';

function footerOf(runs: readonly RunTally[], { now, colors, hasSeveralRuns }: Drawing): Row {
  const tasks = runs.flatMap((run) => [...run.tasks.values()]);
  const done = tasks.filter((task) => !isActive(task) && task.state !== 'waiting').length;
  const running = tasks.filter(isActive).length;
  const name = runs.length > 1 ? `${String(runs.length)} runs: ` : hasSeveralRuns ? `${runs[0]?.run ?? ''}: ` : '';
  const since = Math.min(...runs.map(({ startedAt }) => startedAt));
  const counts = `${String(done)} done · ${String(running)} running · ${String(tasks.length - done - running)} waiting`;
  const text = `${name}${counts}  ${duration((now - since) / 1000)}`;
  return { sign: '  ', text, paint: colors.dim, isProse: true };
}

const SIGN_COLUMNS = 4;

function taskRow(task: TaskTally, run: RunTally, name: string, { waitsFor, now, colors }: Drawing): Row {
  const sign = `  ${signOf(task.state, colors)} `;
  if (task.state === 'waiting') {
    const pendingDependencies = waitsFor(run.run, task.task).filter(
      (other) => run.tasks.get(other)?.state !== 'succeeded',
    );
    const why = pendingDependencies.length > 0 ? `waits for ${pendingDependencies.join(', ')}` : 'about to start';
    return { sign, text: `${name}  ${why}`, paint: colors.dim, isProse: true };
  }
  const seconds = duration(isActive(task) ? (now - task.startedAt) / 1000 : task.seconds).padStart(6);
  const about = isActive(task) ? `${task.step ?? 'starting'}  ${plain(task.lastLines.at(-1) ?? '')}` : task.state;
  return { sign, text: `${name}  ${seconds}  ${about}`.trimEnd(), paint: (text) => text, isProse: !isActive(task) };
}

const signWidth = ({ sign }: Row): number => (sign.trim() === '' ? sign.length : SIGN_COLUMNS);

const oneLine = (row: Row, columns: number): string => {
  const availableColumns = columns - signWidth(row);
  return availableColumns > 0 ? `${row.sign}${row.paint(cut(row.text, availableColumns))}` : '';
};

function lines(row: Row, columns: number): readonly string[] {
  const availableColumns = columns - signWidth(row);
  if (!row.isProse || availableColumns < 1) return [oneLine(row, columns)];
  const [first = '', ...rest] = wrap(row.text, availableColumns);
  const indent = ' '.repeat(signWidth(row));
  return [`${row.sign}${row.paint(first)}`, ...rest.map((line) => `${indent}${row.paint(line)}`)];
}
