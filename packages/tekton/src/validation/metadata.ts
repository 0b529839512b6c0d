/**
 * Checks names and namespaces of objects, and other names that must be DNS labels.
 */

import { isRecord } from '../schema/conformance.js';
import { isDnsLabel, isDnsSubdomain } from '../model/kubernetes-names.js';
import type { Report } from '../problems/report.js';
import type { ObjectMeta } from '../model/kubernetes.js';
import type { ValidationContext } from './context.js';

/** Returns a valid DNS label similar to `name`; undefined if that is impossible, or if `name` is valid already. */
export function suggestLabel(name: string): string | undefined {
  const plain = name
    .normalize('NFKD')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 63)
    .split('-')
    .filter((part) => part !== '')
    .join('-');
  return isDnsLabel(plain) && plain !== name ? plain : undefined;
}

/** Reports a name that is not a valid DNS label. */
export function checkLabel(what: string, name: string, context: ValidationContext, tektonMessage?: string): void {
  if (isDnsLabel(name)) return;
  const better = suggestLabel(name);
  context.report.add(
    'NAME_INVALID',
    context.path,
    { what, name, ...(better && { better }) },
    { value: name, tektonMessage },
  );
}

/** Checks `name` and `generateName` of an object. */
export function checkMetadata(kind: string, metadata: ObjectMeta | undefined, context: ValidationContext): void {
  const name = metadata?.name;
  if (name !== undefined && name !== '') {
    checkLabel(kind, name, { ...context, path: ['metadata', 'name'] }, nameMessage(name));
    return;
  }
  const generateName = metadata?.generateName;
  if (generateName === undefined || generateName === '') {
    context.report.add('NAME_MISSING', ['metadata', 'name'], { what: kind });
  } else if (!isDnsLabel(`${generateName.slice(0, 58)}x`)) {
    const better = suggestLabel(generateName);
    const details = { what: `${kind}'s generateName`, name: generateName, ...(better && { better: `${better}-` }) };
    context.report.add('NAME_INVALID', ['metadata', 'generateName'], details, { value: generateName });
  }
}

/** Reports an invalid namespace name. */
export function checkNamespace(namespace: string | undefined, report: Report): void {
  const context: ValidationContext = { path: ['metadata', 'namespace'], report };
  if (namespace !== undefined) checkLabel('namespace', namespace, context);
}

/** API groups whose object names may contain colons and uppercase letters. */
const UNRESTRICTED_NAMES = /^rbac\.authorization\.k8s\.io\//;

/** Checks the name of a non-Tekton object against the rules that all kinds share. */
export function checkObjectName(object: Readonly<Record<string, unknown>>, report: Report): void {
  const { apiVersion, kind, metadata } = object;
  const name = isRecord(metadata) ? metadata['name'] : undefined;
  if (typeof name !== 'string' || UNRESTRICTED_NAMES.test(String(apiVersion)) || isDnsSubdomain(name)) return;
  report.add('OBJECT_NAME_INVALID', ['metadata', 'name'], { kind: String(kind), name }, { value: name });
}

/** Reports a declared name that is empty, or that cannot be used in `$(…)`. */
export function checkDeclaredName(what: string, name: string, context: ValidationContext): void {
  if (/^[_a-zA-Z][_a-zA-Z0-9.-]*$/.test(name)) return;
  const path = [...context.path, 'name'];
  if (name === '') context.report.add('NAME_INVALID', path, { what, name });
  else context.report.add('NAME_ODD', path, { what, name }, { value: name });
}

/** Returns the message of Tekton's webhook, which checks dots and length; the API server checks the rest. */
function nameMessage(name: string): string | undefined {
  if (name.includes('.')) return 'Invalid resource name: special character . must not be present: metadata.name';
  return name.length > 63
    ? 'Invalid resource name: length must be no more than 63 characters: metadata.name'
    : undefined;
}
