/**
 * The command to type after a run that did not succeed. Pure.
 *
 * Built from what the command line said, so that it can be copied: the runs that succeeded are left out, what ran out of time gets more.
 */

import type { RunOptions } from './run-options.js';
import { formatDuration } from '@pipewright/tekton';
import { commandLine } from '../terminal/shell-words.js';
import type { EndedRun } from './follow/follower.js';
import type { TaskOptions } from './task-alone.js';

/** A command line, and what it is for. */
export interface NextCommand {
  readonly purpose: string;
  readonly command: string;
}

/** What the command line said, and what came of it. */
export interface Outcome {
  /** The words that call this program. */
  readonly program: readonly string[];
  readonly options: RunOptions;
  /** The runs in the order they were started, with the names that the manifests give them. */
  readonly runs: readonly { readonly title: string; readonly outcome: EndedRun['outcome'] }[];
  /** The runs were stopped by --timeout. */
  readonly isTimedOut: boolean;
  /** The options for the only task that failed, if it can run by itself. */
  readonly alone?: TaskOptions | undefined;
}

/** Returns the commands that help, the best first: none if everything succeeded, or what was read from standard input is gone. */
export function nextCommands({ program, options, runs, isTimedOut, alone }: Outcome): readonly NextCommand[] {
  const failed = runs.filter(({ outcome }) => outcome !== 'succeeded');
  if (failed.length === 0 || options.paths.includes('-')) return [];
  const names = failed.length < runs.length ? [...new Set(failed.map(({ title }) => title))] : options.run;
  const { timeout } = options;
  const longer = isTimedOut && timeout !== undefined ? timeout * 2 : timeout;
  const what = failed.length === 1 ? 'it' : 'them';
  const purpose = isTimedOut ? `to give ${what} more time` : `to run ${what} again`;
  const lineOf = (words: Words): string => commandLine([...program, 'run', ...wordsOf(words)]);
  const again = { purpose, command: lineOf({ ...options, run: names, timeout: longer }) };
  if (alone === undefined) return [again];
  const others = { run: [], pipeline: undefined, workspace: new Map(), serviceAccount: undefined, timeout };
  return [{ purpose: 'to run the failed task alone', command: lineOf({ ...options, ...others, ...alone }) }, again];
}

type Words = Omit<RunOptions, 'timeout'> & { readonly timeout: number | undefined };

/** The arguments that mean these options. */
function wordsOf(options: Words): readonly string[] {
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
    timeout,
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
    ...each('--workspace', workspace),
    ...one('--service-account', serviceAccount),
    ...each('--source', source),
    ...each('--image', image),
    ...each('-p', param),
    ...one('--config', config),
    ...one('--runtime', runtime === 'sandbox' ? undefined : runtime),
    ...one('--timeout', timeout === undefined ? undefined : formatDuration(timeout)),
    ...one('--output', output === 'text' ? undefined : output),
    ...one('--log-file', logFile),
    ...one('--log-level', logLevel),
  ];
}
