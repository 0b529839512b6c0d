/**
 * Acting as somebody else (`kubectl --as`): allowed to whoever may `impersonate` that user and those groups.
 */

import { authorize } from './authorize.js';
import type { User } from './identity.js';
import type { Incoming } from './plain.js';
import { badRequest } from './refusal.js';
import type { World } from './world.js';

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** The user that a request is to be carried out as: the one who asks, unless headers name another. */
export function impersonated(world: World, user: User, headers: Incoming['headers']): User {
  const name = headers.get('impersonate-user') ?? '';
  const groups = (headers.get('impersonate-group') ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  if (name === '') {
    if (groups.length > 0) throw badRequest('requested [{Group}] without impersonating a user');
    return user;
  }
  const [, namespace, account] = ACCOUNT.exec(name) ?? [];
  const asked = {
    kind: 'resource',
    verb: 'impersonate',
    group: '',
    version: 'v1',
    subresource: '',
    namespace: '',
  } as const;
  if (namespace !== undefined && account !== undefined) {
    authorize(world, user, { ...asked, resource: 'serviceaccounts', namespace, name: account });
    return { name, groups: groups.length > 0 ? groups : accountGroups(namespace) };
  }
  authorize(world, user, { ...asked, resource: 'users', name });
  for (const group of groups) authorize(world, user, { ...asked, resource: 'groups', name: group });
  return { name, groups: [...groups, 'system:authenticated'] };
}

const accountGroups = (namespace: string): readonly string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
  'system:authenticated',
];
