/**
 * Authenticates to a registry: responds to its challenge with or without a login.
 *
 * Logins come from Secrets in the formats of docker. They are read only to look up an image and are never logged, stored or put into a
 * message.
 */

/** Credentials of a registry. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Options of the response to a challenge. */
export interface AnswerOptions {
  readonly login: Login | undefined;
  /** The registry is used without TLS, so its token server may be too. */
  readonly plain: boolean;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
}

const basic = ({ username, password }: Login): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/**
 * Responds to `WWW-Authenticate`.
 *
 * @returns the value of `Authorization`
 * @throws Error if the challenge cannot be answered or no token was issued
 */
export async function authorize(challenge: string, { login, plain, fetch, signal }: AnswerOptions): Promise<string> {
  const scheme = challenge.split(' ', 1)[0]?.toLowerCase();
  if (scheme === 'basic' && login) return basic(login);
  if (scheme !== 'bearer') throw new Error('it requires credentials, and the run has none for it');
  const challengeParams = new Map(
    [...challenge.matchAll(/([a-z]+)="([^"]*)"/gi)].map(([, key = '', value = '']) => [key, value]),
  );
  const named = challengeParams.get('realm') ?? '';
  const realm = URL.canParse(named) ? new URL(named) : undefined;
  if (!realm || (realm.protocol !== 'https:' && !(plain && realm.protocol === 'http:')))
    throw new Error('it has no token server with an https URL');
  for (const key of ['service', 'scope']) {
    const value = challengeParams.get(key);
    if (value !== undefined) realm.searchParams.set(key, value);
  }
  const response = await fetch(realm, {
    redirect: 'error',
    signal,
    ...(login && { headers: { authorization: basic(login) } }),
  });
  const given = response.ok ? ((await response.json()) as { token?: unknown; access_token?: unknown }) : {}; // checked below
  const token = [given.token, given.access_token].find((one) => typeof one === 'string' && one !== '');
  if (typeof token !== 'string')
    throw new Error(`its token server rejects the request (HTTP status ${String(response.status)})`);
  return `Bearer ${token}`;
}

/** The fields of a Secret that contain logins. */
export interface LoginSecret {
  readonly type?: string;
  /** Base64. */
  readonly data?: Readonly<Record<string, string>>;
}

/** Returns the first login for a registry's host. Skips Secrets that cannot be parsed. */
export function loginFor(host: string, secrets: readonly LoginSecret[]): Login | undefined {
  for (const { type, data } of secrets) {
    const config = parsed(data?.[type === 'kubernetes.io/dockercfg' ? '.dockercfg' : '.dockerconfigjson']);
    const auths = type === 'kubernetes.io/dockercfg' ? config : objectIn(config, 'auths');
    for (const [key, entry] of Object.entries(auths)) {
      const login = hostIn(key) === host ? loginIn(entry) : undefined;
      if (login) return login;
    }
  }
  return undefined;
}

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;

const objectIn = (value: JsonObject, key: string): JsonObject => (isObject(value[key]) ? value[key] : {});

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

function parsed(base64: string | undefined): JsonObject {
  try {
    const value: unknown = JSON.parse(decoded(base64 ?? ''));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Returns the host of a login; `https://index.docker.io/v1/` and its variants are `docker.io`. */
function hostIn(key: string): string {
  const host = key.replace(/^https?:\/\//, '').split('/', 1)[0] ?? '';
  return ['index.docker.io', 'registry-1.docker.io'].includes(host) ? 'docker.io' : host;
}

function loginIn(entry: unknown): Login | undefined {
  if (!isObject(entry)) return undefined;
  const { username, password, auth } = entry;
  if (typeof username === 'string' && typeof password === 'string') return { username, password };
  const both = typeof auth === 'string' ? decoded(auth) : '';
  const colon = both.indexOf(':');
  return colon < 1 ? undefined : { username: both.slice(0, colon), password: both.slice(colon + 1) };
}
