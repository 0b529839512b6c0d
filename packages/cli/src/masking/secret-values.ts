/**
 * Selects the values of a Secret that must not be printed, and determines which of them cannot be masked.
 *
 * Names and addresses in Secrets are not confidential, and a value that is common in ordinary output cannot be masked:
 * masking `true` would blank half of every log and protect nothing.
 */

import type { JsonObject } from '../json.js';
import { isObject, objectAt, textAt } from '../json.js';
import { withoutControls } from './decoders.js';

/** A value, and its origin as `secret/key`. */
export interface SecretValue {
  readonly name: string;
  readonly text: string;
}

/** Minimum length of a masked value: shorter ones would blank ordinary words. */
export const MIN_LENGTH = 4;

/** Keys whose values are not confidential, by the type of the Secret. */
const PUBLIC_KEYS: Readonly<Record<string, ReadonlySet<string>>> = {
  'kubernetes.io/basic-auth': new Set(['username']),
  'kubernetes.io/ssh-auth': new Set(['known_hosts']),
  'kubernetes.io/service-account-token': new Set(['namespace', 'ca.crt']),
  'kubernetes.io/tls': new Set(['tls.crt', 'ca.crt']),
};

/** Returns the values of one Secret that must not be shown: decoded `data`, and `stringData`. */
export function secretValues(secret: JsonObject): readonly SecretValue[] {
  const publicKeys = PUBLIC_KEYS[textAt(secret, 'type') ?? ''] ?? new Set<string>();
  const data = Object.entries(objectAt(secret, 'data')).flatMap(([key, value]) =>
    typeof value === 'string' ? decoded(value).map((text) => [key, text] as const) : [],
  );
  const plain = Object.entries(objectAt(secret, 'stringData')).map(
    ([key, value]) => [key, typeof value === 'string' ? value : ''] as const,
  );
  const secretName = textAt(secret, 'metadata', 'name') ?? '?';
  return [...data, ...plain, ...basicAuthValues(secret, new Map([...data, ...plain]))]
    .filter(([key, value]) => !publicKeys.has(key) && value !== '')
    .flatMap(([key, value]) => [[key, value] as const, ...registryPasswords(key, value)])
    .map(([key, text]) => ({ name: `${secretName}/${key}`, text }));
}

/** Returns the text of a base64 value; for binary data, also the base64 itself, which `kubectl get` prints. */
function decoded(base64: string): readonly string[] {
  const bytes = Buffer.from(base64, 'base64');
  const text = bytes.toString('utf8');
  const isUtf8 = Buffer.from(text).equals(bytes);
  return [...(isUtf8 ? [] : [bytes.toString('base64')]), text];
}

/**
 * Returns the base64 of `user:password`, as used by HTTP and docker configurations. In plain text, the user name stays
 * readable.
 */
function basicAuthValues(
  secret: JsonObject,
  values: ReadonlyMap<string, string>,
): readonly (readonly [string, string])[] {
  const [user, password] = [values.get('username'), values.get('password')];
  if (textAt(secret, 'type') !== 'kubernetes.io/basic-auth' || user === undefined || password === undefined) return [];
  return [['user:password', Buffer.from(`${user}:${password}`).toString('base64')]];
}

/** Returns `password`, `auth` and the tokens of a docker configuration, which a step may print separately. */
function registryPasswords(key: string, value: string): readonly (readonly [string, string])[] {
  if (key !== '.dockerconfigjson' && key !== '.dockercfg' && key !== 'config.json') return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return [];
  }
  const hosts = isObject(parsed) && isObject(parsed['auths']) ? parsed['auths'] : parsed;
  if (!isObject(hosts)) return [];
  return Object.values(hosts).flatMap((host) =>
    ['password', 'auth', 'identitytoken', 'registrytoken'].flatMap((field) => {
      const found = textAt(host, field);
      return found === undefined ? [] : [[`${key}: ${field}`, found] as const];
    }),
  );
}

/** Returns why a value, or a line of one, is not masked; undefined if it is. */
export function whyNotMasked(text: string): 'too short' | 'too common' | undefined {
  const word = withoutControls(text).trim().toLowerCase();
  if (word.length < MIN_LENGTH) return 'too short';
  const isCommon = COMMON_WORDS.has(word) || NUMBER.test(word) || REPEATED.test(word);
  return isCommon ? 'too common' : undefined;
}

/** Numbers with few digits: ports, sizes, years, versions and loopback addresses. */
const NUMBER = /^(?=(?:\D*\d){0,7}\D*$)[-+]?[\d.,:/_-]+[a-z%]?$/;

/** One or two repeated characters, such as a horizontal line. */
const REPEATED = /^(.{1,2})\1+$/u;

/**
 * Returns whether a line of a value only opens a YAML block. Do not use it for single-line values, which are not YAML
 * files.
 */
export const isYamlKey = (line: string): boolean => YAML_KEY.test(line);

const YAML_KEY = /^(?:- )?[\w.-]+:$/;

/** Words that are common in program output and in configurations. */
const COMMON_WORDS: ReadonlySet<string> = new Set([
  'nobody',
  ...`true false null none undefined enabled disabled default auto yes no on off
  admin root user username password passwd secret token test tests testing demo example localhost guest
  main master develop development staging production prod latest stable release local global public private
  info debug warn warning error fatal trace http https ssh tcp git json yaml text plain name value file data
  string number bool boolean object array kind type status code message version
  succeeded success failed failure running pending started completed skipped cancelled build deploy
  postgres mysql mariadb mongodb redis docker kubernetes linux amd64 arm64 bash node python
  begin end export 0.0.0.0 127.0.0.1`.split(/\s+/),
]);
