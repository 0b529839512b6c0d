/**
 * Suggests commands to run after a run that did not succeed. Pure.
 *
 * Built from the options of the command line, so that they can be copied: runs that succeeded are left out, and a
 * timeout is extended.
 */

import type { RunOptions } from './run-options.js';
import { formatDuration } from '@pipewright/tekton';
import { commandLine } from '../terminal/shell-words.js';
import type { EndedRun } from './follow/follower.js';
import type { SingleTaskOptions } from './task-alone.js';

/** A command line, and its purpose. */
export interface NextCommand {
  readonly purpose: string;
  readonly command: string;
}

/** The options of a command, and the outcome of its runs. */
export interface RunsOutcome {
  /** The words that invoke this program. */
  readonly program: readonly string[];
  readonly options: RunOptions;
  /** The runs in the order in which they were started, with their names in the manifests. */
  readonly runs: readonly { readonly title: string; readonly outcome: EndedRun['outcome'] }[];
  /** Whether --timeout stopped the runs. */
  readonly isTimedOut: boolean;
  /** The options to run the only failed task by itself, if this is possible. */
  readonly alone?: SingleTaskOptions | undefined;
}

/**
 * Returns the suggested commands, the best first: none if all runs succeeded, or if manifests came from standard input,
 * which cannot be read again.
 */
export function nextCommands({ program, options, runs, isTimedOut, alone }: RunsOutcome): readonly NextCommand[] {
  const failed = runs.filter(({ outcome }) => outcome !== 'succeeded');
  if (failed.length === 0 || options.paths.includes('-')) return [];
  const names = failed.length < runs.length ? [...new Set(failed.map(({ title }) => title))] : options.run;
  const { timeoutMs } = options;
  const retryTimeoutMs = isTimedOut && timeoutMs !== undefined ? timeoutMs * 2 : timeoutMs;
  const pronoun = failed.length === 1 ? 'it' : 'them';
  const purpose = isTimedOut ? `to give ${pronoun} more time` : `to run ${pronoun} again`;
  const lineOf = (words: CommandOptions): string => commandLine([...program, 'run', ...argumentsOf(words)]);
  const retry = { purpose, command: lineOf({ ...options, run: names, timeoutMs: retryTimeoutMs }) };
  if (alone === undefined) return [retry];
  const resetOptions = { run: [], pipeline: undefined, workspace: new Map(), serviceAccount: undefined, timeoutMs };
  return [
    { purpose: 'to run the failed task alone', command: lineOf({ ...options, ...resetOptions, ...alone }) },
    retry,
  ];
}

type CommandOptions = Omit<RunOptions, 'timeoutMs'> & { readonly timeoutMs: number | undefined };

/** Returns the arguments for these options. */
function argumentsOf(options: CommandOptions): readonly string[] {
  const {
    paths,
    exclude = [],
    run,
    pipeline,
    task,
    resource,
    workspace,
    serviceAccount,
    source,
    image,
    param,
    config,
    output,
    runtime,
    timeoutMs,
    logFile,
    logLevel,
  } = options;
  const each = (flag: string, map: ReadonlyMap<string, string> = new Map()): readonly string[] =>
    [...map].flatMap(([name, value]) => [flag, `${name}=${value}`]);
  const one = (flag: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [flag, value];
  return [
    ...paths.map((path) => (path.startsWith('-') ? `./${path}` : path)),
    ...exclude.flatMap((glob) => ['--exclude', glob]),
    ...run.flatMap((name) => ['--run', name]),
    ...one('--pipeline', pipeline),
    ...one('--task', task),
    ...each('--resource', resource),
    ...each('-w', workspace),
    ...one('--service-account', serviceAccount),
    ...each('--source', source),
    ...each('--image', image),
    ...each('-p', param),
    ...one('--config', config),
    ...one('--runtime', runtime === 'sandbox' ? undefined : runtime),
    ...one('--timeout', timeoutMs === undefined ? undefined : formatDuration(timeoutMs)),
    ...one('--output', output === 'text' ? undefined : output),
    ...one('--log-file', logFile),
    ...one('--log-level', logLevel),
  ];
}
