/**
 * Label selectors, as lists, watches and deletecollection understand them.
 *
 * Pure. The grammar is that of Kubernetes' `labels.Parse`: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`.
 */

import type { Matches } from './field-selector.js';
import { badRequest } from './refusal.js';

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

const KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const SET = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/;
const EQUALS = /^([^=!\s]+)\s*(==|!=|=)\s*(\S*)$/;

/** Splits at commas outside parentheses. */
const split = (text: string): string[] => text.split(/,(?![^(]*\))/).map((part) => part.trim());

function key(text: string, whole: string): string {
  if (!KEY.test(text)) throw badRequest(`unable to parse requirement: invalid label key "${text}" in "${whole}"`);
  return text;
}

function value(text: string): string {
  if (VALUE.test(text)) return text;
  throw badRequest(`unable to parse requirement: values[0][${text}]: Invalid value: "${text}": a valid label must be an \
empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`);
}

function requirement(part: string, whole: string): Requirement {
  const set = SET.exec(part);
  if (set) {
    const [, label = '', how, list = ''] = set;
    const wanted = new Set(list.split(',').map((item) => value(item.trim())));
    const name = key(label, whole);
    const within: Requirement = (labels) => Object.hasOwn(labels, name) && wanted.has(labels[name] ?? '');
    return how === 'in' ? within : (labels) => !within(labels);
  }
  const equals = EQUALS.exec(part);
  if (equals) {
    const [, label = '', how, text = ''] = equals;
    const name = key(label, whole);
    const wanted = value(text);
    return how === '!=' ? (labels) => labels[name] !== wanted : (labels) => labels[name] === wanted;
  }
  if (part.startsWith('!')) {
    const name = key(part.slice(1).trim(), whole);
    return (labels) => !Object.hasOwn(labels, name);
  }
  const name = key(part, whole);
  return (labels) => Object.hasOwn(labels, name);
}

/** Reads a label selector; throws a 400 that shows what cannot be read. Undefined when it selects everything. */
export function labelSelector(text: string | null): Matches | undefined {
  if (text === null || text.trim() === '') return undefined;
  const all = split(text).map((part) => requirement(part, text));
  return ({ metadata }) => all.every((holds) => holds(metadata.labels ?? {}));
}

/** Reads a `{matchLabels, matchExpressions}` selector, as role aggregation and workloads write it. */
export function matchesLabels(wanted: Labels, labels: Labels): boolean {
  return Object.entries(wanted).every(([name, text]) => labels[name] === text);
}
