/**
 * The frames of watches: events as newline-delimited JSON.
 *
 * The frame of a change is serialized once and shared by all watches of that version.
 */

import type { Change } from '../../storage/memory/history.js';

const encoder = new TextEncoder();

/** Returns the frame of one event. */
export const frameOf = (type: string, text: string): Uint8Array =>
  encoder.encode(`{"type":"${type}","object":${text}}\n`);

/** The frames of one server's changes; a frame is kept for as long as its change. */
export class WatchFrames {
  readonly #frames = new WeakMap<Change, Map<string, Uint8Array>>();

  /** Returns the frame in which watches of a version see a change; `text` is called on first use. */
  shared(change: Change, type: Change['type'], version: string, text: () => string): Uint8Array {
    const key = `${type} ${version}`;
    const known = this.#frames.get(change) ?? new Map<string, Uint8Array>();
    this.#frames.set(change, known);
    const found = known.get(key);
    if (found) return found;
    const created = frameOf(type, text());
    known.set(key, created);
    return created;
  }
}
