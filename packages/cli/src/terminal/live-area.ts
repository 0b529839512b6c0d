/**
 * Keeps a few rows at the bottom of the terminal while lines scroll by above them.
 *
 * Only for terminals. Writes at most ten times a second, however many lines arrive, and leaves nothing behind when it stops: the
 * rows never fill the terminal, so that none of them scrolls out of reach.
 */

import { systemClock, type Clock } from '@pipewright/kube';
import { rowsOf } from './columns.js';

/** Columns and rows. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A terminal that the area is drawn on. */
export interface Screen {
  /** Writes to the terminal as it is. */
  readonly raw: (text: string) => void;
  readonly size: () => Size;
  /** Calls a function whenever the size has changed. Returns what calls it off. */
  readonly onResize: (changed: () => void) => () => void;
}

/** A terminal's bottom rows. */
export interface LiveArea {
  /** Shows a line above the rows. */
  readonly print: (line: string) => void;
  /** Takes the rows away, after everything that was printed. */
  readonly stop: () => void;
}

/** Milliseconds. */
const BETWEEN_FRAMES = 100;
const REDRAW = 1000;

const [HIDE_CURSOR, SHOW_CURSOR] = ['\u001b[?25l', '\u001b[?25h'];
/** Without wrapping, the terminal cuts rows that are wider than computed, so that the number of rows stays right. */
const [WRAP_OFF, WRAP_ON] = ['\u001b[?7l', '\u001b[?7h'];

/** Rows that the area may have: a third of the terminal is left to what is printed above, and a row to the cursor. */
const areaRows = (rows: number): number => Math.min(rows - 1, Math.max(1, Math.floor((rows * 2) / 3)));

/** @param draw draws the rows, as many as the size says at most; called for every frame, so it may show the time */
export function liveArea(
  screen: Screen,
  draw: (size: Size) => readonly string[],
  clock: Pick<Clock, 'now' | 'after'> = systemClock,
): LiveArea {
  let drawn: readonly string[] = [];
  let pending: string[] = [];
  let lastFrame = -BETWEEN_FRAMES;
  let cancelFrame: (() => void) | undefined;
  /** The next frame is drawn as soon as it may be; otherwise when the time that it shows has changed. */
  let isDue = false;
  let stopped = false;

  const frame = (last: boolean): void => {
    cancelFrame?.();
    cancelFrame = last ? undefined : clock.after(REDRAW, () => frame(false));
    isDue = false;
    lastFrame = clock.now();
    const { columns, rows } = screen.size();
    const room = areaRows(rows);
    const next = last || room < 1 ? [] : draw({ columns, rows: room }).slice(0, room);
    // A terminal that became narrower has wrapped what was drawn.
    const height = drawn.reduce((sum, row) => sum + rowsOf(row, columns), 0);
    const erase = height > 0 ? `\u001b[${String(height)}A\r\u001b[0J` : '';
    const [lines, area] = [pending, next].map((some) => some.map((line) => `${line}\n`).join(''));
    const shown = area === '' ? '' : `${WRAP_OFF}${area ?? ''}${WRAP_ON}`;
    screen.raw(`${HIDE_CURSOR}${erase}${lines ?? ''}${shown}${SHOW_CURSOR}`);
    pending = [];
    drawn = next;
  };
  const frameSoon = (): void => {
    const wait = BETWEEN_FRAMES - (clock.now() - lastFrame);
    if (wait <= 0) return frame(false);
    if (isDue) return;
    isDue = true;
    cancelFrame?.();
    cancelFrame = clock.after(wait, () => frame(false));
  };
  cancelFrame = clock.after(REDRAW, () => frame(false));
  const forget = screen.onResize(frameSoon);

  return {
    print: (line) => {
      if (stopped) return screen.raw(`${line}\n`);
      pending.push(line);
      frameSoon();
    },
    stop: () => {
      if (stopped) return;
      stopped = true;
      forget();
      frame(true);
    },
  };
}
