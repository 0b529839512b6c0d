/**
 * Reads a terminal recording (asciicast v2) and returns what the screen showed, frame by frame.
 *
 * A terminal emulator (`@xterm/headless`) executes the recorded output; pauses longer than the recording's `idle_time_limit` are shortened to it.
 */

import xterm from '@xterm/headless';

/** Characters of one row with the same style. */
export interface TextRun {
  readonly column: number;
  readonly text: string;
  /** A color of the terminal's palette, from 0 to 15. Absent: the default color. */
  readonly color?: number;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

/** The screen from one moment until the next frame. */
export interface Frame {
  /** Seconds from the start. */
  readonly time: number;
  /** The rows from top to bottom. */
  readonly rows: readonly (readonly TextRun[])[];
}

/** A recording as frames. */
export interface Recording {
  readonly columns: number;
  readonly rows: number;
  readonly frames: readonly Frame[];
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly idle_time_limit: number;
}

/** Output that follows a frame within this many seconds belongs to it. */
const FRAME_SECONDS = 0.35;

/** Returns the frames of a recording. */
export async function readRecording(cast: string): Promise<Recording> {
  const [first = '', ...lines] = cast.trim().split('\n');
  const header = JSON.parse(first) as Header; // written by record-start.ts
  const terminal = new xterm.Terminal({ cols: header.width, rows: header.height, allowProposedApi: true });
  const frames: Frame[] = [];
  let pending = '';
  let time = 0;
  let last = 0;
  let frameTime = 0;
  const endFrame = async (): Promise<void> => {
    await new Promise<void>((done) => terminal.write(pending, done));
    pending = '';
    const rows = screenOf(terminal);
    if (JSON.stringify(rows) !== JSON.stringify(frames.at(-1)?.rows)) frames.push({ time: frameTime, rows });
  };
  for (const line of lines) {
    const [at, , text] = JSON.parse(line) as readonly [number, 'o', string]; // an event of asciicast
    time += Math.min(at - last, header.idle_time_limit);
    last = at;
    if (pending !== '' && time - frameTime >= FRAME_SECONDS) await endFrame();
    if (pending === '') frameTime = time;
    pending += text;
  }
  await endFrame();
  return { columns: header.width, rows: header.height, frames };
}

function screenOf({ buffer, rows }: xterm.Terminal): readonly (readonly TextRun[])[] {
  const { active } = buffer;
  return Array.from({ length: rows }, (_, row) => runsOf(active.getLine(active.viewportY + row)));
}

function runsOf(line: xterm.IBufferLine | undefined): readonly TextRun[] {
  const runs: TextRun[] = [];
  for (let column = 0; column < (line?.length ?? 0); column += 1) {
    const cell = line?.getCell(column);
    const text = cell?.getChars() ?? '';
    if (cell === undefined || text === '' || text === ' ') continue; // empty
    const style = {
      ...(cell.isFgPalette() && { color: cell.getFgColor() }),
      isBold: cell.isBold() !== 0,
      isDim: cell.isDim() !== 0,
    };
    const before = runs.at(-1);
    if (before && continues(before, style, column)) {
      const gap = ' '.repeat(column - before.column - before.text.length);
      runs[runs.length - 1] = { ...before, text: `${before.text}${gap}${text}` };
    } else {
      runs.push({ column, text, ...style });
    }
  }
  return runs;
}

/** A single space within text of one style does not start a new run. */
const continues = (before: TextRun, style: Omit<TextRun, 'column' | 'text'>, column: number): boolean =>
  before.color === style.color &&
  before.isBold === style.isBold &&
  before.isDim === style.isDim &&
  column - before.column - before.text.length <= 1;
