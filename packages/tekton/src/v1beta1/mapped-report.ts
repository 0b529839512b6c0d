/** A report whose paths are those of a converted object; problems are reported where the user wrote the field. */

import type { FieldPath } from '../model/field-path.js';
import { Report } from '../problems/report.js';
import type { ProblemCode, ProblemDetails, ProblemOptions } from '../problems/table.js';

/** Passes everything on to another report, with other paths. */
export class MappedReport extends Report {
  readonly #target: Report;
  readonly #pathOf: (path: FieldPath) => FieldPath;

  constructor(target: Report, pathOf: (path: FieldPath) => FieldPath) {
    super(target.object, { remaining: 0 });
    this.#target = target;
    this.#pathOf = pathOf;
  }

  override sourceText(path: FieldPath): string | undefined {
    return this.#target.sourceText(this.#pathOf(path));
  }

  override add<C extends ProblemCode>(
    code: C,
    path: FieldPath,
    details: ProblemDetails<C>,
    more: ProblemOptions = {},
  ): void {
    this.#target.add(code, this.#pathOf(path), details, more);
  }

  override markInvalid<C extends ProblemCode>(
    code: C,
    path: FieldPath,
    details: ProblemDetails<C>,
    more: ProblemOptions = {},
  ): void {
    this.#target.markInvalid(code, this.#pathOf(path), details, more);
  }

  override suppress(path: FieldPath): void {
    this.#target.suppress(this.#pathOf(path));
  }

  override suppressTektonMessages(path: FieldPath): void {
    this.#target.suppressTektonMessages(this.#pathOf(path));
  }

  override suggestWith(find: () => string | undefined): string | undefined {
    return this.#target.suggestWith(find);
  }
}
