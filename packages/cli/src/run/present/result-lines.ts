/**
 * Formats the results of a task and of its resources for the summary. Pure.
 *
 * A result may be a whole file; the summary shows one line of it, and `-o json` the complete value.
 */

import type { Colors } from '../../terminal/output.js';
import { plain } from '../../terminal/lines.js';
import type { TaskTally } from './tally.js';

/** Maximum characters of a value to show. */
const MAX_VALUE_LENGTH = 100;

/** Returns the lines of a task's results, indented like the other lines below a task. */
export function resultLines(
  { results, taskResults }: Pick<TaskTally, 'results' | 'taskResults'>,
  colors: Colors,
): readonly string[] {
  const line = (key: string, value: string): string => `      ${colors.dim(plain(key))} ${oneLine(value)}`;
  return [
    ...results.map(({ resource, key, value }) => line(`${resource} ${key}`.trim(), value)),
    ...taskResults.map(({ name, value }) => line(`result ${name}`, value)),
  ];
}

/** Returns the first line of a value, and the size of the rest. */
function oneLine(value: string): string {
  const lines = value.replace(/\r?\n$/, '').split(/\r?\n/);
  const first = [...plain(lines[0] ?? '')];
  const shown = first.length > MAX_VALUE_LENGTH ? first.slice(0, MAX_VALUE_LENGTH).join('') : first.join('');
  const rest = [
    ...(lines.length > 1 ? [`${String(lines.length)} lines`] : []),
    ...(first.length > MAX_VALUE_LENGTH ? [`${String([...value].length)} characters`] : []),
  ];
  if (rest.length > 0) return `${shown}… (${rest.join(', ')}; -o json prints all)`;
  return shown === '' ? '(empty)' : shown;
}
