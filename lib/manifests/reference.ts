/**
 * `$(…)` references as objects: what a step or a pipeline task mentions of its surroundings.
 *
 * A reference is made only from a declaration, so it cannot name what is not declared. It works as a value and, when it is
 * a string, inside template strings. It knows its owner: one that strayed into another task is refused where it
 * is used. For a template string that is the line that has it, since afterwards nothing tells text from text.
 */

import { constructProblem } from '@pipewright/tekton';
import type { IConstruct } from 'constructs';
import { ConstructError } from '../diagnostics/construct-error.js';

/** The constructs whose callbacks are running, innermost last: what becomes text now is written into that one. */
const owners: IConstruct[] = [];

/** What `write` returns; references of others than `owner` that become text meanwhile are refused. */
export function withOwner<T>(owner: IConstruct, write: () => T): T {
  owners.push(owner);
  try {
    return write();
  } finally {
    owners.pop();
  }
}

/** What is said of a reference that is used in `at` and belongs to another. */
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

  /** As in a template string. */
  toString(): string {
    return this[Symbol.toPrimitive]();
  }

  /**
   * Lets a reference stand in a template string. Throws for an array, which Tekton would leave there unreplaced, and within the
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

/** A string, or a reference that becomes one. */
export type Text = string | Ref;
