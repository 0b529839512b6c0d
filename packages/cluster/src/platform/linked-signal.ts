/**
 * An abort signal that follows several others for as long as it is needed.
 *
 * Replaces `AbortSignal.any`, which leaves an entry on a long-lived signal for each call: a pod that is probed for days would accumulate
 * them. Relies on its users to release it.
 */

/** A signal that can be released. */
export interface LinkedSignal {
  /** Aborted with the first of its sources, for the same reason. */
  readonly signal: AbortSignal;
  /** Detaches the signal from its sources. Repeated calls have no effect. */
  readonly release: () => void;
}

/** Follows the given signals until it is released. */
export function linkedSignal(...sources: readonly AbortSignal[]): LinkedSignal {
  const linked = new AbortController();
  const listeners = sources.map((source) => [source, (): void => linked.abort(source.reason)] as const);
  for (const [source, follow] of listeners) {
    if (source.aborted) follow();
    else source.addEventListener('abort', follow, { once: true });
  }
  return {
    signal: linked.signal,
    release: () => {
      for (const [source, follow] of listeners) source.removeEventListener('abort', follow);
    },
  };
}
