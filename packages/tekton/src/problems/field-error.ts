/**
 * Errors as the webhooks of Tekton's later versions report them: a message and the fields that it is about.
 *
 * The webhook joins the errors of an object: equal messages are reported once with all their fields, sorted.
 */

/** One error. */
export interface FieldError {
  readonly message: string;
  /** Fields, for example `spec.steps[0].name`. Empty if the error names none. */
  readonly fields: readonly string[];
  /** Further lines. */
  readonly details?: string;
}

/** Formats errors as one text. Returns undefined if there are none. */
export function formatFieldErrors(errors: readonly FieldError[]): string | undefined {
  if (errors.length === 0) return undefined;
  const merged = new Map<string, { message: string; details: string; fields: Set<string> }>();
  for (const { message, fields, details = '' } of errors) {
    const key = `${message}\u0000${details}`;
    const entry = merged.get(key) ?? { message, details, fields: new Set() };
    merged.set(key, entry);
    for (const field of fields) entry.fields.add(field);
  }
  return [...merged.values()]
    .toSorted((a, b) => compareText(a.message, b.message) || compareText(a.details, b.details))
    .map(({ message, details, fields }) => {
      const text = `${message}: ${[...fields].toSorted(compareText).join(', ')}`;
      return details === '' ? text : `${text}\n${details}`;
    })
    .join('\n');
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Formats a path as the webhook does: `spec.steps[0].name`. */
export const formatFieldPath = (path: readonly (string | number)[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${String(part)}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
