/**
 * The last lines of `pipewright run`: what became of every task, what went wrong and what to do, and what was made. Pure.
 */

import type { Colors } from '../../terminal/output.js';
import { duration } from '../../terminal/duration.js';
import { plain } from '../../terminal/lines.js';
import type { RunEvent, TaskOutcome } from '../follow/events.js';
import type { RunTally, Tally, TaskTally } from './tally.js';
import { hintFor } from './hints.js';
import { resultLines } from './result-lines.js';

const SIGNS: Readonly<Record<TaskTally['state'], string>> = {
  succeeded: '✔',
  failed: '✖',
  cancelled: '⊘',
  'timed-out': '✖',
  skipped: '⊘',
  'not-started': '○',
  waiting: '○',
  checking: '◌',
  running: '●',
};

const WORDS: Readonly<Record<TaskTally['state'], string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  'timed-out': 'timed out',
  skipped: 'skipped',
  'not-started': 'not started',
  waiting: 'waiting',
  checking: 'being checked',
  running: 'running',
};

/** A task's sign in its colour. */
export function signOf(state: TaskTally['state'], colors: Colors): string {
  if (state === 'succeeded') return colors.green(SIGNS[state]);
  if (state === 'failed' || state === 'timed-out') return colors.red(SIGNS[state]);
  return state === 'running' || state === 'checking' ? colors.cyan(SIGNS[state]) : colors.dim(SIGNS[state]);
}

/** What a run made, gathered from the events that no run owns. */
export type Artifact = Extract<RunEvent, { readonly type: 'deployment' | 'pushed' }>;

/** The summary of all runs. */
export function summary(tally: Tally, artifacts: readonly Artifact[], colors: Colors): readonly string[] {
  return [
    ...[...tally.values()].flatMap((run) => runLines(run, colors)),
    ...artifacts.map((each) => artifactLine(each, colors)),
  ];
}

function runLines(run: RunTally, colors: Colors): readonly string[] {
  const outcome = run.outcome ?? 'cancelled';
  const paint = outcome === 'succeeded' ? colors.green : colors.red;
  const tasks = [...run.tasks.values()];
  const width = Math.max(0, ...tasks.map(({ task }) => task.length));
  const head = `${paint(title(outcome))}  ${colors.bold(run.run)}  in ${duration(run.seconds)}  (${countTasks(tasks)})`;
  const isOwn = ({ state, reason, message }: TaskTally): boolean =>
    state !== 'timed-out' || reason !== run.reason || message !== run.message;
  const explained = tasks.some((task) => (task.state === 'failed' || task.state === 'timed-out') && isOwn(task));
  const own =
    outcome !== 'succeeded' && !explained && run.message !== ''
      ? failure(run.reason, run.message.replace(LOGS_ELSEWHERE, ''), colors)
      : [];
  return ['', head, ...own, ...tasks.flatMap((task) => taskLines(task, width, colors, isOwn(task)))];
}

const title = (outcome: TaskOutcome): string => WORDS[outcome].charAt(0).toUpperCase() + WORDS[outcome].slice(1);

function countTasks(tasks: readonly TaskTally[]): string {
  const states = [...new Set(tasks.map(({ state }) => state))];
  const counts = states.map(
    (state) => `${String(tasks.filter((task) => task.state === state).length)} ${WORDS[state]}`,
  );
  return `${String(tasks.length)} task${tasks.length === 1 ? '' : 's'}: ${counts.join(', ')}`;
}

/** `hasReason`: its reason is not that of the run, which is shown already. */
function taskLines(task: TaskTally, width: number, colors: Colors, hasReason: boolean): readonly string[] {
  const sign = signOf(task.state, colors);
  const name = task.task.padEnd(width);
  const logNotices = task.incompleteLogs.map((notice) => `      ${colors.yellow(plain(notice))}`);
  if (task.state === 'succeeded')
    return [`  ${sign} ${name}  ${time(task)}`, ...resultLines(task, colors), ...logNotices];
  if (task.state === 'skipped') return [`  ${sign} ${name}  ${colors.dim(plain(skipped(task)))}`];
  if (task.state !== 'failed' && task.state !== 'timed-out')
    return [`  ${sign} ${name}  ${colors.dim(WORDS[task.state])}`, ...logNotices];
  return [
    `  ${sign} ${name}  ${time(task)}${stepOf(task)}`,
    ...task.lastLines.map((line) => `${QUOTE.replace('|', colors.dim('|'))} ${plain(line)}`),
    ...(hasReason ? failure(task.reason, withoutNotices(task), colors) : []),
    ...logNotices,
    ...resultLines(task, colors),
    ...hints(task),
  ];
}

/** The step that a task ended in, and how that ended. */
function stepOf({ step, exitCode, stepReason, state }: TaskTally): string {
  if (state === 'timed-out') return step === undefined ? '' : `  in step ${step}`; // its exit code is the signal's
  if (exitCode === undefined) return '';
  const reason = stepReason === undefined || stepReason === 'Error' ? '' : ` (${stepReason})`;
  return `  step ${step ?? '?'}: exit ${String(exitCode)}${reason}`;
}

const time = ({ seconds, attempts }: TaskTally): string =>
  `${duration(seconds)}${attempts > 1 ? ` in ${String(attempts)} attempts` : ''}`;

/** What is said of a skipped task, in the summary and when it happens. */
export const skipped = ({ message }: Pick<TaskTally, 'message'>): string =>
  `skipped${message === '' ? '' : `: ${message.replace(LOGS_ELSEWHERE, '')}`}`;

/** Where a cluster keeps the logs. Here they were shown, and the cluster is gone. */
const LOGS_ELSEWHERE = /; for logs run: kubectl -n \S+ logs \S+ -c [^\s;]+/;

/** A failure without what is said beside it: where a cluster keeps the logs, and what they lack. */
const withoutNotices = ({ message, incompleteLogs }: TaskTally): string =>
  incompleteLogs.reduce((text, notice) => text.replace(`; ${notice}`, ''), message).replace(LOGS_ELSEWHERE, '');

/** Whether a line of the summary quotes what a step printed, which is not wrapped. */
export const isQuoted = (line: string): boolean => plain(line).startsWith(QUOTE);

const QUOTE = '      |';

const failure = (reason: string, message: string, colors: Colors): readonly string[] =>
  `${reason}${reason === '' || message === '' ? '' : ': '}${message}`
    .split('\n')
    .map((line) => `      ${colors.red(plain(line))}`);

function hints(task: TaskTally): readonly string[] {
  if (task.state !== 'failed' && task.state !== 'timed-out') return [];
  const { exitCode, ...others } = task;
  const shown = task.state === 'failed' && exitCode !== undefined ? task : others; // of one whose time is up it is the signal's
  return hintFor(shown).map((hint) => `      hint: ${hint}`);
}

function artifactLine(each: Artifact, colors: Colors): string {
  return each.type === 'deployment'
    ? `  ${colors.dim('deployment')} ${each.name}: image of ${each.container} is now ${colors.bold(plain(each.after))} (was ${plain(each.before)})`
    : `  ${colors.dim('pushed')} ${each.image}  ${each.digest}`;
}
