/**
 * Durations in Go's format: `1h30m`, `90s`, `1.5h`, `0`.
 *
 * Timeouts are Go durations on the wire and milliseconds in the model.
 */

const MILLISECONDS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** The longest Go duration (2^63 - 1 ns), in milliseconds. */
const LONGEST = 9_223_372_036_854;

/**
 * Returns the milliseconds of a Go duration, which may be negative; undefined if `text` is not a valid duration.
 *
 * Takes time linear in the text. As in Go, only `0` may have no unit.
 */
export function parseDuration(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0;
  if (rest.length > 100) return undefined;
  let total = 0;
  let read = 0;
  for (const match of rest.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    if (match.index !== read) return undefined;
    total += Number(match[1]) * (MILLISECONDS[match[2] ?? ''] ?? 0);
    read += match[0].length;
  }
  if (read === 0 || read !== rest.length || total > LONGEST) return undefined;
  return total === 0 ? 0 : sign * total;
}

/** Formats a duration as Go does: `1h0m0s`, `1m30s`, `5s`, `250ms`, `0s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 0) return `-${formatDuration(-milliseconds)}`;
  if (milliseconds === 0) return '0s';
  if (milliseconds < 1000) return `${String(milliseconds)}ms`;
  const seconds = milliseconds / 1000;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${String(Math.round((seconds % 60) * 1000) / 1000)}s`;
  if (hours > 0) return `${String(hours)}h${String(minutes)}m${rest}`;
  return minutes > 0 ? `${String(minutes)}m${rest}` : rest;
}
