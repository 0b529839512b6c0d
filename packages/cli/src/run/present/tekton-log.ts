/**
 * Simplifies the log lines of Tekton's own steps. Pure.
 *
 * The steps of Tekton v0.9.2 for git repositories, images and clusters log JSON with time, caller and logger; on a
 * terminal, only the message is relevant.
 */

/** The logger name of these steps, which no other program uses. */
const LOGGER = 'fallback-logger';

/** Returns the message of such a line, with its level unless it is info. Returns other lines unchanged. */
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
    // The fields of an object have unknown types.
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
