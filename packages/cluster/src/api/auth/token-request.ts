/**
 * Token requests of ServiceAccounts (`serviceaccounts/token`), bound to a pod or a Secret if requested.
 *
 * Separate from the tokens (`tokens.ts`), which do not depend on requests.
 */

import { decodeKind } from '../kinds/decode.js';
import {
  valueAt,
  isObject,
  objectAt,
  stringAt,
  stringsAt,
  type JsonObject,
  type KubeObject,
} from '../../model/json.js';
import { badRequest, conflict, invalid, invalidValue, notFound, type NamedResource } from '../status-error.js';
import { ISSUER, issueToken, type BoundObject } from './tokens.js';
import { timestamp } from '@pipewright/apimachinery';
import { coreObject, type ApiContext } from '../api-context.js';

const REVIEW: NamedResource = { group: 'authentication.k8s.io', plural: 'tokenrequests', kind: 'TokenRequest' };
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;

/** Answers a TokenRequest for an account. Throws if it is invalid or bound to an object that does not exist. */
export function createToken(api: ApiContext, key: Buffer, account: KubeObject, body: JsonObject): JsonObject {
  decodeKind('TokenRequest', 'v1', body);
  const spec = objectAt(body, 'spec');
  const seconds = secondsOf(spec);
  const audiences = stringsAt(spec, 'audiences').length > 0 ? stringsAt(spec, 'audiences') : [ISSUER];
  const reference = valueAt(spec, 'boundObjectRef');
  const bound = isObject(reference) ? boundObject(api, account, reference) : undefined;
  const { namespace = '', name, uid } = account.metadata;
  const now = api.clock.date();
  const tokenSpec = { namespace, account: name, uid, seconds, audiences, ...(bound && { bound }) };
  const token = issueToken(key, tokenSpec, now, api.random);
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: timestamp(now) },
    spec: { ...spec, audiences, expirationSeconds: seconds },
    status: { token, expirationTimestamp: timestamp(new Date(now.getTime() + seconds * 1000)) },
  };
}

function secondsOf(spec: JsonObject): number {
  const requested = valueAt(spec, 'expirationSeconds');
  const seconds = typeof requested === 'number' ? requested : 3600;
  const invalidSeconds = (reason: string): Error =>
    invalid(REVIEW, '', [invalidValue('spec.expirationSeconds', seconds, reason)]);
  if (seconds < MIN_SECONDS) throw invalidSeconds('may not specify a duration less than 10 minutes');
  if (seconds > MAX_SECONDS) throw invalidSeconds('may not specify a duration larger than 2^32 seconds');
  return seconds;
}

const BOUND_KINDS = ['Pod', 'Secret'] as const;

function boundObject(api: ApiContext, account: KubeObject, reference: JsonObject): BoundObject {
  const [requested, apiVersion] = [stringAt(reference, 'kind'), stringAt(reference, 'apiVersion')];
  const name = stringAt(reference, 'name');
  const kind = BOUND_KINDS.find((each) => each === requested && !apiVersion.includes('/'));
  if (kind === undefined)
    throw badRequest(`cannot bind token to object of type ${typeText(apiVersion)}, Kind=${requested}`);
  const plural = `${kind.toLowerCase()}s`;
  const type: NamedResource = { group: '', plural, kind };
  const found = coreObject(api, plural, account.metadata.namespace ?? '', name);
  if (!found) throw notFound(type, name);
  if (kind === 'Pod' && stringAt(found, 'spec', 'serviceAccountName') !== account.metadata.name) {
    const prefix = `cannot bind token for serviceaccount ${JSON.stringify(account.metadata.name)} to pod`;
    throw badRequest(`${prefix} running with different serviceaccount name.`);
  }
  const uid = stringAt(reference, 'uid');
  if (uid !== '' && uid !== found.metadata.uid) {
    const reason = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict(type, name, reason);
  }
  return { kind, name, uid: found.metadata.uid };
}

/** Formats a group and version as Go does: the core group is empty before its slash. */
const typeText = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion : `/${apiVersion}`);
