/**
 * Shows events: as JSON lines, as plain text, or as text above a status area.
 */

import { systemClock, type Clock } from '@pipewright/apimachinery';
import { wrap } from '../../terminal/columns.js';
import { plain } from '../../terminal/lines.js';
import { liveArea, type LiveArea } from '../../terminal/live-area.js';
import type { Output } from '../../terminal/output.js';
import { eventLines } from './event-lines.js';
import type { EventSink, RunEvent } from '../follow/events.js';
import { statusRows, type WaitsFor } from './status-area.js';
import { isQuoted, summary, type Artifact } from './summary.js';
import { TallyUpdater } from './tally.js';
import { foldTektonLog } from './tekton-log.js';

/** Shows events as they arrive. */
export interface Presenter {
  readonly show: EventSink;
  /** Prints the summary. Nothing may be shown afterwards. */
  readonly finish: () => void;
}

/** Prints each event as one JSON object per line, and nothing else. */
export const jsonPresenter = (output: Output): Presenter => ({
  show: (event) => output.print(JSON.stringify(event)),
  finish: () => undefined,
});

/** The runs that the events belong to. */
export interface PresentedRuns {
  readonly waitsFor: WaitsFor;
  /** Whether there are several runs, so that each line includes its run. */
  readonly hasSeveralRuns: boolean;
}

/** Prints text. On a terminal, the bottom rows show running and waiting tasks, and prose is wrapped at words. */
export function textPresenter(
  output: Output,
  { waitsFor, hasSeveralRuns }: PresentedRuns,
  clock: Clock = systemClock,
): Presenter {
  const { colors, terminal } = output;
  const tallyUpdater = new TallyUpdater();
  const artifacts: Artifact[] = [];
  let next: string | undefined;
  const lineOf = eventLines(output, hasSeveralRuns);
  const area: LiveArea = output.live
    ? liveArea(output, (size) => statusRows(tallyUpdater.tally, waitsFor, clock.date().getTime(), size, colors), clock)
    : { print: output.print, stop: () => undefined };
  const wrapped = (text: string): readonly string[] => (terminal ? wrap(text, output.size().columns) : [text]);
  return {
    show: (event) => {
      const shown = terminal ? withFoldedLog(event) : event;
      tallyUpdater.add(shown);
      if (event.type === 'deployment' || event.type === 'pushed') artifacts.push(event);
      if (event.type === 'next-command') next = `${event.purpose}: ${plain(event.command)}`;
      const line = lineOf(shown);
      if (line !== undefined) (line.isProse ? wrapped(line.text) : [line.text]).forEach((each) => area.print(each));
    },
    finish: () => {
      area.stop();
      for (const line of summary(tallyUpdater.tally, artifacts, colors))
        (isQuoted(line) ? [line] : wrapped(line)).forEach((each) => output.print(each));
      if (next !== undefined) output.print(`\n${next}`); // on one line, for copying
    },
  };
}

const withFoldedLog = (event: RunEvent): RunEvent =>
  event.type === 'step-log' ? { ...event, line: foldTektonLog(event.line) } : event;
