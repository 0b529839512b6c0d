/**
 * Finds duplicate fields in a JSON text, of which `JSON.parse` keeps the last.
 *
 * One pass over a text that has been parsed already, so it only looks for keys and brackets. Also rejects `__proto__` as a key: no
 * Kubernetes object has it, and merging it would change JavaScript's prototypes.
 */

import { badRequest } from '../status-error.js';
import { below } from '../schema/schema.js';

interface Level {
  readonly path: string;
  /** The keys of an object so far; undefined for a list. */
  readonly keys: Set<string> | undefined;
  index: number;
  key: string;
}

/**
 * Returns the paths of duplicate fields in the order of the text; undefined if the text is nested deeper than `maxDepth`. `text` must be
 * valid JSON.
 */
export function repeatedFields(text: string, maxDepth: number): string[] | undefined {
  const repeated: string[] = [];
  const levels: Level[] = [];
  let expectsKey = false;
  for (let position = 0; position < text.length; position += 1) {
    const letter = text.charCodeAt(position);
    const level = levels.at(-1);
    if (letter === QUOTE) {
      const end = endOfString(text, position);
      if (expectsKey && level?.keys) recordKey(level, text.slice(position, end + 1), repeated);
      expectsKey = false;
      position = end;
    } else if (letter === OPEN_OBJECT || letter === OPEN_LIST) {
      if (levels.length >= maxDepth) return undefined;
      const keys = letter === OPEN_OBJECT ? new Set<string>() : undefined;
      levels.push({ path: level ? pathIn(level) : '', keys, index: 0, key: '' });
      expectsKey = keys !== undefined;
    } else if (letter === CLOSE_OBJECT || letter === CLOSE_LIST) {
      levels.pop();
    } else if (letter === COMMA && level) {
      level.index += 1;
      expectsKey = level.keys !== undefined;
    }
  }
  return repeated;
}

const [QUOTE, BACKSLASH, COMMA] = [34, 92, 44];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [123, 125, 91, 93];

const pathIn = ({ path, keys, index, key }: Level): string => (keys ? below(path, key) : `${path}[${index}]`);

function recordKey(level: Level, quoted: string, repeated: string[]): void {
  const key = quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
  if (key === '__proto__') throw badRequest('a field may not be called "__proto__"');
  level.key = key;
  if (level.keys?.has(key)) repeated.push(below(level.path, key));
  level.keys?.add(key);
}

function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (text.charCodeAt(position) !== QUOTE) position += text.charCodeAt(position) === BACKSLASH ? 2 : 1;
  return position;
}
