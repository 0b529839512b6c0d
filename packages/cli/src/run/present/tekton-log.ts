/**
 * The log lines of Tekton's own steps as people read them. Pure.
 *
 * Tekton v0.9.2's steps for git repositories, images and clusters log JSON with time, caller and logger; of a line in a terminal
 * only the message matters.
 */

/** What these steps call their logger; nothing else does. */
const LOGGER = 'fallback-logger';

/** The message of such a line, with its level unless that is info. Other lines stay as they are. */
export function foldTektonLog(line: string): string {
  if (!line.startsWith('{') || !line.includes(LOGGER)) return line;
  const entry = parse(line);
  if (entry?.['logger'] !== LOGGER) return line;
  const { level, msg } = entry;
  if (typeof level !== 'string' || typeof msg !== 'string') return line;
  const message = msg.trim().replace(/\s*\n\s*/g, '; ');
  return level === 'info' ? message : `${level}: ${message}`;
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined; // an object has fields of any type
  } catch {
    return undefined;
  }
}
