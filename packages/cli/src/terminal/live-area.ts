/**
 * Keeps a few rows at the bottom of the terminal while lines scroll by above them.
 *
 * Only for terminals. Writes at most ten times a second, however many lines arrive, and leaves nothing behind when it stops.
 */

/** A terminal's bottom rows. */
export interface LiveArea {
  /** Shows a line above the rows. */
  readonly print: (line: string) => void;
  /** Takes the rows away, after everything that was printed. */
  readonly stop: () => void;
}

const BETWEEN_FRAMES = 100;

/**
 * @param write writes to the terminal as it is
 * @param rows draws the rows; called for every frame, so it may show the time
 */
export function liveArea(write: (text: string) => void, rows: () => readonly string[]): LiveArea {
  let drawn = 0;
  let pending: string[] = [];
  let lastFrame = 0;
  let soon: NodeJS.Timeout | undefined;
  let stopped = false;

  const frame = (last: boolean): void => {
    clearTimeout(soon);
    soon = undefined;
    lastFrame = performance.now();
    const next = last ? [] : rows();
    const erase = drawn > 0 ? `\u001b[${String(drawn)}A\r\u001b[0J` : '';
    write(`\u001b[?25l${erase}${[...pending, ...next].map((line) => `${line}\n`).join('')}\u001b[?25h`);
    pending = [];
    drawn = next.length;
  };
  const clock = setInterval(() => frame(false), 1000);
  clock.unref();

  return {
    print: (line) => {
      if (stopped) return write(`${line}\n`);
      pending.push(line);
      const wait = BETWEEN_FRAMES - (performance.now() - lastFrame);
      if (wait <= 0) frame(false);
      else soon ??= setTimeout(() => frame(false), wait);
    },
    stop: () => {
      if (stopped) return;
      stopped = true;
      clearInterval(clock);
      frame(true);
    },
  };
}
