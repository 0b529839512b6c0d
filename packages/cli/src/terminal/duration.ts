/** Human-readable durations. */

/** Formats a duration: `0.4s`, `12.3s`, `2m 5s`, `1h 2m`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, seconds);
  if (whole < 59.95) return `${whole.toFixed(1)}s`;
  const rounded = Math.round(whole);
  if (rounded < 3600) return `${String(Math.floor(rounded / 60))}m ${String(rounded % 60)}s`;
  return `${String(Math.floor(rounded / 3600))}h ${String(Math.floor((rounded % 3600) / 60))}m`;
}
