/**
 * The lines at the bottom of a terminal that say what runs and what waits. Pure: an equal tally at an equal time draws the
 * same lines.
 */

import type { Colors } from '../terminal/output.js';
import { duration } from '../terminal/duration.js';
import { plain } from '../terminal/lines.js';
import { signOf } from './summary.js';
import type { RunTally, Tally, TaskTally } from './tally.js';

/** Tasks that each task waits for, by run and task. */
export type WaitsFor = (run: string, task: string) => readonly string[];

/** More tasks than this are counted instead of listed. */
const MOST_ROWS = 12;

/** The rows to draw, each at most `columns` wide. */
export function statusRows(
  tally: Tally,
  waitsFor: WaitsFor,
  now: number,
  columns: number,
  colors: Colors,
): readonly string[] {
  const runs = [...tally.values()].filter(({ outcome }) => outcome === undefined);
  return runs.flatMap((run) => runRows(run, waitsFor, now, columns, colors)).slice(0, 2 * MOST_ROWS);
}

function runRows(run: RunTally, waitsFor: WaitsFor, now: number, columns: number, colors: Colors): readonly string[] {
  const tasks = [...run.tasks.values()];
  const shown = tasks.length <= MOST_ROWS ? tasks : tasks.filter(isGoing).slice(0, MOST_ROWS);
  const width = Math.min(32, Math.max(0, ...shown.map(({ task }) => task.length)));
  const done = tasks.filter((task) => !isGoing(task) && task.state !== 'waiting').length;
  const running = tasks.filter(isGoing).length;
  const foot = `  ${String(done)} done · ${String(running)} running · ${String(tasks.length - done - running)} waiting  ${duration((now - run.startedAt) / 1000)}`;
  return [
    ...shown.map((task) => taskRow(task, run, waitsFor, now, width, columns, colors)),
    colors.dim(cut(foot, columns)),
  ];
}

const isGoing = ({ state }: TaskTally): boolean => state === 'running' || state === 'checking';

function taskRow(
  task: TaskTally,
  run: RunTally,
  waitsFor: WaitsFor,
  now: number,
  width: number,
  columns: number,
  colors: Colors,
): string {
  const seconds = isGoing(task) ? (now - task.startedAt) / 1000 : task.seconds;
  const open = waitsFor(run.run, task.task).filter((name) => run.tasks.get(name)?.state !== 'succeeded');
  const about =
    task.state === 'waiting'
      ? open.length > 0
        ? `waits for ${open.join(', ')}`
        : 'about to start'
      : `${duration(seconds).padStart(6)}  ${isGoing(task) ? `${task.step ?? 'starting'}  ${plain(task.lastLines.at(-1) ?? '')}` : task.state}`;
  const text = cut(`${cut(task.task, width).padEnd(width)}  ${about}`, columns - 4);
  return `  ${signOf(task.state, colors)} ${task.state === 'waiting' ? colors.dim(text) : text}`;
}

/** Cuts by characters; wide ones may take two columns, so a row of them is cut at half. */
function cut(text: string, columns: number): string {
  let used = 0;
  let shown = '';
  for (const character of text) {
    used += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u.test(
      character,
    )
      ? 2
      : 1;
    if (used > columns) return `${shown.slice(0, -1)}…`;
    shown += character;
  }
  return text;
}
