/**
 * Configuration files that point programs in containers to the stand-ins on this machine.
 *
 * Mostly uses existing features: git rewrites URLs with `insteadOf`, and image tools support alternative registry
 * locations. Manifests stay unchanged. Pure.
 */

import type { RegistryLogin } from '@pipewright/cluster';
import type { JsonObject } from '../json.js';

/**
 * Returns `/etc/gitconfig`, which replaces each URL, with or without `.git` at its end, by another one.
 *
 * git replaces URL prefixes, so a rule for `…/shop` also matches `…/shop-2`. The longest prefix takes precedence: a
 * known URL that must not be rewritten gets a rule that maps it to itself.
 *
 * @param others URLs without a stand-in
 */
export function gitConfig(localUrls: ReadonlyMap<string, string>, others: Iterable<string>): string {
  const withoutSuffix = (url: string): string => url.replace(/\.git$/, '');
  const rewrites = new Map([...localUrls].map(([url, local]) => [withoutSuffix(url), local]));
  for (const [url, local] of localUrls) if (rewrites.get(withoutSuffix(url)) !== local) rewrites.set(url, local);
  const exceptions = [...new Set(others)].filter(
    (url) => !rewrites.has(withoutSuffix(url)) && [...rewrites.keys()].some((one) => url.startsWith(one)),
  );
  return [...rewrites, ...exceptions.map((url) => [url, url] as const)]
    .map(([url, local]) => `[url ${quoted(local)}]\n\tinsteadOf = ${quoted(url)}\n`)
    .join('');
}

/**
 * Quotes a value for a git config file: escapes backslashes and quotes, and drops line breaks, which would end the
 * value.
 */
const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replace(/[\r\n]/g, '')}"`;

/**
 * The file in which the controller's own steps, and the gsutil replacement, look up which buckets this machine serves.
 */
export const BUCKETS_FILE = '/etc/pipewright/buckets.json';

/** Returns the content of {@link BUCKETS_FILE}: each bucket, and the URL of its object store. */
export const bucketsJson = (buckets: Iterable<string>, url: string): string =>
  JSON.stringify(Object.fromEntries([...buckets].map((bucket) => [bucket, url])));

/** Returns `/etc/containers/registries.conf`, which redirects registries to the one at `location`, without TLS. */
export const registriesConf = (registries: Iterable<string>, location: string): string =>
  [...registries]
    .map(
      (prefix) =>
        `[[registry]]\nprefix = ${JSON.stringify(prefix)}\nlocation = ${JSON.stringify(location)}\ninsecure = true\n`,
    )
    .join('\n');

/** Returns the host and port of the local registry, as used in image references. */
export const localRegistry = (port: number): string => `127.0.0.1:${String(port)}`;

/** The path of the local registry's credentials in every container, in the format of a `DOCKER_CONFIG` directory. */
export const DOCKER_CONFIG_FILE = '/etc/pipewright/docker/config.json';

/** Returns a docker config ({@link DOCKER_CONFIG_FILE}) with the credentials of one registry. */
export const dockerConfig = (registry: string, { username, password }: RegistryLogin): string =>
  JSON.stringify({ auths: { [registry]: { auth: Buffer.from(`${username}:${password}`).toString('base64') } } });

/** Returns the credentials of a registry as a Secret, for masking. */
export const loginSecret = (registry: string, login: RegistryLogin): JsonObject => ({
  kind: 'Secret',
  metadata: { name: 'local-registry' },
  type: 'kubernetes.io/dockerconfigjson',
  stringData: { '.dockerconfigjson': dockerConfig(registry, login), password: login.password },
});
