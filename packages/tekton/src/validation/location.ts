/** A place in an object that is checked, and what every list of named things is checked for. */

import type { Report } from '../problems/report.js';
import type { Path } from '../variables/task-fields.js';

/** Where a check stands, and whom it tells. */
export interface Where {
  readonly path: Path;
  readonly report: Report;
}

/** A place that spells its path only when it is asked: most places have nothing to say. */
class Below implements Where {
  readonly report: Report;
  readonly #above: Where;
  readonly #more: Path;

  constructor(above: Where, more: Path) {
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

/**
 * Reports each name that another element of the same list has already. `fold`: names are compared without case. `lastCounts`: Tekton takes
 * the last one, and it is a warning.
 */
export function checkNames(
  what: string,
  list: readonly { readonly name?: string }[],
  where: Where,
  options: {
    readonly tektonMessage?: (name: string, index: number) => string;
    readonly fold?: boolean;
    readonly lastCounts?: boolean;
  } = {},
): void {
  if (list.length < 2) return;
  const first = new Map<string, number>();
  list.forEach(({ name }, index) => {
    if (name === undefined || name === '') return;
    const id = options.fold ? name.toLowerCase() : name;
    const seen = first.get(id);
    if (seen === undefined) first.set(id, index);
    else {
      const { lastCounts, tektonMessage } = options;
      const more = { value: name, tektonMessage: tektonMessage?.(name, index), ...(lastCounts && WARNING) };
      where.report.add('NAME_TWICE', [...where.path, index, 'name'], { what, name, first: seen, lastCounts }, more);
    }
  });
}

const WARNING = { severity: 'warning' } as const;
