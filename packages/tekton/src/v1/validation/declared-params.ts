/**
 * The params that a definition may use: its own, and those of the definitions and the run around it.
 *
 * Scopes refer to the scope around them instead of copying it, so a pipeline with many embedded tasks is checked in linear time.
 */

import { typeOfParam } from '../param-types.js';
import type { ParamSpec } from '../types.js';
import type { KnownNames, ParamTypes } from './variables.js';

/** Declared params, by name. A param hides those of the same name around it. */
export class DeclaredParams implements KnownNames, ParamTypes {
  readonly #own: ReadonlyMap<string, ParamSpec>;
  readonly #around: DeclaredParams | undefined;
  readonly #keys = new Map<string, KnownNames>();

  /** @param around the params of the definition or run around this one. Absent: none */
  constructor(own: readonly ParamSpec[], around?: DeclaredParams) {
    this.#own = new Map(own.map((param) => [param.name, param]));
    this.#around = around;
  }

  /** Whether a param is declared. */
  has(name: string): boolean {
    return this.#own.has(name) || this.#around?.has(name) === true;
  }

  /** Yields the names of all params, those of outer definitions first. */
  *[Symbol.iterator](): Iterator<string> {
    if (this.#around) yield* this.#around;
    yield* this.#own.keys();
  }

  /** Whether a param is declared as an array. */
  isArray(name: string): boolean {
    const own = this.#own.get(name);
    return own ? typeOfParam(own) === 'array' : this.#around?.isArray(name) === true;
  }

  /** Returns the keys of an object param; undefined if no object param has this name. */
  keysOf(name: string): KnownNames | undefined {
    const own = this.#own.get(name);
    if (!own) return this.#around?.keysOf(name);
    if (typeOfParam(own) !== 'object') return undefined;
    const keys = this.#keys.get(name) ?? new Set(Object.keys(own.properties ?? {}));
    this.#keys.set(name, keys);
    return keys;
  }
}
