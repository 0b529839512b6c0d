/**
 * Takes secrets' values out of everything the command prints.
 *
 * One mask serves a whole run: its texts come from the cluster's Secrets. Each log has a stream of its own, because a secret
 * may be cut in two by the edge of a chunk.
 */

import type { JsonObject } from '../manifests/json.js';
import { textAt } from '../manifests/json.js';
import { Automaton, type State } from './automaton.js';
import { needlesOf, SHORTEST, valuesOf } from './needles.js';

/** What stands where a secret was. */
export const MASKED = '***';

/** Hides a set of texts. */
export interface Mask {
  /** A complete text with every secret replaced. */
  readonly hide: (text: string) => string;
  /** A stream: what it returns is safe to show; it may keep the end of a chunk back until the next. */
  readonly stream: () => MaskStream;
  /** Values that are too short to be masked, as `secret/key`, for a warning. */
  readonly tooShort: readonly string[];
}

/** One log on its way. */
export interface MaskStream {
  readonly push: (text: string) => string;
  /** What was kept back, at the end of the log. */
  readonly end: () => string;
}

/** A mask for the given Secret objects, whose `data` or `stringData` may be filled. */
export function maskFor(secrets: readonly JsonObject[]): Mask {
  const values = secrets.flatMap((secret) =>
    valuesOf(secret).map(({ key, value }) => ({ name: `${textAt(secret, 'metadata', 'name') ?? '?'}/${key}`, value })),
  );
  const automaton = new Automaton(values.flatMap(({ value }) => needlesOf(value)));
  return {
    hide: (text) => {
      const stream = streamOf(automaton);
      return stream.push(text) + stream.end();
    },
    stream: () => streamOf(automaton),
    tooShort: values.filter(({ value }) => value.trim().length < SHORTEST).map(({ name }) => name),
  };
}

/** A range of the text kept back, from its start. */
interface Cover {
  start: number;
  end: number;
}

function streamOf(automaton: Automaton): MaskStream {
  let state: State = 0;
  let kept = '';
  let covers: Cover[] = [];

  const release = (safe: number): string => {
    const parts: string[] = [];
    let at = 0;
    let limit = safe;
    const left: Cover[] = [];
    for (const cover of covers) {
      if (cover.end > safe) {
        limit = Math.min(limit, cover.start);
        left.push(cover);
      } else if (cover.start >= at) {
        parts.push(kept.slice(at, cover.start), MASKED);
        at = cover.end;
      }
    }
    parts.push(kept.slice(at, Math.max(at, limit)));
    const cut = Math.max(at, limit);
    kept = kept.slice(cut);
    covers = left.map(({ start, end }) => ({ start: start - cut, end: end - cut }));
    return parts.join('');
  };

  return {
    push: (text) => {
      const before = kept.length;
      kept += text;
      for (let index = before; index < kept.length; index += 1) {
        state = automaton.step(state, kept.charCodeAt(index));
        const length = automaton.match(state);
        if (length > 0) cover(covers, index + 1 - length, index + 1);
      }
      return release(kept.length - automaton.depth(state));
    },
    end: () => {
      state = 0;
      return release(kept.length);
    },
  };
}

/** Adds a range, joined with those it overlaps: a key and its lines are one `***`. */
function cover(covers: Cover[], start: number, end: number): void {
  let from = start;
  for (let last = covers.at(-1); last && last.end > from; last = covers.at(-1)) {
    from = Math.min(from, last.start);
    covers.pop();
  }
  covers.push({ start: from, end });
}
