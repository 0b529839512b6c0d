/** Formats events as lines of text. Pure, except that the assigned colour of each step is kept. */

import { duration } from '../../terminal/duration.js';
import { sanitize, plain } from '../../terminal/lines.js';
import type { Colors, Output } from '../../terminal/output.js';
import type { RunEvent } from '../follow/events.js';
import { signOf, skipText } from './summary.js';
import { taskTitle } from '../follow/task-title.js';

/** Assigns a colour to each step, like tkn; red is reserved for failures. */
class StepColors {
  readonly #palette: readonly ((text: string) => string)[];
  readonly #assigned = new Map<string, (text: string) => string>();

  constructor({ green, yellow, blue, magenta, cyan, bold }: Colors) {
    this.#palette = [green, yellow, blue, magenta, cyan].map((paint) => (text) => bold(paint(text)));
  }

  of(step: string): (text: string) => string {
    const known = this.#assigned.get(step) ?? this.#palette[this.#assigned.size % this.#palette.length] ?? String;
    this.#assigned.set(step, known);
    return known;
  }
}

/** A line to print. */
export interface EventLine {
  readonly text: string;
  /** Whether this program wrote it, so that it may be wrapped. Step output is not changed. */
  readonly isProse: boolean;
}

/**
 * Returns a function that formats the events of one command.
 *
 * @param hasSeveralRuns whether there are several runs, so that each line includes its run
 */
export function eventLines(
  { colors, terminal }: Pick<Output, 'colors' | 'terminal'>,
  hasSeveralRuns: boolean,
): (event: RunEvent) => EventLine | undefined {
  const steps = new StepColors(colors);
  const title = ({ run, task }: { readonly run: string; readonly task: string }): string =>
    hasSeveralRuns ? taskTitle(run, task) : task;
  const log = (task: string, step: string, line: string): EventLine => {
    const prefix = steps.of(`${task}/${step}`)(`[${task} : ${step}]`);
    return { text: `${prefix} ${terminal ? sanitize(line) : line}`, isProse: false };
  };
  return (event) => {
    if (event.type === 'step-log') return log(title(event), event.step, event.line);
    if (event.type === 'sidecar-log') return log(title(event), `sidecar-${event.sidecar}`, event.line);
    const text = proseOf(event, { title, colors, hasSeveralRuns, isTerminal: terminal });
    return text === undefined ? undefined : { text, isProse: true };
  };
}

interface Style {
  readonly title: (event: { readonly run: string; readonly task: string }) => string;
  readonly colors: Colors;
  readonly hasSeveralRuns: boolean;
  readonly isTerminal: boolean;
}

function proseOf(event: RunEvent, { title, colors, hasSeveralRuns, isTerminal }: Style): string | undefined {
  switch (event.type) {
    case 'task-held':
      return colors.yellow(`--- ${title(event)} waits: ${isTerminal ? plain(event.message) : event.message}`);
    case 'log-incomplete':
      return colors.yellow(`--- ${title(event)}: ${plain(event.message)}`);
    case 'task-retry':
      return colors.yellow(`--- ${title(event)} ${plain(event.reason)}, retrying (attempt ${String(event.attempt)})`);
    case 'task-end': {
      const ended = event.outcome === 'skipped' ? skipText(event) : `${event.reason} ${duration(event.seconds)}`;
      return `--- ${signOf(event.outcome, colors)} ${title(event)} ${plain(ended)}`;
    }
    case 'check-end': {
      const sign = signOf(event.outcome === 'succeeded' ? 'succeeded' : 'skipped', colors);
      return `--- ${sign} ${title(event)} condition ${event.check} ${plain(event.message)} ${duration(event.seconds)}`;
    }
    case 'note':
      return plain(event.message).replace(/\S.*/s, colors.dim); // wrapping needs the indentation without colour codes
    case 'run-start':
      return colors.dim(`--- ${event.kind} ${event.run} in namespace ${event.namespace}`);
    case 'run-end':
      return hasSeveralRuns
        ? `--- ${signOf(event.outcome, colors)} ${event.run} ${plain(event.reason)} ${duration(event.seconds)}`
        : undefined;
    case 'step-log':
    case 'sidecar-log':
    case 'task-start':
    case 'check-start':
    case 'step-start':
    case 'step-end':
    case 'deployment':
    case 'pushed':
    case 'next-command':
      return undefined;
  }
}
