/**
 * Compares policy rules: which permissions of one set another set does not cover.
 *
 * Pure. The method and the format of the result are those of Kubernetes' rbac packages: rules are broken down to one verb of one
 * resource each.
 */

import { stringsAt, type JsonObject } from '../../model/json.js';

/** A rule of a role. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
  readonly verbs: readonly string[];
}

/** Parses a rule of a role. */
export const policyRule = (rule: JsonObject): PolicyRule => ({
  apiGroups: stringsAt(rule, 'apiGroups'),
  resources: stringsAt(rule, 'resources'),
  resourceNames: stringsAt(rule, 'resourceNames'),
  nonResourceURLs: stringsAt(rule, 'nonResourceURLs'),
  verbs: stringsAt(rule, 'verbs'),
});

/** The permissions that are not covered: none, some rules, or too many to compare. */
export type Missing =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'rules'; readonly rules: readonly PolicyRule[] }
  | { readonly kind: 'too-many'; readonly count: number };

/** The most permissions that are compared; the lists of a megabyte may multiply to billions. */
export const MAX_PERMISSIONS = 10_000;

/** Returns the permissions of `granted` that `owned` do not cover. */
export function uncoveredRules(owned: readonly PolicyRule[], granted: readonly PolicyRule[]): Missing {
  const owners = owned.map(indexed);
  const open = granted.map(distinct).filter((rule) => !owners.some((owner) => covers(owner, rule)));
  const count = open.reduce((sum, rule) => sum + permissionsIn(rule), 0);
  if (count > MAX_PERMISSIONS) return { kind: 'too-many', count };
  const rules = open.flatMap(breakDownRules).filter((rule) => !owners.some((owner) => covers(owner, rule)));
  return rules.length === 0 ? { kind: 'nothing' } : { kind: 'rules', rules };
}

type Index = Readonly<Record<keyof PolicyRule, ReadonlySet<string>>> & {
  /** Prefixes of paths that a rule allows. */
  readonly prefixes: readonly string[];
};

const indexed = (rule: PolicyRule): Index => ({
  apiGroups: new Set(rule.apiGroups),
  resources: new Set(rule.resources),
  resourceNames: new Set(rule.resourceNames),
  nonResourceURLs: new Set(rule.nonResourceURLs),
  verbs: new Set(rule.verbs),
  prefixes: rule.nonResourceURLs.filter((url) => url.endsWith('*')).map((url) => url.replace(/\*+$/, '')),
});

function distinct(rule: PolicyRule): PolicyRule {
  const each = indexed(rule);
  return {
    apiGroups: [...each.apiGroups],
    resources: [...each.resources],
    resourceNames: [...each.resourceNames],
    nonResourceURLs: [...each.nonResourceURLs],
    verbs: [...each.verbs],
  };
}

const permissionsIn = ({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: PolicyRule): number =>
  verbs.length * (apiGroups.length * resources.length * Math.max(1, resourceNames.length) + nonResourceURLs.length);

function breakDownRules({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: PolicyRule): PolicyRule[] {
  const empty = { apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  const names = resourceNames.length === 0 ? [[]] : resourceNames.map((name) => [name]);
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map((name) => ({
          ...empty,
          apiGroups: [group],
          resources: [resource],
          resourceNames: name,
          verbs: [verb],
        })),
      ),
    ),
  );
  const ofUrls = nonResourceURLs.flatMap((url) =>
    verbs.map((verb) => ({ ...empty, nonResourceURLs: [url], verbs: [verb] })),
  );
  return [...ofResources, ...ofUrls];
}

function covers(owner: Index, rule: PolicyRule): boolean {
  const all = (list: 'verbs' | 'apiGroups' | 'resourceNames'): boolean =>
    rule[list].every((each) => owner[list].has(each));
  const named = rule.resourceNames.length > 0 && all('resourceNames');
  return (
    (owner.verbs.has('*') || all('verbs')) &&
    (owner.apiGroups.has('*') || all('apiGroups')) &&
    rule.resources.every((resource) => coversResource(owner.resources, resource)) &&
    rule.nonResourceURLs.every((url) => coversUrl(owner, url)) &&
    (owner.resourceNames.size === 0 || named)
  );
}

function coversResource(owned: ReadonlySet<string>, resource: string): boolean {
  if (owned.has('*') || owned.has(resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && owned.has(`*${resource.slice(slash)}`);
}

const coversUrl = ({ nonResourceURLs, prefixes }: Index, url: string): boolean =>
  nonResourceURLs.has(url) || prefixes.some((prefix) => url.startsWith(prefix));

/** Formats rules for a message: one line per resource. */
export function describeRules(rules: readonly PolicyRule[]): string[] {
  const merged = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const { verbs: _verbs, ...rest } = rule;
    const key = JSON.stringify(rule.nonResourceURLs.length > 0 ? rule : rest);
    const known = merged.get(key);
    merged.set(key, known ? { ...known, verbs: [...new Set([...known.verbs, ...rule.verbs])] } : rule);
  }
  return [...merged.values()].map(formatRule).sort();
}

const NAMES = [
  ['apiGroups', 'APIGroups'],
  ['resources', 'Resources'],
  ['nonResourceURLs', 'NonResourceURLs'],
  ['resourceNames', 'ResourceNames'],
  ['verbs', 'Verbs'],
] as const;

function formatRule(rule: PolicyRule): string {
  const parts = NAMES.filter(([list]) => rule[list].length > 0).map(
    ([list, name]) => `${name}:${quotedList(rule[list])}`,
  );
  return `{${parts.join(', ')}}`;
}

/** Formats a list of strings as Go does. */
export const quotedList = (texts: readonly string[]): string =>
  `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
