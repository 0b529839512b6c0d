/**
 * The credentials of a listening registry: random, new on each start.
 *
 * They grant push and pull of everything. Separate from the registry, because callers in the same process need no credentials.
 */

import { equalInConstantTime } from '../http/loopback-server.js';
import type { Random } from '../platform/random.js';
import { RegistryError } from './registry-error.js';

/** A user name and a password for HTTP Basic authentication. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

/** Returns new credentials. */
export const newLogin = (random: Random): RegistryLogin => ({
  username: 'pipewright',
  password: random.bytes(24).toString('base64url'),
});

const CHALLENGE = { 'www-authenticate': 'Basic realm="Pipewright registry", charset="UTF-8"' };

/** Throws a {@link RegistryError} unless a request has these credentials. */
export function requireLogin(request: Request, { username, password }: RegistryLogin): void {
  const [, credentials] = /^Basic +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  if (credentials === undefined)
    throw new RegistryError('UNAUTHORIZED', 'authentication required (HTTP Basic)', undefined, CHALLENGE);
  if (!equalInConstantTime(Buffer.from(credentials, 'base64').toString(), `${username}:${password}`))
    throw new RegistryError('UNAUTHORIZED', 'wrong credentials; they are new for each run', undefined, CHALLENGE);
}
