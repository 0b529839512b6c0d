/**
 * Impersonation (`kubectl --as`). As in kube-apiserver, each user, group, extra and uid is authorized separately: permission to
 * impersonate a user does not include any group.
 */

import { requirePermission } from './authorization.js';
import type { User } from './identity.js';
import { dnsLabelError, dnsSubdomainError } from '../kinds/names.js';
import type { ServerRequest } from '../wire/plain-request.js';
import { StatusError } from '../status-error.js';
import type { ResourceAttributes } from '../request-info.js';
import type { ApiContext } from '../api-context.js';

const AUTHENTICATION = 'authentication.k8s.io';
const EXTRA = 'impersonate-extra-';
const AUTHENTICATED = 'system:authenticated';
const UNAUTHENTICATED = 'system:unauthenticated';
const ANONYMOUS_NAME = 'system:anonymous';

/** One impersonated attribute. */
interface Impersonation {
  readonly kind: 'ServiceAccount' | 'User' | 'Group' | 'UserExtra' | 'UID';
  readonly namespace?: string;
  readonly name: string;
  /** The key of an extra. */
  readonly key?: string;
}

/** Returns the effective user of a request: the authenticated user, or the impersonated one. Throws a 403 unless every attribute is allowed. */
export function impersonate(
  api: ApiContext,
  user: User,
  { url, headers }: Pick<ServerRequest, 'url' | 'headers'>,
): User {
  const impersonations = impersonationsIn(headers);
  const [first] = impersonations;
  if (!first) return user;
  if (first.kind !== 'ServiceAccount' && first.kind !== 'User') throw withoutUser(url, impersonations);
  for (const each of impersonations) requirePermission(api, user, attributesOf(each));
  const named = (kind: Impersonation['kind']): Impersonation[] => impersonations.filter((each) => each.kind === kind);
  const groups = named('Group').map(({ name }) => name);
  const account = first.kind === 'ServiceAccount' ? (first.namespace ?? '') : undefined;
  const name = account === undefined ? first.name : `system:serviceaccount:${account}:${first.name}`;
  const implicitGroups = account === undefined || groups.length > 0 ? [] : accountGroups(account);
  const [uid] = named('UID');
  const extra = new Map<string, string[]>();
  for (const { key = '', name: value } of named('UserExtra')) extra.set(key, [...(extra.get(key) ?? []), value]);
  return {
    name,
    ...(uid && { uid: uid.name }),
    groups: withImplied(name, [...implicitGroups, ...groups]),
    ...(extra.size > 0 && { extra: Object.fromEntries(extra) }),
  };
}

function impersonationsIn(headers: ServerRequest['headers']): Impersonation[] {
  const user = headers.get('impersonate-user') ?? '';
  const uid = headers.get('impersonate-uid') ?? '';
  const extras = [...headers.keys()].filter((name) => name.startsWith(EXTRA));
  return [
    ...(user === '' ? [] : [userOrAccount(user)]),
    ...valuesOf(headers, 'impersonate-group').map((name): Impersonation => ({ kind: 'Group', name })),
    ...extras.flatMap((header) => {
      const key = unescaped(header.slice(EXTRA.length));
      return valuesOf(headers, header).map((name): Impersonation => ({ kind: 'UserExtra', name, key }));
    }),
    ...(uid === '' ? [] : [{ kind: 'UID', name: uid } as const]),
  ];
}

/** Returns the values of a repeated header, which are joined with a comma and a space. */
const valuesOf = (headers: ServerRequest['headers'], name: string): string[] => headers.get(name)?.split(', ') ?? [];

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

function userOrAccount(user: string): Impersonation {
  const [, namespace = '', name = ''] = ACCOUNT.exec(user) ?? [];
  const isAccount = dnsLabelError(namespace) === undefined && dnsSubdomainError(name) === undefined;
  return isAccount ? { kind: 'ServiceAccount', namespace, name } : { kind: 'User', name: user };
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

const RESOURCES: Readonly<Record<Impersonation['kind'], readonly [group: string, resource: string]>> = {
  ServiceAccount: ['', 'serviceaccounts'],
  User: ['', 'users'],
  Group: ['', 'groups'],
  UserExtra: [AUTHENTICATION, 'userextras'],
  UID: [AUTHENTICATION, 'uids'],
};

function attributesOf({ kind, namespace = '', name, key = '' }: Impersonation): ResourceAttributes {
  const [group, resource] = RESOURCES[kind];
  return { kind: 'resource', verb: 'impersonate', group, version: 'v1', resource, subresource: key, namespace, name };
}

const accountGroups = (namespace: string): readonly string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
];

/** Adds the group of authenticated or unauthenticated users unless one of them is given. */
function withImplied(name: string, groups: readonly string[]): readonly string[] {
  if (groups.includes(UNAUTHENTICATED)) return groups;
  if (name === ANONYMOUS_NAME) return [...groups, UNAUTHENTICATED];
  return groups.includes(AUTHENTICATED) ? groups : [...groups, AUTHENTICATED];
}

/** The 500 that kube-apiserver answers to impersonation without a user. */
function withoutUser(url: string, impersonations: readonly Impersonation[]): StatusError {
  const list = impersonations.map(({ kind, name, key = '' }) => {
    const version = RESOURCES[kind][0] === '' ? '' : `${AUTHENTICATION}/v1`;
    return `{${kind}  ${name}  ${version}  ${key}}`;
  });
  const reason = `requested [${list.join(' ')}] without impersonating a user`;
  const path = url.replace(/^[a-z]+:\/\/[^/]*/, '');
  return new StatusError(500, 'InternalError', `Internal Server Error: ${JSON.stringify(path)}: ${reason}`, {
    causes: [{ reason: 'UnexpectedServerResponse', field: '', message: reason }],
  });
}
