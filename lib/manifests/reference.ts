/**
 * `$(…)` references as objects, for use in steps and pipeline tasks.
 *
 * A reference is created only from a declaration, so it cannot name an undeclared variable. It can be used as a value and, if its value
 * is a string, inside template strings. A reference that is used in another construct than its owner is rejected; in a template string
 * this happens when the string is evaluated, because the resulting text has no owner.
 */

import { constructProblem } from '@pipewright/tekton';
import type { IConstruct } from 'constructs';
import { ConstructError } from '../diagnostics/construct-error.js';

/** The constructs whose callbacks are running, innermost last: references that become text now are used by the last one. */
const owners: IConstruct[] = [];

/** Returns the result of `write`. Throws if a reference of another owner becomes text meanwhile. */
export function withOwner<T>(owner: IConstruct, write: () => T): T {
  owners.push(owner);
  try {
    return write();
  } finally {
    owners.pop();
  }
}

/** Returns the error for a reference that is used in `at` and belongs to another construct. */
export const foreignReference = (at: IConstruct, reference: Ref<ValueType>): ConstructError =>
  new ConstructError(at, {
    ...constructProblem('FOREIGN_REFERENCE', {
      what: reference.resolve(),
      owner: reference.owner.node.path,
      fix: 'use the references that the callback of this construct is given; pass values between tasks as params',
    }),
  });

/** The two types of values in Tekton. */
export type ValueType = 'string' | 'array';

/**
 * A reference to a param, a variable of a resource, a result's file or another task's result.
 * An array reference must be a separate element of `command` or `args` and is replaced by the elements of the array.
 */
export class Ref<T extends ValueType = 'string'> {
  readonly #path: string;
  readonly #owner: IConstruct;

  /** @param path the text between `$(` and `)` */
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

  /** Returns the text, as in a template string. */
  toString(): string {
    return this[Symbol.toPrimitive]();
  }

  /*   * Converts the reference for a template string. Throws for an array, which Tekton would not replace there, and in the
   * callback of another construct.
   */
  [Symbol.toPrimitive](): string {
    const at = owners.at(-1);
    if (at && at !== this.#owner) throw foreignReference(at, this);
    if (this.type === 'array') {
      throw new ConstructError(this.#owner, constructProblem('ARRAY_IN_STRING', { reference: this.resolve() }));
    }
    return this.resolve();
  }
}

/** A string, or a reference to one. */
export type Text = string | Ref;
