/**
 * Keeps some rows at the bottom of the terminal while lines scroll above them.
 *
 * Only for terminals. Writes at most ten times a second, regardless of the number of lines, and erases the rows when it
 * stops: they never fill the terminal, so none of them can scroll out of reach.
 */

import { systemClock, type Clock } from '@pipewright/apimachinery';
import { rowsOf } from './columns.js';

/** The size of a terminal, in columns and rows. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The terminal to draw on. */
export interface Screen {
  /** Writes to the terminal unchanged. */
  readonly raw: (text: string) => void;
  readonly size: () => Size;
  /** Registers a function to call when the size changes. Returns a function that unregisters it. */
  readonly onResize: (changed: () => void) => () => void;
}

/** The bottom rows of a terminal. */
export interface LiveArea {
  /** Prints a line above the rows. */
  readonly print: (line: string) => void;
  /** Removes the rows, after all pending lines have been printed. */
  readonly stop: () => void;
}

/** In milliseconds. */
const FRAME_INTERVAL_MS = 100;
const REDRAW_INTERVAL_MS = 1000;

const [HIDE_CURSOR, SHOW_CURSOR] = ['\u001b[?25l', '\u001b[?25h'];
/**
 * Without line wrapping, the terminal truncates rows that are wider than computed, so that the number of rows stays
 * correct.
 */
const [WRAP_OFF, WRAP_ON] = ['\u001b[?7l', '\u001b[?7h'];

/**
 * Returns the maximum rows of the area: leaves a third of the terminal for printed lines, and one row for the cursor.
 */
const areaRows = (rows: number): number => Math.min(rows - 1, Math.max(1, Math.floor((rows * 2) / 3)));

/**
 * Starts drawing. @param draw returns the rows, at most as many as the size has; called for every frame, so it may show
 * the time
 */
export function liveArea(
  screen: Screen,
  draw: (size: Size) => readonly string[],
  clock: Pick<Clock, 'now' | 'after'> = systemClock,
): LiveArea {
  let drawn: readonly string[] = [];
  let pending: string[] = [];
  let lastFrame = -FRAME_INTERVAL_MS;
  let cancelFrame: (() => void) | undefined;
  /** Whether a frame is scheduled as soon as possible; otherwise the next one only updates the time. */
  let isDue = false;
  let stopped = false;

  const frame = (last: boolean): void => {
    cancelFrame?.();
    cancelFrame = last ? undefined : clock.after(REDRAW_INTERVAL_MS, () => frame(false));
    isDue = false;
    lastFrame = clock.now();
    const { columns, rows } = screen.size();
    const room = areaRows(rows);
    const next = last || room < 1 ? [] : draw({ columns, rows: room }).slice(0, room);
    // A terminal that became narrower has wrapped the previous rows.
    const height = drawn.reduce((sum, row) => sum + rowsOf(row, columns), 0);
    const erase = height > 0 ? `\u001b[${String(height)}A\r\u001b[0J` : '';
    const [lines, area] = [pending, next].map((some) => some.map((line) => `${line}\n`).join(''));
    const shown = area === '' ? '' : `${WRAP_OFF}${area ?? ''}${WRAP_ON}`;
    screen.raw(`${HIDE_CURSOR}${erase}${lines ?? ''}${shown}${SHOW_CURSOR}`);
    pending = [];
    drawn = next;
  };
  const frameSoon = (): void => {
    const wait = FRAME_INTERVAL_MS - (clock.now() - lastFrame);
    if (wait <= 0) return frame(false);
    if (isDue) return;
    isDue = true;
    cancelFrame?.();
    cancelFrame = clock.after(wait, () => frame(false));
  };
  cancelFrame = clock.after(REDRAW_INTERVAL_MS, () => frame(false));
  const unregister = screen.onResize(frameSoon);

  return {
    print: (line) => {
      if (stopped) return screen.raw(`${line}\n`);
      pending.push(line);
      frameSoon();
    },
    stop: () => {
      if (stopped) return;
      stopped = true;
      unregister();
      frame(true);
    },
  };
}
