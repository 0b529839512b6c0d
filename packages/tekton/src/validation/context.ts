/**
 * The validation context (path and report) that all checks share, and the check for duplicate names in lists.
 */

import type { Report } from '../problems/report.js';
import type { FieldPath } from '../model/field-path.js';

/** The path of the checked field, and the report that problems are added to. */
export interface ValidationContext {
  readonly path: FieldPath;
  readonly report: Report;
}

/** Context of a nested field. The path is computed on demand, because most checks report nothing. */
class ChildContext implements ValidationContext {
  readonly report: Report;
  readonly #above: ValidationContext;
  readonly #more: FieldPath;

  constructor(above: ValidationContext, more: FieldPath) {
    this.report = above.report;
    this.#above = above;
    this.#more = more;
  }

  get path(): FieldPath {
    return [...this.#above.path, ...this.#more];
  }
}

/** Returns the context of a field below `context`. */
export const childContext = (context: ValidationContext, ...more: FieldPath): ValidationContext =>
  new ChildContext(context, more);

/**
 * Reports each name that an earlier element of the same list already has. `fold`: names are case-insensitive.
 * `lastCounts`: Tekton uses the last element, so the duplicate is a warning.
 */
export function checkUniqueNames(
  what: string,
  list: readonly { readonly name?: string }[],
  context: ValidationContext,
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
      context.report.add('NAME_TWICE', [...context.path, index, 'name'], { what, name, first: seen, lastCounts }, more);
    }
  });
}

const WARNING = { severity: 'warning' } as const;
