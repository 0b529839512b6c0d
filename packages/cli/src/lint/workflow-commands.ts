/**
 * Converts findings to workflow commands of GitHub Actions, which annotate the lines of a change.
 *
 * Pure. Escapes messages and property values as the documentation of the format specifies.
 */

import type { Finding } from '../diagnostics/finding.js';
import { visible } from '../terminal/lines.js';

/** Returns a finding as `::error file=…,line=…,col=…,title=CODE::message`. */
export function workflowCommand({ severity, code, place, message, hint }: Finding, path: string): string {
  const position = place.line > 0 ? `,line=${String(place.line)},col=${String(place.column)}` : '';
  const hints = hint.split('\n').map((line) => `hint: ${visible(line)}`);
  const text = [visible(message), ...hints].join('\n');
  return `::${severity} file=${value(path)}${position},title=${value(code)}::${data(text)}`;
}

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const value = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
