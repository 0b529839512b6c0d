/**
 * Compares URLs of Git repositories. Pure.
 *
 * `https://git.example/acme/app.git`, `ssh://git@git.example:22/acme/app` and `git@git.example:acme/app/` refer to the
 * same repository over different protocols.
 */

const URL_FORM = /^([a-z][a-z0-9+.-]*):\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/]*)(?::\d*)?(\/.*)?$/i;
/** The scp-like syntax, `user@host:path`. */
const SCP_FORM = /^(?:[^@/:]+@)?(\[[^\]]*\]|[^:/]+):(?!\/\/)(.*)$/;

const REMOTE_SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'ssh', 'git', 'git+ssh', 'ssh+git']);

/**
 * Returns a key of host and path that is the same for all URLs of a repository; undefined if the URL has no remote
 * host.
 */
export function repositoryKey(address: string): string | undefined {
  const url = URL_FORM.exec(address.trim());
  if (url) {
    const [, scheme = '', host = '', path = ''] = url;
    return REMOTE_SCHEMES.has(scheme.toLowerCase()) ? keyOf(host, path) : undefined;
  }
  const [, host = '', path = ''] = SCP_FORM.exec(address.trim()) ?? [];
  return keyOf(host, path);
}

function keyOf(host: string, path: string): string | undefined {
  const segments = decoded(path).split('/').filter(Boolean);
  const last = segments.pop()?.replace(/\.git$/, '') ?? '';
  if (host === '' || last === '') return undefined;
  return [host.toLowerCase(), ...segments, last].join('/');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
