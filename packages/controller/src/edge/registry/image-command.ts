/**
 * The default `findCommand`: reads the image's registry with the logins of the run's ServiceAccount.
 *
 * Results are cached for a minute, for images with a digest until the cache is full.
 */

import { SECRETS, SERVICE_ACCOUNTS, type KubeClient, type KubeObject } from '@pipewright/kube';
import type { Clock } from '@pipewright/apimachinery';
import type { ImageCommandResult } from '../../pod/image-command.js';
import { loginFor, type LoginSecret } from './auth.js';
import { lookUpImage } from './client.js';
import type { Registries } from './session.js';
import type { FindCommand } from '../controller-options.js';

interface Account extends KubeObject {
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly secrets?: readonly { readonly name?: string }[];
}

/** The maximum number of cached images, and the milliseconds for which the image of a tag is cached. */
const MAX_CACHE_ENTRIES = 1024;
const TAG_TTL_MS = 60_000;

/** Returns a `findCommand`. */
export function registryImageCommand(
  client: KubeClient,
  clock: Clock,
  registries: Registries = {},
  fetchFn: typeof fetch = fetch,
): FindCommand {
  const known = new Map<string, { readonly found: ImageCommandResult; readonly until: number }>();
  return async (image, at) => {
    // The account is part of the key: accounts can have different permissions in a registry.
    const key = `${at.namespace}/${at.serviceAccount} ${image}`;
    const now = clock.now();
    const cached = known.get(key);
    known.delete(key);
    if (cached && now < cached.until) {
      known.set(key, cached);
      return cached.found;
    }
    const secrets = await loginSecrets(client, at);
    const found = await lookUpImage(image, { registries, login: (host) => loginFor(host, secrets), fetch: fetchFn });
    if (found.kind === 'command') {
      known.set(key, { found, until: image.includes('@') ? Infinity : now + TAG_TTL_MS });
      const [oldest] = known.keys();
      if (known.size > MAX_CACHE_ENTRIES && oldest !== undefined) known.delete(oldest);
    }
    return found;
  };
}

const LOGIN_SECRET_TYPES: ReadonlySet<string | undefined> = new Set([
  'kubernetes.io/dockerconfigjson',
  'kubernetes.io/dockercfg',
]);

/** Returns the Secrets for pulling, then those for pushing. */
async function loginSecrets(
  client: KubeClient,
  { namespace, serviceAccount: name }: Parameters<FindCommand>[1],
): Promise<readonly LoginSecret[]> {
  const account = await client.get<Account>(SERVICE_ACCOUNTS, { namespace, name });
  const names = [...(account?.imagePullSecrets ?? []), ...(account?.secrets ?? [])].flatMap(
    ({ name: one }) => one ?? [],
  );
  const secrets = await Promise.all(
    [...new Set(names)].map((one) => client.get<KubeObject & LoginSecret>(SECRETS, { namespace, name: one })),
  );
  return secrets.filter((secret) => secret !== undefined && LOGIN_SECRET_TYPES.has(secret.type)) as LoginSecret[]; // the filter removes undefined
}
