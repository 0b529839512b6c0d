/**
 * The arguments of entrypoint.sh: the pod builder encodes them, and runtimes that run no programs decode them.
 *
 * Every option has one value. The user's command follows `--`; it stays in `args`, where Kubernetes still expands `$(NAME)` in it.
 */

import { literally, pieces } from '../shell-text.js';

/** What entrypoint.sh knows about its step. */
export interface StepTurn {
  /** The position among all steps of the pod, the user's and the controller's, from 0. */
  readonly index: number;
  /** The number of steps in the pod. */
  readonly count: number;
  /** A file to wait for until it is not empty, which means that the pod's sidecars are ready. Only step 0 waits. */
  readonly readyFile?: string;
  /** Shell text that writes HOME's credential files before the command runs. At most step 0 and one more have it. */
  readonly credentials?: string;
  /** A script to write to a file and run, in place of a command. */
  readonly script?: { readonly file: string; readonly text: string };
  /** Results to report when the command succeeds. Only the Task's last step does: all of its steps may have written them. */
  readonly results?: {
    readonly names: readonly string[];
    /** The file for the container's termination message. By default /dev/termination-log. */
    readonly message?: string;
    /** A directory to use instead of /tekton/results, for tests that run the program outside a pod. */
    readonly directory?: string;
  };
  /** A directory to use instead of /tekton/tools, for tests that run the program outside a pod. */
  readonly toolsDir?: string;
  /** Directories, as in PATH, to search for the entrypoint's own programs, for tests of images that lack programs. */
  readonly toolDirs?: string;
}

/** The option of entrypoint.sh for each value. */
export const OPTIONS = {
  index: '-i',
  count: '-n',
  toolsDir: '-t',
  toolDirs: '-P',
  readyFile: '-r',
  credentials: '-c',
  result: '-R',
  message: '-m',
  resultsDir: '-d',
  scriptFile: '-f',
  scriptPiece: '-p',
} as const;

type Option = keyof typeof OPTIONS;

/** Encodes a turn as the first part of a container's `args`, up to and including the `--` before the user's command. */
export function encodeTurn(turn: StepTurn): readonly string[] {
  const { index, count, readyFile, credentials, script, results, toolsDir, toolDirs } = turn;
  const option = (name: Option, ...values: readonly (string | undefined)[]): readonly string[] =>
    values.flatMap((value) => (value === undefined ? [] : [OPTIONS[name], literally(value)]));
  return [
    ...option('toolsDir', toolsDir),
    ...option('toolDirs', toolDirs),
    ...option('index', String(index)),
    ...option('count', String(count)),
    ...option('readyFile', readyFile),
    ...option('credentials', credentials),
    ...option('result', ...(results?.names ?? [])),
    ...option('message', results?.message),
    ...option('resultsDir', results?.directory),
    ...option('scriptFile', script?.file),
    ...option('scriptPiece', ...pieces(script?.text ?? '')),
    '--',
  ];
}

/** A step's turn, and the user's command that follows it. */
export interface DecodedTurn extends StepTurn {
  readonly own: readonly string[];
}

/**
 * Decodes the command line of a step's container, as Kubernetes expands it; undefined if entrypoint.sh does not run in it.
 *
 * @param argv the shell (one word or two), `-c`, the program, `pipewright`, the encoded turn, the user's command
 */
export function decodeTurn(argv: readonly string[]): DecodedTurn | undefined {
  const start = argv.indexOf('-c') + 3;
  if (start < 4 || start > 5 || argv[start - 1] !== 'pipewright') return undefined;
  const given: [option: string, value: string][] = [];
  let end = start;
  for (; end < argv.length && argv[end] !== '--'; end += 2) given.push([argv[end] ?? '', argv[end + 1] ?? '']);
  const all = (name: Option): readonly string[] =>
    given.flatMap(([option, value]) => (option === OPTIONS[name] ? [value] : []));
  const [index = '0', count = '1'] = [...all('index'), ...all('count')];
  const one = <K extends string>(name: Option, key: K): { readonly [P in K]?: string } => {
    const [value] = all(name);
    return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: string }); // a computed key has no type of its own
  };
  const [file] = all('scriptFile');
  const names = all('result');
  return {
    index: Number(index),
    count: Number(count),
    ...one('toolsDir', 'toolsDir'),
    ...one('toolDirs', 'toolDirs'),
    ...one('readyFile', 'readyFile'),
    ...one('credentials', 'credentials'),
    ...(names.length > 0 && { results: { names, ...one('message', 'message'), ...one('resultsDir', 'directory') } }),
    ...(file !== undefined && { script: { file, text: all('scriptPiece').join('') } }),
    own: argv.slice(end + 1),
  };
}

/**
 * Returns the termination message of a step that reports its results, for runtimes that run no programs.
 *
 * @param argv the container's command line; undefined is returned if it is not a step that reports results
 * @param value the content of a result; undefined if the step does not write it
 */
export function resultsReport(
  argv: readonly string[],
  value: (result: string) => string | undefined,
): string | undefined {
  const { results } = decodeTurn(argv) ?? {};
  if (results === undefined) return undefined;
  const written = results.names.flatMap((key) => {
    const text = value(key);
    return text === undefined ? [] : [{ key, value: text, type: 'TaskRunResult' }];
  });
  return JSON.stringify(written);
}
