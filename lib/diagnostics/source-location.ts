/**
 * Where in the user's program something was made.
 *
 * Separate because a stack is captured for every object and read only for those that have a problem. Frames of this library, of
 * packages and of Node itself are no places of the user.
 */

import { readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { displayWidth } from './display-width.js';

/** A place in a source file; `line` and `column` count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Frames that are captured: constructs inside constructs are deep. */
const MOST_FRAMES = 50;

/** Captures the stack of the caller. Reading it is costly, since source maps may be looked up; do so only for what has a problem. */
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

/** The place in the user's program that a captured stack began at; undefined if none of its frames is there. */
export function userLocation({ stack = '' }: Error): SourceLocation | undefined {
  const own = libraryDirectory(stack);
  return framesOf(stack).find(({ file }) => !isLibrary(file, own));
}

/** A stack without the frames of this library and of packages. */
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

/** The library's directory: the parent of this file's folder, or of a bundle's file the folder itself. The first frame is in this file. */
function libraryDirectory(captured: string): string | undefined {
  const [first] = framesOf(captured);
  return first && dirname(first.file).replace(/[\\/]diagnostics$/, '');
}

/** @param own the directory of this library */
const isLibrary = (file: string, own: string | undefined): boolean =>
  /[\\/]node_modules[\\/]/.test(file) ||
  (own !== undefined && (file.startsWith(`${own}/`) || file.startsWith(`${dirname(own)}/imports/`)));

/** `main.ts:12:3` and the line with a caret below the column, where the file can be read. */
export function excerptAt({ file, line, column }: SourceLocation): readonly string[] {
  const name = relative(process.cwd(), file);
  const place = `at ${name.startsWith('..') ? file : name}:${String(line)}:${String(column)}`;
  const text = lineOf(file, line);
  if (text === undefined) return [place];
  const margin = ' '.repeat(String(line).length);
  return [place, `${String(line)} | ${text}`, `${margin} | ${spacesFor(text.slice(0, column - 1))}^`];
}

/** Spaces as wide as a text; tabs stay, whatever their width is. */
const spacesFor = (text: string): string =>
  text
    .split('\t')
    .map((part) => ' '.repeat(displayWidth(part)))
    .join('\t');

/** Control characters, and the signs that turn the direction of a text: with them a line can look like another. */
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The line, unless it is too long to help: a bundle has everything in one. */
function lineOf(file: string, line: number): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').split('\n')[line - 1]?.replace(/\r$/, '');
    return text === undefined || text.length > 200 ? undefined : text.replace(CONTROL_CHARACTERS, '\u00b7');
  } catch {
    return undefined;
  }
}
