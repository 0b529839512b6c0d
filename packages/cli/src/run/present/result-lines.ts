/**
 * The lines of the summary that show what a task reported: facts about its resources, and its results. Pure.
 *
 * A result may be a whole file; here it takes one line, `-o json` has all of it.
 */

import type { Colors } from '../../terminal/output.js';
import { plain } from '../../terminal/lines.js';
import type { TaskTally } from './tally.js';

/** Characters of a value that are shown. */
const LONGEST_VALUE = 100;

/** Lines of a task's results, indented as the rest of what is below a task. */
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

/** The first line of a value, and how much more of it there is. */
function oneLine(value: string): string {
  const lines = value.replace(/\r?\n$/, '').split(/\r?\n/);
  const first = [...plain(lines[0] ?? '')];
  const shown = first.length > LONGEST_VALUE ? first.slice(0, LONGEST_VALUE).join('') : first.join('');
  const rest = [
    ...(lines.length > 1 ? [`${String(lines.length)} lines`] : []),
    ...(first.length > LONGEST_VALUE ? [`${String([...value].length)} characters`] : []),
  ];
  if (rest.length > 0) return `${shown}… (${rest.join(', ')}; -o json has all)`;
  return shown === '' ? '(empty)' : shown;
}
