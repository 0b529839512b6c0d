/** Names, labels and annotations: validation, and generated names. */

import type { Random } from '../../platform/random.js';
import { isObject, type JsonObject } from '../../model/json.js';
import { invalidValue, required, type Cause } from '../status-error.js';

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const MAX_ANNOTATION_BYTES = 256 * 1024;

const LABEL_MESSAGE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an \
alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_MESSAGE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end \
with an alphanumeric character (e.g. 'example.com', regex used for validation is \
'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const VALUE_MESSAGE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end \
with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is \
'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const KEY_MESSAGE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric \
character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/** Returns a name for `generateName`: the prefix, truncated so that five random letters fit into 63 characters. */
export const generatedName = (prefix: string, random: Random): string =>
  prefix.slice(0, 58) + Array.from({ length: 5 }, () => LETTERS[random.below(LETTERS.length)]).join('');

/** Returns why a text is not a DNS label: at most 63 characters, no dots. */
export function dnsLabelError(text: string): string | undefined {
  if (text.length > 63) return 'must be no more than 63 characters';
  return LABEL.test(text) ? undefined : LABEL_MESSAGE;
}

/** Returns why a text is not a DNS subdomain. */
export function dnsSubdomainError(text: string): string | undefined {
  if (text.length > 253) return 'must be no more than 253 characters';
  return SUBDOMAIN.test(text) ? undefined : SUBDOMAIN_MESSAGE;
}

/** Returns why a text is not a URL segment, the rule for names of RBAC objects. */
export function pathSegmentError(text: string): string | undefined {
  if (text === '.' || text === '..') return `may not be '${text}'`;
  for (const letter of ['/', '%']) if (text.includes(letter)) return `may not contain '${letter}'`;
  return undefined;
}

const NAME_RULES = { label: dnsLabelError, subdomain: dnsSubdomainError, path: pathSegmentError } as const;

/** Returns everything wrong with an object's name. */
export function checkName(metadata: JsonObject, rule: keyof typeof NAME_RULES): Cause[] {
  const { name, generateName } = metadata;
  if (typeof name !== 'string' || name === '') return [required('metadata.name', 'name or generateName is required')];
  const error = NAME_RULES[rule](name);
  if (error === undefined) return [];
  const prefix =
    typeof generateName === 'string' && generateName !== ''
      ? [invalidValue('metadata.generateName', generateName, error)]
      : [];
  return [...prefix, invalidValue('metadata.name', name, error)];
}

/** Returns why a text is not a key of a label or annotation. */
export function qualifiedNameError(key: string): string | undefined {
  const [prefix, name, more] = key.includes('/') ? key.split('/') : ['', key];
  if (more !== undefined || name === undefined) {
    return `a qualified name ${KEY_MESSAGE.slice('name part '.length)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
  }
  if (key.includes('/')) {
    if (prefix === '') return 'prefix part must be non-empty';
    const error = dnsSubdomainError(prefix ?? '');
    if (error !== undefined) return `prefix part ${error}`;
  }
  if (name === '') return 'name part must be non-empty';
  if (name.length > 63) return 'name part must be no more than 63 characters';
  return QUALIFIED.test(name) ? undefined : KEY_MESSAGE;
}

/** Returns why a text is not a label value. */
export function labelValueError(text: string): string | undefined {
  if (text.length > 63) return 'must be no more than 63 characters';
  return LABEL_VALUE.test(text) ? undefined : VALUE_MESSAGE;
}

/** Returns everything wrong with labels, at any path of an object. */
export function checkLabels(labels: unknown, path: string): Cause[] {
  if (!isObject(labels)) return [];
  return Object.entries(labels).flatMap(([key, value]) => {
    const causes: Cause[] = [];
    const error = qualifiedNameError(key);
    if (error !== undefined) causes.push(invalidValue(path, key, error));
    const text = typeof value === 'string' ? value : '';
    const valueError = labelValueError(text);
    if (valueError !== undefined) causes.push(invalidValue(path, text, valueError));
    return causes;
  });
}

/** Returns everything wrong with an object's annotations. */
export function checkAnnotations(annotations: unknown): Cause[] {
  if (!isObject(annotations)) return [];
  let bytes = 0;
  const causes: Cause[] = [];
  for (const [key, value] of Object.entries(annotations)) {
    const error = qualifiedNameError(key.toLowerCase());
    if (error !== undefined) causes.push(invalidValue('metadata.annotations', key, error));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(typeof value === 'string' ? value : '');
  }
  if (bytes > MAX_ANNOTATION_BYTES) {
    causes.push({
      reason: 'FieldValueTooLong',
      field: 'metadata.annotations',
      message: `Too long: may not be more than ${MAX_ANNOTATION_BYTES} bytes`,
    });
  }
  return causes;
}
