/** One event as a line of text, as it happens. Pure but for the colours, which stay with their step. */

import { duration } from '../../terminal/duration.js';
import { sanitize, plain } from '../../terminal/lines.js';
import type { Colors, Output } from '../../terminal/output.js';
import type { RunEvent } from '../follow/events.js';
import { signOf, skipped } from './summary.js';
import { taskTitle } from '../follow/task-title.js';

/** A colour for each step, as tkn gives them; red is kept for failures. */
class StepColors {
  readonly #palette: readonly ((text: string) => string)[];
  readonly #given = new Map<string, (text: string) => string>();

  constructor({ green, yellow, blue, magenta, cyan, bold }: Colors) {
    this.#palette = [green, yellow, blue, magenta, cyan].map((paint) => (text) => bold(paint(text)));
  }

  of(step: string): (text: string) => string {
    const known = this.#given.get(step) ?? this.#palette[this.#given.size % this.#palette.length] ?? String;
    this.#given.set(step, known);
    return known;
  }
}

/** A line that is printed. */
export interface EventLine {
  readonly text: string;
  /** Written by this program: it may be wrapped. What steps print stays as it is. */
  readonly isProse: boolean;
}

/**
 * Returns what prints the events of one command.
 *
 * @param hasSeveralRuns there are several runs: each line names its own
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
      const ended = event.outcome === 'skipped' ? skipped(event) : `${event.reason} ${duration(event.seconds)}`;
      return `--- ${signOf(event.outcome, colors)} ${title(event)} ${plain(ended)}`;
    }
    case 'check-end': {
      const sign = signOf(event.outcome === 'succeeded' ? 'succeeded' : 'skipped', colors);
      return `--- ${sign} ${title(event)} condition ${event.check} ${plain(event.message)} ${duration(event.seconds)}`;
    }
    case 'note':
      return plain(event.message).replace(/\S.*/s, colors.dim); // the indentation is seen by what wraps it
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
