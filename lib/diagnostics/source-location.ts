/**
 * The location in the user's program that creates an object.
 *
 * A stack is captured for every object, but parsed only for objects with problems. Frames of this library, of
 * packages and of Node itself are skipped.
 */

import { readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { displayWidth } from './display-width.js';

/** A location in a source file; `line` and `column` count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The number of captured frames: nested constructs have deep stacks. */
const MOST_FRAMES = 50;

/** Captures the stack of the caller. Reading its text is slow, since it may load source maps; do so only for objects with problems. */
export function captureStack(): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = MOST_FRAMES;
  try {
    return new Error('captured'); // its first frame is in this file, which identifies the library's own frames
  } finally {
    Error.stackTraceLimit = limit;
  }
}

const FRAME = /^\s+at (?:.*? \()?(?:async )?((?:file:\/\/)?\/[^)]*|[A-Za-z]:\\[^)]*):(\d+):(\d+)\)?$/;

function parseFrame(line: string): SourceLocation | undefined {
  const [, place = '', row, column] = FRAME.exec(line) ?? [];
  if (place === '') return undefined;
  const file = place.startsWith('file://') ? decodeURIComponent(new URL(place).pathname) : place;
  return { file, line: Number(row), column: Number(column) };
}

/** Returns the innermost location of a captured stack in the user's program, or undefined if it has none. */
export function userLocation({ stack = '' }: Error): SourceLocation | undefined {
  const own = libraryDirectory(stack);
  return framesOf(stack).find(({ file }) => !isLibrary(file, own));
}

/** Returns a stack without the frames of this library and of packages. */
export function withoutLibraryFrames(stack: string): string {
  const own = libraryDirectory(captureStack().stack ?? '');
  return stack
    .split('\n')
    .filter((line) => {
      const location = parseFrame(line);
      if (!/^\s+at /.test(line)) return true;
      return location !== undefined && !isLibrary(location.file, own);
    })
    .join('\n');
}

const framesOf = (stack: string): readonly SourceLocation[] =>
  stack.split('\n').flatMap((line) => parseFrame(line) ?? []);

/** Returns the library's directory: the parent of this file's folder, or the folder of a bundle. The first frame is in this file. */
function libraryDirectory(captured: string): string | undefined {
  const [first] = framesOf(captured);
  return first && dirname(first.file).replace(/[\\/]diagnostics$/, '');
}

/** @param own the directory of this library */
const isLibrary = (file: string, own: string | undefined): boolean =>
  /[\\/]node_modules[\\/]/.test(file) ||
  (own !== undefined && (file.startsWith(`${own}/`) || file.startsWith(`${dirname(own)}/imports/`)));

/** Returns `main.ts:12:3` and, if the file is readable, the line with a caret below the column. */
export function excerptAt({ file, line, column }: SourceLocation): readonly string[] {
  const name = relative(process.cwd(), file);
  const place = `at ${name.startsWith('..') ? file : name}:${String(line)}:${String(column)}`;
  const text = lineOf(file, line);
  if (text === undefined) return [place];
  const margin = ' '.repeat(String(line).length);
  return [place, `${String(line)} | ${text}`, `${margin} | ${spacesFor(text.slice(0, column - 1))}^`];
}

/** Returns spaces of the same width as a text; tabs are kept, since their width is unknown. */
const spacesFor = (text: string): string =>
  text
    .split('\t')
    .map((part) => ' '.repeat(displayWidth(part)))
    .join('\t');

/** Control characters and marks that change the text direction: they can disguise a line. */
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Returns the line, unless it is too long to be useful: a bundle may have everything in one line. */
function lineOf(file: string, line: number): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').split('\n')[line - 1]?.replace(/\r$/, '');
    return text === undefined || text.length > 200 ? undefined : text.replace(CONTROL_CHARACTERS, '\u00b7');
  } catch {
    return undefined;
  }
}
