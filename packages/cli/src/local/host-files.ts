/**
 * The files by which programs in containers are led to this machine's stand-ins.
 *
 * Both are ordinary configuration of ordinary programs: git rewrites addresses by `insteadOf`, and image tools look up where a
 * registry really is. Nothing in a manifest changes. Pure.
 */

/** `/etc/gitconfig`: each address is answered by another. */
export function gitConfig(answeredBy: ReadonlyMap<string, string>): string {
  const sections = [...answeredBy].map(([url, local]) => `[url ${quoted(local)}]\n\tinsteadOf = ${quoted(url)}\n`);
  return sections.join('');
}

/** git's own quoting, in which backslash and quote are escaped and a line ends what it is in. */
const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replace(/[\r\n]/g, '')}"`;

/** `/etc/containers/registries.conf`: registries that are really the one at `location`, without TLS. */
export const registriesConf = (registries: Iterable<string>, location: string): string =>
  [...registries]
    .map(
      (prefix) =>
        `[[registry]]\nprefix = ${JSON.stringify(prefix)}\nlocation = ${JSON.stringify(location)}\ninsecure = true\n`,
    )
    .join('\n');
