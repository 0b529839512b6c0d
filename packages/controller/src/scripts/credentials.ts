/**
 * Turns the ServiceAccount's secrets, mounted as files, into the files that git, ssh and docker look for in HOME.
 *
 * The controller knows secrets by name, type and annotation alone; what they hold is read here, inside the pod, by the
 * first step's shell, and goes from file to file: never into an argument, an environment or the Pod. Order is the
 * ServiceAccount's, then the annotation's key, so equal secrets give equal files; a later entry wins.
 */

import { JSON_AWK } from './json-awk.js';
import { compact } from './shell-text.js';

/** Where a secret is mounted in the container that writes the files. */
export const secretDir = (name: string): string => `/var/build-secrets/${name}`;

/** One use of one secret. */
export type Credential =
  | { readonly kind: 'basic-git'; readonly secret: string; readonly url: string }
  | { readonly kind: 'ssh-git'; readonly secret: string; readonly host: string }
  | { readonly kind: 'basic-docker'; readonly secret: string; readonly registry: string }
  | { readonly kind: 'docker-config'; readonly secret: string }
  | { readonly kind: 'docker-cfg'; readonly secret: string };

/** What is read of a Secret; `data` is left out on purpose. */
export interface SecretHeader {
  readonly name: string;
  readonly type: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** @returns the uses of the secrets, in the order in which they count; secrets of other types give none */
export const credentialsOf = (secrets: readonly SecretHeader[]): readonly Credential[] => secrets.flatMap(usesOf);

function usesOf({ name: secret, type, annotations }: SecretHeader): readonly Credential[] {
  const named = (prefix: string): readonly string[] =>
    Object.entries(annotations)
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, value]) => value.trim());
  switch (type) {
    case 'kubernetes.io/basic-auth':
      return [
        ...named('tekton.dev/git-').map((url) => ({ kind: 'basic-git', secret, url }) as const),
        ...named('tekton.dev/docker-').map((registry) => ({ kind: 'basic-docker', secret, registry }) as const),
      ];
    case 'kubernetes.io/ssh-auth':
      return named('tekton.dev/git-').map((host) => ({ kind: 'ssh-git', secret, host }) as const);
    case 'kubernetes.io/dockerconfigjson':
      return [{ kind: 'docker-config', secret }];
    case 'kubernetes.io/dockercfg':
      return [{ kind: 'docker-cfg', secret }];
    default:
      return [];
  }
}

/** The first annotation that no file could hold: blanks and line ends would begin a line of their own. As a sentence. */
export function badAnnotation(secrets: readonly SecretHeader[]): string | undefined {
  for (const { name, annotations } of secrets) {
    for (const [key, value] of Object.entries(annotations)) {
      if (/^tekton\.dev\/(git|docker)-/.test(key) && (value.trim() === '' || /[\s\p{Cc}]/u.test(value.trim())))
        return `secret "${name}": annotation ${key} is ${JSON.stringify(value)}, which is neither a url nor a host`;
    }
  }
  return undefined;
}

/** The bytes of text as awk numbers, and what is made of them. `LC_ALL=C` makes a character a byte. */
const BYTES_AWK = `
  BEGIN { for (b = 1; b < 256; b++) code[sprintf("%c", b)] = b; A = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" }
  function content(file,  line, all, lines) { while ((getline line < file) > 0) all = all (lines++ ? "\\n" : "") line; close(file); return all }
  function url(text,  i, c, out) {
    for (i = 1; i <= length(text); i++) { c = substr(text, i, 1); out = out (c ~ /[A-Za-z0-9_.~-]/ ? c : sprintf("%%%02X", code[c])) }
    return out
  }
  function json(text,  i, c, out) {
    for (i = 1; i <= length(text); i++) {
      c = substr(text, i, 1)
      out = out (c == "\\"" || c == "\\\\" ? "\\\\" c : code[c] < 32 ? sprintf("\\\\u%04x", code[c]) : c)
    }
    return out
  }
  function base64(text,  i, x, y, z, out) {
    for (i = 1; i <= length(text); i += 3) {
      x = code[substr(text, i, 1)] + 0; y = code[substr(text, i + 1, 1)] + 0; z = code[substr(text, i + 2, 1)] + 0
      out = out substr(A, int(x / 4) + 1, 1) substr(A, x % 4 * 16 + int(y / 16) + 1, 1)
      out = out (i + 1 > length(text) ? "=" : substr(A, y % 16 * 4 + int(z / 64) + 1, 1))
      out = out (i + 2 > length(text) ? "=" : substr(A, z % 64 + 1, 1))
    }
    return out
  }
`;

/** Prints `.gitconfig` (mode config) or `.git-credentials` (mode store) from `secret dir, url` pairs in ARGV. */
const GIT_AWK = compact(`${BYTES_AWK}
  function quote(text,  i, c, out) {
    for (i = 1; i <= length(text); i++) { c = substr(text, i, 1); out = out (c == "\\n" ? "\\\\n" : c == "\\"" || c == "\\\\" ? "\\\\" c : c) }
    return out
  }
  BEGIN {
    if (mode == "config") printf "[credential]\\n\\thelper = store\\n"
    for (k = 1; k + 1 < ARGC; k += 2) {
      user = content(ARGV[k] "/username"); at = ARGV[k + 1]
      if (mode == "config") { printf "[credential \\"%s\\"]\\n\\tusername = %s\\n", quote(at), user ~ /^[A-Za-z0-9_.@+-]*$/ ? user : "\\"" quote(user) "\\""; continue }
      scheme = "https://"
      if (match(at, /^[a-z]+:\\/\\//)) { scheme = substr(at, 1, RLENGTH); at = substr(at, RLENGTH + 1) }
      print scheme url(user) ":" url(content(ARGV[k] "/password")) "@" at
    }
  }
`);

/** Prints one `config.json` from `kind, secret dir, registry` triples in ARGV, which come in the order that counts. */
const DOCKER_AWK = compact(`${JSON_AWK}${BYTES_AWK}
  function entry(key, value) { if (!(key in auth)) order[++entries] = key; auth[key] = value }
  function members(  key) {
    if (!after("{")) return
    while (space() != "}" && p <= n) { key = word(); after(":"); entry(key, skip()); after(",") }
    p++
  }
  BEGIN {
    for (k = 1; k + 2 < ARGC; k += 3) {
      dir = ARGV[k + 1]
      if (ARGV[k] == "docker-cfg") { slurp(dir "/.dockercfg"); members() }
      else if (ARGV[k] == "docker-config") {
        slurp(dir "/.dockerconfigjson"); after("{")
        while (space() != "}" && p <= n) { key = word(); after(":"); if (key == "auths") members(); else skip(); after(",") }
      } else {
        user = content(dir "/username"); pass = content(dir "/password")
        entry(json(ARGV[k + 2]), "{\\"username\\":\\"" json(user) "\\",\\"password\\":\\"" json(pass) "\\",\\"auth\\":\\"" base64(user ":" pass) "\\",\\"email\\":\\"not@val.id\\"}")
      }
    }
    for (i = 2; i <= entries; i++) {
      key = order[i]; for (j = i - 1; j >= 1 && order[j] "" > key ""; j--) order[j + 1] = order[j]
      order[j + 1] = key
    }
    printf "{\\"auths\\":{"
    for (i = 1; i <= entries; i++) printf "%s\\"%s\\":%s", (i > 1 ? "," : ""), order[i], auth[order[i]]
    printf "}}"
  }
`);

/**
 * @param dirOf where a secret's files are; tests that run the text outside a pod say otherwise
 * @returns shell text for the first step's entrypoint, or undefined when there is nothing to write
 */
export function credentialsScript(
  credentials: readonly Credential[],
  dirOf: (secret: string) => string = secretDir,
): string | undefined {
  if (credentials.length === 0) return undefined;
  return compact(`
    set -e
    umask 077
    export LC_ALL=C
    ${gitFiles(credentials, dirOf)}
    ${sshFiles(credentials, dirOf)}
    ${dockerFile(credentials, dirOf)}
  `);
}

type DirOf = (secret: string) => string;

function gitFiles(credentials: readonly Credential[], dirOf: DirOf): string {
  const pairs = credentials.flatMap((one) => (one.kind === 'basic-git' ? [dirOf(one.secret), one.url] : []));
  if (pairs.length === 0) return '';
  const print = (mode: string, file: string): string =>
    `awk -v mode=${mode} ${[GIT_AWK, ...pairs].map(quoted).join(' ')} >"$HOME/${file}"`;
  return `${print('config', '.gitconfig')}\n${print('store', '.git-credentials')}`;
}

/** Prints a file with one line end after it. `printf` is of the shell itself, so the text is in no argument list. */
const endedBy = (file: string): string => `printf '%s\\n' "$(cat ${quoted(file)})"`;

function sshFiles(credentials: readonly Credential[], dirOf: DirOf): string {
  const uses = credentials.flatMap((one) => (one.kind === 'ssh-git' ? [one] : []));
  if (uses.length === 0) return '';
  const secrets = [...new Set(uses.map(({ secret }) => secret))];
  const hosts = [...new Set(uses.map(({ host }) => host))];
  return [
    'mkdir -p "$HOME/.ssh"',
    ': >"$HOME/.ssh/known_hosts"',
    ...secrets.flatMap((secret) => {
      const dir = dirOf(secret);
      return [
        `${endedBy(`${dir}/ssh-privatekey`)} >"$HOME/.ssh/"${quoted(`id_${secret}`)}`,
        `if [ -f ${quoted(`${dir}/known_hosts`)} ]; then ${endedBy(`${dir}/known_hosts`)} >>"$HOME/.ssh/known_hosts"; fi`,
      ];
    }),
    '{',
    ...hosts.map((host) => {
      const [, name = host, port = '22'] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
      const keys = uses.filter((use) => use.host === host).map(({ secret }) => secret);
      const lines = [`Host ${name}`, `    HostName ${name}`, `    Port ${port}`].map(quoted).join(' ');
      const files = keys.map((secret) => `printf '    IdentityFile %s\\n' "$HOME/.ssh/"${quoted(`id_${secret}`)}`);
      return [`printf '%s\\n' ${lines}`, ...files].join('\n');
    }),
    '} >"$HOME/.ssh/config"',
  ].join('\n');
}

function dockerFile(credentials: readonly Credential[], dirOf: DirOf): string {
  const rank = { 'docker-cfg': 0, 'docker-config': 1, 'basic-docker': 2 } as const;
  const uses = credentials
    .flatMap((one) => (one.kind === 'basic-git' || one.kind === 'ssh-git' ? [] : [one]))
    .sort((a, b) => rank[a.kind] - rank[b.kind]);
  const [only] = uses;
  if (only === undefined) return '';
  const make = 'mkdir -p "$HOME/.docker"';
  const file = '"$HOME/.docker/config.json"';
  if (uses.length === 1 && only.kind === 'docker-config')
    return `${make}\ncat ${quoted(`${dirOf(only.secret)}/.dockerconfigjson`)} >${file}`;
  const triples = uses.flatMap((use) => [use.kind, dirOf(use.secret), use.kind === 'basic-docker' ? use.registry : '']);
  return `${make}\nawk ${[DOCKER_AWK, ...triples].map(quoted).join(' ')} >${file}`;
}

/** One shell word. `compact` works on lines, so a word has none but those of an awk program; values of users have none at all. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
