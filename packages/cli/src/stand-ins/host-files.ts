/**
 * The files by which programs in containers are led to this machine's stand-ins.
 *
 * Mostly ordinary configuration of ordinary programs: git rewrites addresses by `insteadOf`, and image tools look up where a
 * registry really is. Nothing in a manifest changes. Pure.
 */

import type { RegistryLogin } from '@pipewright/cluster';
import type { JsonObject } from '../json.js';

/**
 * `/etc/gitconfig`: each address is answered by another, whether or not it is written with `.git` at its end.
 *
 * git replaces the beginning of an address, so `…/shop` would take `…/shop-2` along. Of several beginnings it takes the longest:
 * an address that is known and answered elsewhere is kept by naming it as itself.
 *
 * @param others addresses that nothing here answers
 */
export function gitConfig(answeredBy: ReadonlyMap<string, string>, others: Iterable<string>): string {
  const bare = (url: string): string => url.replace(/\.git$/, '');
  const answered = new Map([...answeredBy].map(([url, local]) => [bare(url), local]));
  for (const [url, local] of answeredBy) if (answered.get(bare(url)) !== local) answered.set(url, local);
  const begun = [...new Set(others)].filter(
    (url) => !answered.has(bare(url)) && [...answered.keys()].some((one) => url.startsWith(one)),
  );
  return [...answered, ...begun.map((url) => [url, url] as const)]
    .map(([url, local]) => `[url ${quoted(local)}]\n\tinsteadOf = ${quoted(url)}\n`)
    .join('');
}

/** git's own quoting, in which backslash and quote are escaped and a line ends what it is in. */
const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replace(/[\r\n]/g, '')}"`;

/** Where the controller's own steps, and the gsutil that stands in, look up which buckets this machine answers for. */
export const BUCKETS_FILE = '/etc/pipewright/buckets.json';

/** {@link BUCKETS_FILE}: each bucket, and the address of the store that answers for it. */
export const bucketsJson = (buckets: Iterable<string>, url: string): string =>
  JSON.stringify(Object.fromEntries([...buckets].map((bucket) => [bucket, url])));

/** `/etc/containers/registries.conf`: registries that are really the one at `location`, without TLS. */
export const registriesConf = (registries: Iterable<string>, location: string): string =>
  [...registries]
    .map(
      (prefix) =>
        `[[registry]]\nprefix = ${JSON.stringify(prefix)}\nlocation = ${JSON.stringify(location)}\ninsecure = true\n`,
    )
    .join('\n');

/** Returns the name of the local registry in references to images, by the port that it listens on. */
export const localRegistry = (port: number): string => `127.0.0.1:${String(port)}`;

/** Where every container has the credentials of the local registry, in the form of a `DOCKER_CONFIG` directory. */
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
