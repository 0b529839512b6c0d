/**
 * Acting as somebody else (`kubectl --as`). Each user, group, extra and uid that is asked for is authorized by itself, as
 * kube-apiserver does: whoever may impersonate one account has no right to a group beside it.
 */

import { authorize } from './authorization.js';
import type { User } from './identity.js';
import { labelFault, subdomainFault } from '../kinds/names.js';
import type { ServerRequest } from '../wire/plain-request.js';
import { StatusError } from '../status-error.js';
import type { ResourceAttributes } from '../request-info.js';
import type { ApiContext } from '../api-context.js';

const AUTHENTICATION = 'authentication.k8s.io';
const EXTRA = 'impersonate-extra-';
const AUTHENTICATED = 'system:authenticated';
const UNAUTHENTICATED = 'system:unauthenticated';
const ANONYMOUS_NAME = 'system:anonymous';

/** One thing that a request wants to be, as the kinds of Kubernetes name it. */
interface Impersonation {
  readonly kind: 'ServiceAccount' | 'User' | 'Group' | 'UserExtra' | 'UID';
  readonly namespace?: string;
  readonly name: string;
  /** The key of an extra. */
  readonly key?: string;
}

/** The user that a request is carried out as: the one who asks, unless headers name another. Throws a 403 unless all of it is allowed. */
export function impersonate(
  api: ApiContext,
  user: User,
  { url, headers }: Pick<ServerRequest, 'url' | 'headers'>,
): User {
  const wanted = impersonationsIn(headers);
  const [first] = wanted;
  if (!first) return user;
  if (first.kind !== 'ServiceAccount' && first.kind !== 'User') throw withoutUser(url, wanted);
  for (const each of wanted) authorize(api, user, attributesOf(each));
  const named = (kind: Impersonation['kind']): Impersonation[] => wanted.filter((each) => each.kind === kind);
  const groups = named('Group').map(({ name }) => name);
  const account = first.kind === 'ServiceAccount' ? (first.namespace ?? '') : undefined;
  const name = account === undefined ? first.name : `system:serviceaccount:${account}:${first.name}`;
  const own = account === undefined || groups.length > 0 ? [] : accountGroups(account);
  const [uid] = named('UID');
  const extra = new Map<string, string[]>();
  for (const { key = '', name: value } of named('UserExtra')) extra.set(key, [...(extra.get(key) ?? []), value]);
  return {
    name,
    ...(uid && { uid: uid.name }),
    groups: withImplied(name, [...own, ...groups]),
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

/** The values of a header that may come several times: they arrive in one text, with a comma and a space between. */
const valuesOf = (headers: ServerRequest['headers'], name: string): string[] => headers.get(name)?.split(', ') ?? [];

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

function userOrAccount(user: string): Impersonation {
  const [, namespace = '', name = ''] = ACCOUNT.exec(user) ?? [];
  const isAccount = labelFault(namespace) === undefined && subdomainFault(name) === undefined;
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

/** Groups with the one that says whether the user is known, unless they say so already. */
function withImplied(name: string, groups: readonly string[]): readonly string[] {
  if (groups.includes(UNAUTHENTICATED)) return groups;
  if (name === ANONYMOUS_NAME) return [...groups, UNAUTHENTICATED];
  return groups.includes(AUTHENTICATED) ? groups : [...groups, AUTHENTICATED];
}

/** A 500, which is what kube-apiserver makes of it, in its words. */
function withoutUser(url: string, wanted: readonly Impersonation[]): StatusError {
  const list = wanted.map(({ kind, name, key = '' }) => {
    const version = RESOURCES[kind][0] === '' ? '' : `${AUTHENTICATION}/v1`;
    return `{${kind}  ${name}  ${version}  ${key}}`;
  });
  const why = `requested [${list.join(' ')}] without impersonating a user`;
  const path = url.replace(/^[a-z]+:\/\/[^/]*/, '');
  return new StatusError(500, 'InternalError', `Internal Server Error: ${JSON.stringify(path)}: ${why}`, {
    causes: [{ reason: 'UnexpectedServerResponse', field: '', message: why }],
  });
}
