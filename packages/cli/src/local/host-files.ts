/**
 * The files by which programs in containers are led to this machine's stand-ins.
 *
 * Mostly ordinary configuration of ordinary programs: git rewrites addresses by `insteadOf`, and image tools look up where a
 * registry really is. Nothing in a manifest changes. Pure.
 */

/** `/etc/gitconfig`: each address is answered by another. */
export function gitConfig(answeredBy: ReadonlyMap<string, string>): string {
  const sections = [...answeredBy].map(([url, local]) => `[url ${quoted(local)}]\n\tinsteadOf = ${quoted(url)}\n`);
  return sections.join('');
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
