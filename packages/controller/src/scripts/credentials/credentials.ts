/**
 * Credentials of a ServiceAccount's secrets, and the calls of the programs that turn them into files for git, ssh and docker in HOME.
 *
 * The controller knows the name, type and annotations of a secret. Its values are read inside the pod, by the first step's shell, and
 * never enter an argument, the environment or the Pod. The order is that of the ServiceAccount, then of the annotations' keys; a later
 * entry replaces an earlier one.
 */

import { awkProgram, type Scripts } from '../scripts.js';
import { withArguments } from '../shell-text.js';

/** The mount path of a secret in the container that writes the files. */
export const secretDir = (name: string): string => `/var/build-secrets/${name}`;

/** One use of one secret. */
export type Credential =
  | { readonly kind: 'basic-git'; readonly secret: string; readonly url: string }
  | { readonly kind: 'ssh-git'; readonly secret: string; readonly host: string }
  | { readonly kind: 'basic-docker'; readonly secret: string; readonly registry: string }
  | { readonly kind: 'docker-config'; readonly secret: string }
  | { readonly kind: 'docker-cfg'; readonly secret: string };

/** The parts of a Secret that the controller reads; `data` is left out on purpose. */
export interface SecretHeader {
  readonly name: string;
  readonly type: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Returns the uses of the secrets, later ones taking precedence; secrets of other types have none. */
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

/** Returns an error message for the first annotation that contains blanks or line ends, which the files cannot hold. */
export function badAnnotation(secrets: readonly SecretHeader[]): string | undefined {
  for (const { name, annotations } of secrets) {
    for (const [key, value] of Object.entries(annotations)) {
      if (/^tekton\.dev\/(git|docker)-/.test(key) && (value.trim() === '' || /[\s\p{Cc}]/u.test(value.trim())))
        return `secret "${name}": annotation ${key} is ${JSON.stringify(value)}, which is neither a url nor a host`;
    }
  }
  return undefined;
}

/**
 * Returns shell text for the entrypoint of the first step, or undefined if there is nothing to write.
 *
 * @param dirOf the directory of a secret's files, for tests that run the text outside a pod
 */
export function credentialsScript(
  scripts: Scripts,
  credentials: readonly Credential[],
  dirOf: DirOf = secretDir,
): string | undefined {
  const parts = [gitFiles, sshFiles, dockerFile].flatMap((part) => part(scripts, credentials, dirOf) ?? []);
  return parts.length === 0 ? undefined : parts.join('\n');
}

/**
 * Returns shell text that writes the files into a directory and copies them to the home directory of the step, or undefined if there is
 * nothing to write. A step runs without them if its image cannot write them.
 */
export function copiedCredentialsScript(
  scripts: Scripts,
  credentials: readonly Credential[],
  dirOf: DirOf,
  directory: string,
): string | undefined {
  const script = credentialsScript(scripts, credentials, dirOf);
  return (
    script &&
    `pw_home=$HOME HOME=${directory}\n(${script}\n) || pw_note "warning: the credentials could not be written to $HOME"\n${scripts['copy-credentials.sh']}`
  );
}

type DirOf = (secret: string) => string;

/** Shell text that writes the files of one tool; undefined if no credential is for that tool. */
type Part = (scripts: Scripts, credentials: readonly Credential[], dirOf: DirOf) => string | undefined;

const gitFiles: Part = (scripts, credentials, dirOf) => {
  const pairs = credentials.flatMap((one) => (one.kind === 'basic-git' ? [dirOf(one.secret), one.url] : []));
  if (pairs.length === 0) return undefined;
  const program = awkProgram(scripts, 'bytes.awk', 'git-credentials.awk');
  return withArguments(scripts['git-credentials.sh'], [program, ...pairs]);
};

const sshFiles: Part = (scripts, credentials, dirOf) => {
  const uses = credentials.flatMap((one) => (one.kind === 'ssh-git' ? [one] : []));
  if (uses.length === 0) return undefined;
  const secrets = [...new Set(uses.map(({ secret }) => secret))];
  const hosts = [...new Set(uses.map(({ host }) => host))];
  return withArguments(scripts['ssh-credentials.sh'], [
    ...secrets.flatMap((secret) => ['key', secret, dirOf(secret)]),
    ...hosts.flatMap((host) => {
      const [, name = host, port = '22'] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
      const keys = uses.filter((use) => use.host === host).map(({ secret }) => secret);
      return ['host', name, port, ...keys.flatMap((key) => ['identity', key])];
    }),
  ]);
};

const dockerFile: Part = (scripts, credentials, dirOf) => {
  const rank = { 'docker-cfg': 0, 'docker-config': 1, 'basic-docker': 2 } as const;
  const uses = credentials
    .flatMap((one) => (one.kind === 'basic-git' || one.kind === 'ssh-git' ? [] : [one]))
    .sort((a, b) => rank[a.kind] - rank[b.kind]);
  if (uses.length === 0) return undefined;
  const isCopied = uses.length === 1 && uses[0]?.kind === 'docker-config';
  const program = isCopied ? '' : awkProgram(scripts, 'json.awk', 'bytes.awk', 'docker-config.awk');
  const triples = uses.flatMap((use) => [use.kind, dirOf(use.secret), use.kind === 'basic-docker' ? use.registry : '']);
  return withArguments(scripts['docker-credentials.sh'], [program, ...triples]);
};
