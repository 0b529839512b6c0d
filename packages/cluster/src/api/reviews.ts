/**
 * The questions that are asked by creating: may I, who am I, what may I, whose token is this.
 */

import { may, rulesFor } from './authorize.js';
import { isObject, objectAt, stringAt, stringsAt, within, type JsonObject } from './json.js';
import type { User } from './identity.js';
import { badRequest } from './refusal.js';
import type { ResourceType } from './resource.js';
import type { Attributes } from './request-info.js';
import { timestamp, type World } from './world.js';

/** Finds out whose token it is; undefined when it is nobody's. */
export type Authenticate = (token: string) => User | undefined;

/** Answers a review; undefined when the resource is none. */
export function review(
  world: World,
  type: ResourceType,
  body: JsonObject,
  user: User,
  authenticate: Authenticate,
): JsonObject | undefined {
  const answer: JsonObject = { ...body, kind: type.kind, apiVersion: `${type.group}/${type.version}` };
  const metadata = { ...within(answer, 'metadata'), creationTimestamp: timestamp(world.clock.date()) };
  const spec = objectAt(answer, 'spec');
  const status = statusFor(world, type.kind, spec, user, authenticate);
  return status && { ...answer, metadata, status };
}

function statusFor(
  world: World,
  kind: string,
  spec: JsonObject,
  user: User,
  authenticate: Authenticate,
): JsonObject | undefined {
  switch (kind) {
    case 'SelfSubjectReview':
      return { userInfo: infoOf(user) };
    case 'SelfSubjectAccessReview':
      return accessOf(world, user, spec);
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      return accessOf(world, { name: stringAt(spec, 'user'), groups: stringsAt(spec, 'groups') }, spec);
    case 'SelfSubjectRulesReview':
      return rulesStatus(world, user, stringAt(spec, 'namespace'));
    case 'TokenReview': {
      const found = authenticate(stringAt(spec, 'token'));
      return found ? { authenticated: true, user: infoOf(found) } : { authenticated: false, user: {} };
    }
    default:
      return undefined;
  }
}

const infoOf = ({ name, uid, groups, extra }: User): JsonObject => ({
  username: name,
  ...(uid !== undefined && { uid }),
  groups,
  ...(extra && { extra }),
});

function accessOf(world: World, user: User, spec: JsonObject): JsonObject {
  if (may(world, user, attributesIn(spec))) return { allowed: true, reason: reasonFor(user) };
  return { allowed: false };
}

const reasonFor = (user: User): string =>
  user.groups.includes('system:masters') ? '' : 'RBAC: allowed by a role that is bound to the user';

function attributesIn(spec: JsonObject): Attributes {
  const { resourceAttributes: asked, nonResourceAttributes: path } = spec;
  if (isObject(path)) return { kind: 'path', verb: stringAt(path, 'verb'), path: stringAt(path, 'path') };
  if (!isObject(asked)) throw badRequest('spec: one of resourceAttributes and nonResourceAttributes is required');
  return {
    kind: 'resource',
    verb: stringAt(asked, 'verb'),
    group: stringAt(asked, 'group'),
    version: stringAt(asked, 'version'),
    resource: stringAt(asked, 'resource'),
    subresource: stringAt(asked, 'subresource'),
    namespace: stringAt(asked, 'namespace'),
    name: stringAt(asked, 'name'),
  };
}

function rulesStatus(world: World, user: User, namespace: string): JsonObject {
  if (user.groups.includes('system:masters')) {
    const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
    return { resourceRules: [all], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }], incomplete: false };
  }
  const rules = rulesFor(world, user, namespace);
  return {
    resourceRules: rules.filter((rule) => stringsAt(rule, 'resources').length > 0),
    nonResourceRules: rules.filter((rule) => stringsAt(rule, 'nonResourceURLs').length > 0),
    incomplete: false,
  };
}
