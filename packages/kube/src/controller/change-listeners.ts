/**
 * The listeners of a cache, isolated from each other: an exception in one keeps a change from no other, and ends no watch.
 *
 * Shared by informers and by caches laid over them.
 */

import type { KubeObject } from '../client/resource.js';
import type { Change } from './store.js';

/** Receives a change after it is stored. `listed`: a list found it, as opposed to a watch. */
export type ChangeListener<T extends KubeObject> = (key: string, change: Change<T>, listed: boolean) => void;

/** The listeners of one cache. */
export class ChangeListeners<T extends KubeObject> {
  readonly #listeners: ChangeListener<T>[] = [];
  readonly #onError: (error: unknown) => void;

  /** `onError` receives what a listener throws. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(listener: ChangeListener<T>): void {
    this.#listeners.push(listener);
  }

  /** Calls each listener. */
  notify(key: string, change: Change<T>, listed: boolean): void {
    for (const listener of this.#listeners) {
      try {
        listener(key, change, listed);
      } catch (error) {
        this.#report(error);
      }
    }
  }
  #report(error: unknown): void {
    try {
      this.#onError(error);
    } catch {
      // a failing logger must not keep a change from the other listeners
    }
  }
}
