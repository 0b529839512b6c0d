/** Formats the summary of `pipewright run`: the outcome of each task, failures with hints, and artifacts. Pure. */

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

/** Returns the coloured symbol of a task's state. */
export function signOf(state: TaskTally['state'], colors: Colors): string {
  if (state === 'succeeded') return colors.green(SIGNS[state]);
  if (state === 'failed' || state === 'timed-out') return colors.red(SIGNS[state]);
  return state === 'running' || state === 'checking' ? colors.cyan(SIGNS[state]) : colors.dim(SIGNS[state]);
}

/** An artifact of the runs, from events that do not belong to a particular run. */
export type Artifact = Extract<RunEvent, { readonly type: 'deployment' | 'pushed' }>;

/** Returns the summary of all runs. */
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
  const hasOwnReason = ({ state, reason, message }: TaskTally): boolean =>
    state !== 'timed-out' || reason !== run.reason || message !== run.message;
  const isExplained = tasks.some(
    (task) => (task.state === 'failed' || task.state === 'timed-out') && hasOwnReason(task),
  );
  const ownFailure =
    outcome !== 'succeeded' && !isExplained && run.message !== ''
      ? failure(run.reason, run.message.replace(LOGS_ELSEWHERE, ''), colors)
      : [];
  return ['', head, ...ownFailure, ...tasks.flatMap((task) => taskLines(task, width, colors, hasOwnReason(task)))];
}

const title = (outcome: TaskOutcome): string => WORDS[outcome].charAt(0).toUpperCase() + WORDS[outcome].slice(1);

function countTasks(tasks: readonly TaskTally[]): string {
  const states = [...new Set(tasks.map(({ state }) => state))];
  const counts = states.map(
    (state) => `${String(tasks.filter((task) => task.state === state).length)} ${WORDS[state]}`,
  );
  return `${String(tasks.length)} task${tasks.length === 1 ? '' : 's'}: ${counts.join(', ')}`;
}

/** `hasReason`: whether to show its reason, because it differs from that of the run, which is already shown. */
function taskLines(task: TaskTally, width: number, colors: Colors, hasReason: boolean): readonly string[] {
  const sign = signOf(task.state, colors);
  const name = task.task.padEnd(width);
  const logNotices = task.incompleteLogs.map((notice) => `      ${colors.yellow(plain(notice))}`);
  if (task.state === 'succeeded')
    return [`  ${sign} ${name}  ${time(task)}`, ...resultLines(task, colors), ...logNotices];
  if (task.state === 'skipped') return [`  ${sign} ${name}  ${colors.dim(plain(skipText(task)))}`];
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

/** Returns the step in which a task failed, and its exit code. */
function stepOf({ step, exitCode, stepReason, state }: TaskTally): string {
  if (state === 'timed-out') return step === undefined ? '' : `  in step ${step}`; // its exit code comes from the signal
  if (exitCode === undefined) return '';
  const reason = stepReason === undefined || stepReason === 'Error' ? '' : ` (${stepReason})`;
  return `  step ${step ?? '?'}: exit ${String(exitCode)}${reason}`;
}

const time = ({ seconds, attempts }: TaskTally): string =>
  `${duration(seconds)}${attempts > 1 ? ` in ${String(attempts)} attempts` : ''}`;

/** Returns the message of a skipped task, for the summary and the event. */
export const skipText = ({ message }: Pick<TaskTally, 'message'>): string =>
  `skipped${message === '' ? '' : `: ${message.replace(LOGS_ELSEWHERE, '')}`}`;

/**
 * Matches the location of logs in a cluster. They have already been shown, and the embedded cluster no longer exists.
 */
const LOGS_ELSEWHERE = /; for logs run: kubectl -n \S+ logs \S+ -c [^\s;]+/;

/**
 * Returns a failure message without parts that are shown separately or omitted: incomplete logs, and the location of
 * logs.
 */
const withoutNotices = ({ message, incompleteLogs }: TaskTally): string =>
  incompleteLogs.reduce((text, notice) => text.replace(`; ${notice}`, ''), message).replace(LOGS_ELSEWHERE, '');

/** Returns whether a line of the summary quotes step output, which is not wrapped. */
export const isQuoted = (line: string): boolean => plain(line).startsWith(QUOTE);

const QUOTE = '      |';

const failure = (reason: string, message: string, colors: Colors): readonly string[] =>
  `${reason}${reason === '' || message === '' ? '' : ': '}${message}`
    .split('\n')
    .map((line) => `      ${colors.red(plain(line))}`);

function hints(task: TaskTally): readonly string[] {
  if (task.state !== 'failed' && task.state !== 'timed-out') return [];
  const { exitCode, ...others } = task;
  // After a timeout, the exit code is that of the signal.
  const shown = task.state === 'failed' && exitCode !== undefined ? task : others;
  return hintFor(shown).map((hint) => `      hint: ${hint}`);
}

function artifactLine(each: Artifact, colors: Colors): string {
  return each.type === 'deployment'
    ? `  ${colors.dim('deployment')} ${each.name}: image of ${each.container} is now ${colors.bold(plain(each.after))} (was ${plain(each.before)})`
    : `  ${colors.dim('pushed')} ${each.image}  ${each.digest}`;
}
