/**
 * `$(…)` references as objects: what a step or a pipeline task mentions of its surroundings.
 *
 * A reference is made only from a declaration, so it cannot name what is not declared. It works as a value and, when it is
 * a string, inside template strings. It knows its owner: one that strayed into another task is refused where it is used.
 */

import type { IConstruct } from 'constructs';

/** The two types of values in Tekton. */
export type ValueType = 'string' | 'array';

/**
 * A reference to a param, a variable of a resource, a result's file or another task's result.
 *
 * An array reference stands alone as an element of `command` or `args` and becomes as many elements as the array has.
 */
export class Ref<T extends ValueType = 'string'> {
  readonly #path: string;
  readonly #owner: IConstruct;

  /** @param path what stands between `$(` and `)` */
  constructor(
    owner: IConstruct,
    path: string,
    readonly type: T,
  ) {
    this.#owner = owner;
    this.#path = path;
  }

  /** The construct whose declaration this refers to. */
  get owner(): IConstruct {
    return this.#owner;
  }

  /** The text that goes into the manifest; cdk8s calls this for a value anywhere in an object. */
  resolve(): string {
    return `$(${this.#path})`;
  }

  /** The text that goes into the manifest. */
  toString(): string {
    return this.resolve();
  }

  /** Lets a reference stand in a template string. Throws for an array, which Tekton would leave there unreplaced. */
  [Symbol.toPrimitive](): string {
    if (this.type === 'array') {
      throw new TypeError(
        `${this.#owner.node.path}: the array ${this.resolve()} cannot be part of a string — ` +
          'pass the reference itself as an element of command or args [ARRAY_IN_STRING]',
      );
    }
    return this.resolve();
  }
}

/** A string, or a reference that becomes one. */
export type Text = string | Ref;
