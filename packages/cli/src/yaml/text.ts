/**
 * The text of a file, with line positions.
 *
 * Bytes are decoded once, here: a byte order mark is dropped, and invalid UTF-8 is rejected with the offset of the
 * first invalid byte, because misreading a manifest is worse than rejecting it.
 */

import type { Finding, SourcePosition } from '../diagnostics/finding.js';

/** The text of a file, and the name under which it is shown. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  readonly lineStarts: readonly number[];
}

/** Wraps decoded text. */
export function sourceText(file: string, text: string): SourceText {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { file, text, lineStarts };
}

/** Returns the position of an offset, by binary search: large files have many lookups. */
export function placeOf({ file, lineStarts }: SourceText, offset: number): SourcePosition {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { file, line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}

/** Returns the text of a line without its line break. `line` counts from 1. */
export function lineAt({ text, lineStarts }: SourceText, line: number): string {
  const start = lineStarts[line - 1] ?? text.length;
  const end = lineStarts[line] ?? text.length + 1;
  return text.slice(start, end - 1).replace(/\r$/, '');
}

/** Decodes a file. @returns a finding if it is not valid text */
export function decode(file: string, bytes: Uint8Array): SourceText | Finding {
  const encodingFinding = (offset: number, what: string, hint: string): Finding => ({
    severity: 'error',
    code: 'FILE_ENCODING',
    place: { ...placeOf(sourceText(file, latin(bytes.subarray(0, offset))), offset), file },
    message: `${what} at byte ${String(offset)}`,
    hint,
  });
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return encodingFinding(0, 'the file is UTF-16', 'save it as UTF-8');
  }
  const nul = bytes.indexOf(0);
  if (nul !== -1) return encodingFinding(nul, 'the file has a NUL character', 'remove it; a manifest is text');
  try {
    return sourceText(file, new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return encodingFinding(firstBadByte(bytes), 'the file is not UTF-8', 'save it as UTF-8');
  }
}

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Finds the first invalid byte by bisection: the decoder does not report its offset. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

/** Returns whether a prefix is valid UTF-8; an incomplete character at its end is allowed. */
function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
