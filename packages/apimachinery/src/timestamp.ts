/** Timestamps as Kubernetes writes them: RFC 3339 in UTC. */

/** Formats a time in whole seconds, as `metav1.Time`. */
export const timestamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** Formats a time as `metav1.MicroTime`, which requires six digits: with three the server answers 400. */
export const microTime = (date: Date): string => date.toISOString().replace('Z', '000Z');

/** Formats a time with nanoseconds, as kubelet begins the lines of logs. */
export const nanosecondTimestamp = (date: Date): string => `${date.toISOString().slice(0, -1)}000000Z`;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;

/** Whether Go decodes a text as `metav1.Time`. */
export const isTime = (text: string): boolean => TIME.test(text);

/** Whether Go decodes a text as `metav1.MicroTime`, which requires six digits. */
export const isMicroTime = (text: string): boolean => MICRO_TIME.test(text);
