/**
 * A place in an object, with the way Tekton spells it in its refusals.
 *
 * Tekton leaves `spec` out for Tasks and puts `spec.taskspec` before for embedded ones; its words are repeated by the
 * admission, so the checks carry both.
 */

import type { Report } from './report.js';
import type { Path } from './task-fields.js';

/** Where a check stands, and whom it tells. */
export interface Where {
  readonly path: Path;
  /** What Tekton puts before the field in its messages, with the dot; often empty. */
  readonly tekton: string;
  readonly report: Report;
}

/** A place that spells its path only when it is asked: most places have nothing to say. */
class Below implements Where {
  readonly tekton: string;
  readonly report: Report;
  readonly #above: Where;
  readonly #more: Path;

  constructor(above: Where, more: Path) {
    this.tekton = above.tekton;
    this.report = above.report;
    this.#above = above;
    this.#more = more;
  }

  get path(): Path {
    return [...this.#above.path, ...this.#more];
  }
}

/** A place below. */
export const below = (where: Where, ...more: Path): Where => new Below(where, more);

/** The same place, with other words before the field in Tekton's messages. */
export const saidAs = ({ path, report }: Where, tekton: string): Where => ({ path, tekton, report });

/** Reports each name that another element of the same list has already. `fold`: names are compared without case. */
export function checkNames(
  what: string,
  list: readonly { readonly name?: string }[],
  where: Where,
  options: { readonly tektonMessage?: (name: string, index: number) => string; readonly fold?: boolean } = {},
): void {
  if (list.length < 2) return;
  const first = new Map<string, number>();
  list.forEach(({ name }, index) => {
    if (name === undefined || name === '') return;
    const id = options.fold ? name.toLowerCase() : name;
    const seen = first.get(id);
    if (seen === undefined) first.set(id, index);
    else {
      const more = { value: name, tektonMessage: options.tektonMessage?.(name, index) };
      where.report.add('NAME_TWICE', [...where.path, index, 'name'], { what, name, first: seen }, more);
    }
  });
}
