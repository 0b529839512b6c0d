/**
 * Tokens of ServiceAccounts: signed and verified here; invalid once the account or the bound object is deleted.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { isObject, objectAt, stringAt, type JsonObject } from '../../model/json.js';
import { serviceAccountUser, type User } from './identity.js';
import type { Random } from '../../platform/random.js';
import { coreObject, type ApiContext } from '../api-context.js';

/** Issuer of the tokens, and their default audience. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** The contents of a token. */
export interface TokenSpec {
  readonly namespace: string;
  readonly account: string;
  readonly uid: string;
  readonly seconds: number;
  readonly audiences: readonly string[];
  /** The token becomes invalid when this object is deleted. */
  readonly bound?: BoundObject;
}

/** An object of the account's namespace that a token is bound to. */
export interface BoundObject {
  readonly kind: 'Pod' | 'Secret';
  readonly name: string;
  readonly uid: string;
}

const CLAIMS = { Pod: 'pod', Secret: 'secret' } as const;

const HEADER = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT' })).toString('base64url');
const sign = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Creates a signed token. */
export function issueToken(key: Buffer, spec: TokenSpec, now: Date, random: Random): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const claims = {
    iss: ISSUER,
    sub: `system:serviceaccount:${spec.namespace}:${spec.account}`,
    aud: spec.audiences,
    iat: seconds,
    nbf: seconds,
    exp: seconds + spec.seconds,
    jti: random.bytes(12).toString('hex'),
    'kubernetes.io': {
      namespace: spec.namespace,
      serviceaccount: { name: spec.account, uid: spec.uid },
      ...(spec.bound && { [CLAIMS[spec.bound.kind]]: { name: spec.bound.name, uid: spec.bound.uid } }),
    },
  };
  const body = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${body}.${sign(key, body).toString('base64url')}`;
}

/** Returns the user of a token; undefined if its signature, lifetime or bound object is not valid. */
export function readToken(key: Buffer, token: string, api: ApiContext): User | undefined {
  const claims = verified(key, token);
  const seconds = api.clock.date().getTime() / 1000;
  if (!claims || Number(claims['exp']) < seconds || Number(claims['nbf']) > seconds + 60) return undefined;
  const audiences: unknown = claims['aud'];
  if (!Array.isArray(audiences) || !audiences.includes(ISSUER)) return undefined;
  const bound = objectAt(claims, 'kubernetes.io');
  const namespace = stringAt(bound, 'namespace');
  const [name, uid] = [stringAt(bound, 'serviceaccount', 'name'), stringAt(bound, 'serviceaccount', 'uid')];
  if (coreObject(api, 'serviceaccounts', namespace, name)?.metadata.uid !== uid) return undefined;
  for (const claim of ['pod', 'secret']) {
    const [named, uid] = [stringAt(bound, claim, 'name'), stringAt(bound, claim, 'uid')];
    if (uid !== '' && coreObject(api, `${claim}s`, namespace, named)?.metadata.uid !== uid) return undefined;
  }
  const [podName, podUid] = [stringAt(bound, 'pod', 'name'), stringAt(bound, 'pod', 'uid')];
  if (podUid === '') return serviceAccountUser(namespace, name, uid);
  return {
    ...serviceAccountUser(namespace, name, uid),
    extra: {
      'authentication.kubernetes.io/pod-name': [podName],
      'authentication.kubernetes.io/pod-uid': [podUid],
    },
  };
}

function verified(key: Buffer, token: string): JsonObject | undefined {
  const [head = '', body = '', signature = ''] = token.split('.');
  const [actual, expected] = [Buffer.from(signature, 'base64url'), sign(key, `${head}.${body}`)];
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
    return isObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}
