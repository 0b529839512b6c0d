/**
 * Runs the installed git in a controlled environment.
 *
 * `GIT_*` variables of the user's shell are removed (inside a hook they would redirect every command to another
 * repository). No command may fetch, prompt, or take an optional lock, and no command runs in an untrusted directory,
 * because PATH may contain relative entries.
 */

import { spawn } from 'node:child_process';
import { buffer, text } from 'node:stream/consumers';
import { SourceError } from './source-error.js';

/** A git command that exited with a nonzero status. */
export class GitFailure extends Error {
  readonly status: number | null;

  constructor(args: readonly string[], status: number | null, stderr: string) {
    super(failureReason(stderr) || `git ${args.join(' ')} ended with status ${String(status)}`);
    this.status = status;
  }
}

/** Extracts the reason from git's output: git prints warnings about files before the error. */
function failureReason(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const why = lines.filter((line) => /^(?:fatal|error): /.test(line));
  return (why.length > 0 ? why : lines.filter(Boolean)).slice(-3).join('; ');
}

/** Options for running git. */
export interface GitOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input. @default - empty */
  readonly input?: string | Buffer;
}

/** Working directory of git: only root can write to it, and it is not a repository. */
export const NEUTRAL_DIRECTORY = '/';

/** Returns the environment of git: the user's without `GIT_*`, plus the caller's variables. */
export function gitEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    ...more,
  };
}

/**
 * Returns environment variables that make git ignore the user's and the system's configuration.
 *
 * @param home replaces HOME: git before 2.32 does not support GIT_CONFIG_GLOBAL, and every version reads ignore rules
 * from HOME
 */
export const withoutUserSettings = (home: string): Readonly<Record<string, string>> => ({
  HOME: home,
  XDG_CONFIG_HOME: home,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
});

/**
 * @returns the output of git without the last line feed; throws {@link GitFailure}, or GIT_MISSING if git is not
 * installed
 */
export async function git(args: readonly string[], options?: GitOptions): Promise<string> {
  return (await gitBytes(args, options)).toString('utf8').replace(/\n$/, '');
}

/** Like {@link git}, but returns bytes: file names need not be UTF-8. */
export async function gitBytes(args: readonly string[], { env, input }: GitOptions = {}): Promise<Buffer> {
  const stdio = ['pipe', 'pipe', 'pipe'] as const;
  const child = spawn('git', args, { cwd: NEUTRAL_DIRECTORY, env: gitEnvironment(env), stdio: [...stdio] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(gitMissing(cause)));
    child.once('close', resolve);
  });
  child.stdin.on('error', () => undefined); // git may exit before it has read its input; the exit status decides
  child.stdin.end(input ?? '');
  const [status, stdout, stderr] = await Promise.all([ended, buffer(child.stdout), text(child.stderr)]);
  if (status !== 0) throw new GitFailure(args, status, stderr);
  return stdout;
}

/** Like {@link git}, but returns undefined if the command fails. */
export async function tryGit(args: readonly string[], options?: GitOptions): Promise<string | undefined> {
  try {
    return await git(args, options);
  } catch (cause) {
    if (cause instanceof GitFailure) return undefined;
    throw cause;
  }
}

function gitMissing(cause: Error): Error {
  if (!('code' in cause) || cause.code !== 'ENOENT') return cause;
  return new SourceError(
    'GIT_MISSING',
    'git is not installed, or not in PATH; it is required to serve a directory as a Git repository',
    'install git (apt-get install git, dnf install git, brew install git) and run again',
    { cause },
  );
}
