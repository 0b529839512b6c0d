/**
 * JSON texts of stored objects, shared by watches and lists that read the same object at about the same time.
 *
 * Bounded, since the texts of all objects ever read would take more memory than the objects. Relies on stored objects
 * being immutable.
 */

/** The maximum number of characters per generation. Texts are kept for two generations. */
const GENERATION_LENGTH = 16 * 1024 * 1024;

/** The recently used JSON texts of one store's objects. */
export class ObjectTexts {
  #texts = new WeakMap<object, string>();
  #olderTexts = new WeakMap<object, string>();
  #length = 0;

  /** Returns an object's JSON text if it is cached. */
  cached(object: object): string | undefined {
    return this.#texts.get(object) ?? this.#olderTexts.get(object);
  }

  /** Returns an object's JSON text, and caches it. */
  textOf(object: object): string {
    const known = this.#texts.get(object);
    if (known !== undefined) return known;
    const text = this.#olderTexts.get(object) ?? JSON.stringify(object);
    if (this.#length > GENERATION_LENGTH) {
      this.#olderTexts = this.#texts;
      this.#texts = new WeakMap();
      this.#length = 0;
    }
    this.#length += text.length;
    this.#texts.set(object, text);
    return text;
  }
}
