/**
 * Checks Git URLs and revisions before they are passed to git as arguments.
 *
 * Neither may look like an option, and only network transports are allowed. The controller repeats the check before it
 * creates a pod, since resources can be embedded in runs.
 */

const SCHEMES = ['https', 'http', 'ssh', 'git'];

/** Returns the problem of a Git URL, as the predicate of a sentence; `undefined` if the URL is allowed. */
export function invalidGitUrlReason(url: string): string | undefined {
  if (url.startsWith('-')) return 'begins with a dash, which makes it an option';
  if (hasControlCharacters(url)) return 'contains spaces or control characters';
  const transport = /^([A-Za-z0-9+.-]+)::/.exec(url)?.[1];
  if (transport !== undefined) return `uses the transport '${transport}', which runs a program`;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1];
  if (scheme !== undefined) {
    if (!SCHEMES.includes(scheme.toLowerCase())) return `has the scheme '${scheme}'`;
    const host = hostOf(url.slice(scheme.length + 3));
    if (host === '') return 'has no host';
    return host.startsWith('-') ? 'has a host that begins with a dash' : undefined;
  }
  const scp = /^(?:([^/@:]+)@)?([^/:@]+):(?!\/\/)/.exec(url);
  if (!scp) return 'is a path of this machine, not a URL';
  return scp[2]?.startsWith('-') ? 'has a host that begins with a dash' : undefined;
}

/** Returns the host and port from the part of a URL after `scheme://`. */
export function hostOf(rest: string): string {
  const authority = rest.split('/', 1)[0] ?? '';
  return authority.slice(authority.lastIndexOf('@') + 1);
}

/** Returns the host of a URL that contains a password; `undefined` for any other URL. */
export function hostOfUrlWithPassword(url: string): string | undefined {
  const found = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/]*)@([^/@]*)/.exec(url);
  return found?.[1]?.includes(':') ? found[2] : undefined;
}

/** Returns the problem of a Git revision, as the predicate of a sentence; `undefined` if the revision is allowed. */
export function invalidGitRevisionReason(revision: string): string | undefined {
  if (revision.startsWith('-')) return 'begins with a dash, which makes it an option';
  if (revision.startsWith('+')) return "begins with '+', which makes it a refspec";
  if (hasControlCharacters(revision)) return 'contains spaces or control characters';
  if (revision.includes('..')) return "contains '..'";
  if (revision.includes('@{')) return "contains '@{'";
  const sign = /[~^:?*[\\]/.exec(revision)?.[0];
  if (sign !== undefined) return `contains '${sign}'`;
  if (revision.startsWith('/') || revision.endsWith('/') || revision.includes('//')) return "has a '/' too many";
  if (revision.endsWith('.') || revision.endsWith('.lock')) return "ends in '.' or '.lock'";
  return revision.length > 255 ? 'is longer than 255 characters' : undefined;
}

/** Whether a text contains control characters or spaces, which are not valid in URLs and references. */
export function hasControlCharacters(text: string): boolean {
  return [...text].some((sign) => sign <= ' ' || sign === '\u007f');
}
