/**
 * The context that the checks of this version share: path, report and settings; and problems with the webhook's errors.
 *
 * Tekton's field names are those of the object except where a check says otherwise.
 */

import type { FieldPath } from '../../model/field-path.js';
import { formatFieldPath, type FieldError } from '../../problems/field-error.js';
import type { ProblemCode, ProblemDetails } from '../../problems/table.js';
import type { ValidationContext } from '../../validation/context.js';
import type { CelCompileError } from '../../execution/when.js';
import type { TektonConfig } from '../../model/config.js';

/** The path of the checked field, the report, and the settings of the cluster. */
export interface CheckContext extends ValidationContext {
  readonly config: TektonConfig;
  /** Checks CEL expressions. Absent: they are not checked. */
  readonly celCompileError?: CelCompileError | undefined;
  /** Workspaces of the definitions and the run around the checked one, which propagate into it. Absent: none. */
  readonly workspacesAround?: ReadonlySet<string> | undefined;
}

/** Returns the context of a field below `context`. */
export const child = (context: CheckContext, ...more: FieldPath): CheckContext => ({
  config: context.config,
  celCompileError: context.celCompileError,
  workspacesAround: context.workspacesAround,
  report: context.report,
  get path() {
    return [...context.path, ...more];
  },
});

/** The webhook's error about a problem: its message, with the fields that it names, relative to the context. */
export interface WebhookError {
  readonly message: string;
  /** Relative to the context, in Tekton's spelling. Default: the field of the problem. */
  readonly fields?: readonly string[];
  readonly details?: string;
}

/** Options of {@link fail}. */
export interface FailOptions {
  /** Field of the problem, relative to the context. */
  readonly at?: FieldPath;
  /** The value, shown shortened. */
  readonly value?: unknown;
  /** The webhook's errors. Absent: it admits the object. */
  readonly webhook?: WebhookError | readonly WebhookError[];
  readonly severity?: 'warning';
}

/** Reports a problem. */
export function fail<C extends ProblemCode>(
  context: CheckContext,
  code: C,
  details: ProblemDetails<C>,
  { at = [], value, webhook, severity }: FailOptions = {},
): void {
  const path = [...context.path, ...at];
  const errors = webhook === undefined ? [] : 'message' in webhook ? [webhook] : webhook;
  context.report.add(code, path, details, {
    ...(value !== undefined && { value }),
    ...(severity && { severity }),
    ...(errors.length > 0 && { fieldErrors: errors.map((error) => absolute(error, context.path, path)) }),
  });
}

function absolute({ message, fields, details }: WebhookError, base: FieldPath, path: FieldPath): FieldError {
  const prefix = formatFieldPath(base);
  return {
    message,
    fields: fields ? fields.map((field) => joinField(prefix, field)) : [formatFieldPath(path)],
    ...(details !== undefined && { details }),
  };
}

const joinField = (prefix: string, field: string): string =>
  prefix === '' || field.startsWith('[') ? `${prefix}${field}` : field === '' ? prefix : `${prefix}.${field}`;

/** Where and how {@link checkDuplicates} reports a name. */
export interface DuplicateOptions {
  /** What the names are of: `param`, `step`. */
  readonly what: string;
  /** Returns the field of a name, relative to the context. */
  readonly at: (index: number) => FieldPath;
  /** Returns the webhook's error. Absent, or without one: it admits duplicates. */
  readonly webhook?: (name: string, index: number) => WebhookError | undefined;
  /** Whether items may have no name. Default: an empty name is a name. */
  readonly isNameOptional?: true;
}

/** Reports each name that an earlier item of a list has. */
export function checkDuplicates(
  list: readonly { readonly name?: string }[],
  context: CheckContext,
  { what, at, webhook, isNameOptional }: DuplicateOptions,
): void {
  const first = new Map<string, number>();
  list.forEach(({ name = '' }, index) => {
    if (name === '' && isNameOptional) return;
    const seen = first.get(name);
    if (seen === undefined) {
      first.set(name, index);
      return;
    }
    const error = webhook?.(name, index);
    const details = { what, name, first: seen };
    fail(context, 'NAME_TWICE', details, { at: at(index), value: name, ...(error && { webhook: error }) });
  });
}

/** Reports that a feature needs another stability of the API than the cluster accepts. */
export function requireStability(
  context: CheckContext,
  feature: string,
  needed: 'alpha' | 'beta',
  at: FieldPath = [],
): void {
  const { enableApiFields } = context.config;
  if (enableApiFields === 'alpha' || enableApiFields === needed) return;
  const accepted = needed === 'beta' ? '"alpha" or "beta"' : '"alpha"';
  const message = `${feature} requires "enable-api-fields" feature gate to be ${accepted} but it is "${enableApiFields}"`;
  const details = { feature, flag: 'enable-api-fields', needed: needed === 'beta' ? 'beta or alpha' : 'alpha' };
  fail(context, 'FEATURE_DISABLED', details, { at, webhook: { message, fields: [] } });
}
