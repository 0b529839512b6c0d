/** Timestamps as Kubernetes writes them: RFC 3339 in UTC. */

/** Formats a time in whole seconds, as `metav1.Time`. */
export const timestamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** Formats a time as `metav1.MicroTime`, which requires six digits: with three the server answers 400. */
export const microTime = (date: Date): string => date.toISOString().replace('Z', '000Z');
