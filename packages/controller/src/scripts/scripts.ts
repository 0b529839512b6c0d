/**
 * The programs that run in pods, by file name.
 *
 * They are files of their language, in one folder for each purpose, and `library` has the parts that several of them share. Pure code
 * receives their text as a value; `edge/read-scripts.ts` reads it.
 */

/** File names of the programs and of their parts, each unique in all folders. */
export type ScriptFile =
  | 'add-docker-logins.awk'
  | 'bytes.awk'
  | 'code-host.mjs'
  | 'copy-credentials.sh'
  | 'docker-config.awk'
  | 'docker-credentials.sh'
  | 'download-pull-request.mjs'
  | 'entrypoint.sh'
  | 'exact-environment.sh'
  | 'fetch-archive.mjs'
  | 'git-credentials.awk'
  | 'git-credentials.sh'
  | 'git-source.sh'
  | 'github.mjs'
  | 'gitlab.mjs'
  | 'gsutil.sh'
  | 'http.mjs'
  | 'image-digest.sh'
  | 'json.awk'
  | 'kubeconfig.sh'
  | 'node-login.sh'
  | 'oci-index.awk'
  | 'pull-request.mjs'
  | 'ssh-credentials.sh'
  | 'step-protocol.sh'
  | 'step-values.sh'
  | 'upload-pull-request.mjs';

/** The text of each program, without comments and indentation. */
export type Scripts = Readonly<Record<ScriptFile, string>>;

/** Joins awk programs, as several `-f` options of awk do. */
export const awkProgram = (scripts: Scripts, ...files: readonly ScriptFile[]): string =>
  files.map((file) => scripts[file]).join('\n');
