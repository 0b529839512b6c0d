/** Checks references to definitions: by name, or by a resolver with params. */

import { invalidQualifiedNameMessage } from '../../model/qualified-name.js';
import type { ResolverRef } from '../types.js';
import { child, fail, requireStability, type CheckContext } from './check-context.js';
import { checkRunParams } from './params.js';

/** A reference as all kinds have it. */
interface DefinitionRef extends ResolverRef {
  readonly name?: string;
}

/** Whether a name has the form of a URL, which names a definition in the concise syntax of resolvers. */
const isUrlLike = (name: string): boolean => /[\w-]+:\//.test(name);

/**
 * Checks a reference.
 *
 * @param context the object with the reference
 * @param field its field: `taskRef`, `pipelineRef`, `ref`
 * @param tektonField where Tekton reports its problems, relative to the context; empty for the `ref` of a step
 */
export function checkReference(ref: DefinitionRef, context: CheckContext, field: string, tektonField = field): void {
  const { name = '', resolver = '', params } = ref;
  const fieldsOf = (part: string): string[] => [tektonField === '' ? part : `${tektonField}.${part}`];
  if (params !== undefined) checkResolverParams(ref, context, field, tektonField, fieldsOf);
  if (resolver !== '') {
    requireStability(context, 'resolver', 'beta', [field, 'resolver']);
    if (name !== '') checkConciseName(name, context, field, tektonField, fieldsOf);
    return;
  }
  if (params !== undefined) return;
  if (name === '') {
    const webhook = { message: 'missing field(s)', fields: fieldsOf('name') };
    fail(context, 'FIELD_MISSING', { name: 'name' }, { at: [field, 'name'], webhook });
  } else if (isUrlLike(name)) {
    reportConciseSyntax(context, field, tektonField);
    reportMissingResolver(context, field, fieldsOf);
  } else {
    const message = invalidQualifiedName(name);
    if (message === undefined) return;
    const rule = "use letters, digits, '-', '_' and '.', beginning and ending with a letter or digit";
    const webhook = { message: `invalid value: ${message}`, fields: fieldsOf('name') };
    fail(context, 'NAME_FORMAT', { what: 'reference', name, rule }, { at: [field, 'name'], value: name, webhook });
  }
}

/** A qualified name may have a DNS subdomain and a slash before it. */
function invalidQualifiedName(name: string): string | undefined {
  const parts = name.split('/');
  return invalidQualifiedNameMessage(parts.length === 2 ? (parts[1] ?? '') : name);
}

function checkResolverParams(
  { name = '', resolver = '', params = [] }: DefinitionRef,
  context: CheckContext,
  field: string,
  tektonField: string,
  fieldsOf: (part: string) => string[],
): void {
  requireStability(context, 'resolver params', 'beta', [field, 'params']);
  if (name !== '') {
    const webhook = {
      message: 'expected exactly one, got both',
      fields: [...fieldsOf('name'), ...fieldsOf('params')],
    };
    fail(context, 'FIELD_NOT_ALLOWED', { field: 'name', other: 'params' }, { at: [field, 'params'], webhook });
  }
  if (resolver === '') reportMissingResolver(context, field, fieldsOf);
  checkRunParams(params, tektonField === '' ? context : child(context, field), '');
}

function reportMissingResolver(context: CheckContext, field: string, fieldsOf: (part: string) => string[]): void {
  const webhook = { message: 'missing field(s)', fields: fieldsOf('resolver') };
  fail(context, 'FIELD_MISSING', { name: 'resolver' }, { at: [field, 'resolver'], webhook });
}

function checkConciseName(
  name: string,
  context: CheckContext,
  field: string,
  tektonField: string,
  fieldsOf: (part: string) => string[],
): void {
  if (!isUrlLike(name)) {
    const webhook = { message: 'invalid value: invalid URI for request', fields: fieldsOf('name') };
    fail(context, 'RESOLVER_NAME', { name }, { at: [field, 'name'], value: name, webhook });
  } else if (!context.config.enableConciseResolverSyntax) reportConciseSyntax(context, field, tektonField);
}

function reportConciseSyntax(context: CheckContext, field: string, tektonField: string): void {
  if (context.config.enableConciseResolverSyntax) return;
  const flag = 'enable-concise-resolver-syntax';
  const message = `feature flag ${flag} should be set to true to use concise resolver syntax`;
  const details = { feature: 'a URL as the name of a reference', flag, needed: 'true' };
  fail(context, 'FEATURE_DISABLED', details, { at: [field, 'name'], webhook: { message, fields: [tektonField] } });
}
