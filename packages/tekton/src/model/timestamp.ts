/** The format of times in Kubernetes objects. */

/** Formats a time as Kubernetes does: RFC 3339 in whole seconds. */
export const timestamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
