/**
 * Shows events: as JSON lines, as plain text, or as text above a status area.
 */

import { neutralise, plain } from '../terminal/lines.js';
import { liveArea, type LiveArea } from '../terminal/live-area.js';
import { duration } from '../terminal/duration.js';
import type { Colors, Output } from '../terminal/output.js';
import type { EventSink, RunEvent } from './events.js';
import { statusRows, type WaitsFor } from './status-area.js';
import { signOf, skipped, summary, type Made } from './summary.js';
import { EventCount } from './tally.js';

/** Shows events as they come. */
export interface Presenter {
  readonly show: EventSink;
  /** The summary. Nothing is shown after it. */
  readonly finish: () => void;
}

/** One JSON object a line, and nothing else. */
export const jsonPresenter = (output: Output): Presenter => ({
  show: (event) => output.print(JSON.stringify(event)),
  finish: () => undefined,
});

/** Text for people. On a terminal the bottom rows say what runs and what waits. */
export function textPresenter(output: Output, waitsFor: WaitsFor, now: () => number = Date.now): Presenter {
  const count = new EventCount();
  const made: Made[] = [];
  let next: string | undefined;
  const steps = new StepColors(output.colors);
  const area: LiveArea = output.terminal
    ? liveArea(output.raw, () => statusRows(count.tally, waitsFor, now(), output.columns(), output.colors))
    : { print: output.print, stop: () => undefined };
  return {
    show: (event) => {
      count.add(event);
      if (event.type === 'deployment' || event.type === 'pushed') made.push(event);
      if (event.type === 'next-command') next = `${event.purpose}: ${plain(event.command)}`;
      const line = lineOf(event, steps, output);
      if (line !== undefined) area.print(line);
    },
    finish: () => {
      area.stop();
      for (const line of summary(count.tally, made, output.colors)) output.print(line);
      if (next !== undefined) output.print(`\n${next}`);
    },
  };
}

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

function lineOf(event: RunEvent, steps: StepColors, { colors, terminal }: Output): string | undefined {
  switch (event.type) {
    case 'step-log': {
      const prefix = steps.of(`${event.task}/${event.step}`)(`[${event.task} : ${event.step}]`);
      return `${prefix} ${terminal ? neutralise(event.line) : event.line}`;
    }
    case 'sidecar-log': {
      const name = `sidecar-${event.sidecar}`;
      const prefix = steps.of(`${event.task}/${name}`)(`[${event.task} : ${name}]`);
      return `${prefix} ${terminal ? neutralise(event.line) : event.line}`;
    }
    case 'task-held':
      return colors.yellow(`--- ${event.task} waits: ${terminal ? neutralise(event.message) : event.message}`);
    case 'log-incomplete':
      return colors.yellow(`--- ${event.task}: ${plain(event.message)}`);
    case 'task-retry':
      return colors.yellow(
        `--- ${event.task} ${plain(event.reason)}, and is tried again (attempt ${String(event.attempt)})`,
      );
    case 'task-end': {
      const ended = event.outcome === 'skipped' ? skipped(event) : `${event.reason} ${duration(event.seconds)}`;
      return `--- ${signOf(event.outcome, colors)} ${event.task} ${plain(ended)}`;
    }
    case 'check-end': {
      const sign = signOf(event.outcome === 'succeeded' ? 'succeeded' : 'skipped', colors);
      return `--- ${sign} ${event.task} condition ${event.check} ${plain(event.message)} ${duration(event.seconds)}`;
    }
    case 'note':
      return colors.dim(plain(event.message));
    case 'run-start':
      return colors.dim(`--- ${event.kind} ${event.run} in namespace ${event.namespace}`);
    case 'run-end':
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
