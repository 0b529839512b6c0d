/**
 * Which texts give a secret away.
 *
 * A value may be printed as it is, a line at a time, or encoded: base64 at any of three alignments (a token inside a header
 * inside a URL), escaped for JSON, percent-encoded, in hexadecimal. Names and addresses that secrets also carry are no secrets: masking a user
 * name would blank half of every log.
 */

import type { JsonObject } from '../manifests/json.js';
import { isObject, objectAt, textAt } from '../manifests/json.js';

/** Shorter values are not masked: they would blank ordinary words. */
export const SHORTEST = 4;

/** Beyond this many characters only lines and plain base64 are looked for, to bound memory. */
const LONG = 16 * 1024;

/** Keys that hold no secret, by the type of the Secret. */
const PUBLIC: Readonly<Record<string, ReadonlySet<string>>> = {
  'kubernetes.io/basic-auth': new Set(['username']),
  'kubernetes.io/ssh-auth': new Set(['known_hosts']),
  'kubernetes.io/service-account-token': new Set(['namespace', 'ca.crt']),
  'kubernetes.io/tls': new Set(['tls.crt', 'ca.crt']),
};

/** The values of one Secret object that must not be shown: `data` decoded, and `stringData`. */
export function valuesOf(secret: JsonObject): readonly { readonly key: string; readonly value: string }[] {
  const open = PUBLIC[textAt(secret, 'type') ?? ''] ?? new Set<string>();
  const data = Object.entries(objectAt(secret, 'data')).map(
    ([key, value]) => [key, typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : ''] as const,
  );
  const plain = Object.entries(objectAt(secret, 'stringData')).map(
    ([key, value]) => [key, typeof value === 'string' ? value : ''] as const,
  );
  return [...data, ...plain, ...accounts(secret, new Map([...data, ...plain]))]
    .filter(([key, value]) => !open.has(key) && value !== '')
    .flatMap(([key, value]) => [{ key, value }, ...registryPasswords(key, value)]);
}

/** The base64 of `user:password`, which HTTP and docker configurations carry. As text the user name stays legible. */
function accounts(secret: JsonObject, values: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  const [user, password] = [values.get('username'), values.get('password')];
  if (textAt(secret, 'type') !== 'kubernetes.io/basic-auth' || user === undefined || password === undefined) return [];
  return [['user:password', Buffer.from(`${user}:${password}`).toString('base64')]];
}

/** `password`, `auth` and the tokens inside a docker configuration, which a step may print on their own. */
function registryPasswords(key: string, value: string): readonly { readonly key: string; readonly value: string }[] {
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
      return found === undefined ? [] : [{ key: `${key}: ${field}`, value: found }];
    }),
  );
}

/** Every form of one value that is to be masked. */
export function needlesOf(value: string): readonly string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const texts = new Set([value, value.trim(), ...lines].filter((text) => text.length >= SHORTEST));
  return [...new Set([...texts].flatMap((text) => [text, ...encodings(text)]))];
}

function encodings(text: string): readonly string[] {
  const base64 = Buffer.from(text).toString('base64');
  if (text.length > LONG) return [base64];
  const escaped = JSON.stringify(text).slice(1, -1);
  const percent = percentEncoded(text);
  const hex = Buffer.from(text).toString('hex');
  const forms = [
    base64,
    ...aligned(text),
    escaped,
    percent,
    percent.replaceAll('%20', '+'),
    percent.replace(/%../g, (code) => code.toLowerCase()),
    hex,
    hex.toUpperCase(),
  ];
  return [...forms, ...forms.slice(0, 4).map(urlSafe)].filter((form) => form.length >= SHORTEST && form !== text);
}

/** The base64 characters that depend on the value alone when one, two or no bytes come before it. */
function aligned(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6)),
  );
}

const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

/** Everything but unreserved characters, as `curl --data-urlencode` and Go's url.QueryEscape write it. */
const percentEncoded = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
