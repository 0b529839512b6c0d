/**
 * The programs that run in pods, by file name.
 *
 * They are files of their language in this folder. Pure code receives their text as a value; `edge/read-scripts.ts` reads it.
 */

/** File names of the programs, and of the parts that several of them share. */
export type ScriptFile =
  | 'add-docker-logins.awk'
  | 'bytes.awk'
  | 'docker-config.awk'
  | 'docker-credentials.sh'
  | 'entrypoint.sh'
  | 'exact-environment.sh'
  | 'git-credentials.awk'
  | 'git-credentials.sh'
  | 'git-source.sh'
  | 'gsutil.sh'
  | 'image-digest.sh'
  | 'json.awk'
  | 'kubeconfig.sh'
  | 'node-login.sh'
  | 'oci-index.awk'
  | 'ssh-credentials.sh';

/** The text of each program, as {@link compact} returns it. */
export type Scripts = Readonly<Record<ScriptFile, string>>;

/** Joins awk programs, as several `-f` options of awk do. */
export const joined = (scripts: Scripts, ...files: readonly ScriptFile[]): string =>
  files.map((file) => scripts[file]).join('\n');
