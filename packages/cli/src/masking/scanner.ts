/**
 * Finds secrets in a stream in every reading of it at once: as it is, without control sequences, unescaped, in dumps.
 *
 *     log ──▶ visible ──▶ search            each search says where in the log a secret stands
 *      │         ├──▶ unescaped once, twice ──▶ searches
 *      │         ├──▶ of a URL, of HTML ──▶ searches
 *      │         └──▶ rows of dumps ──▶ search
 *      └──▶ search
 *
 * A reading that is like the visible text is not searched again, so a usual log costs one search.
 */

import type { Automaton } from './automaton.js';
import { backslashes, chain, entities, percents, visibleText, type Decoder } from './decoders.js';
import { hexDump } from './hex-dump.js';
import { Reading } from './reading.js';
import { Search } from './search.js';

/** Where a secret stands. `toLineEnd`: all behind it on the line repeats it in another way. */
export interface Cover {
  readonly start: number;
  readonly end: number;
  readonly toLineEnd: boolean;
}

/** Longer parts are searched in pieces, so that one escape does not have all of a long part decoded. */
const PIECE = 4096;

/** Decodes nothing. */
const asItIs: Decoder = {
  push: (part) => part,
  undecided: () => undefined,
  end: () => Reading.plain('', 0),
};

/** A reading besides the visible text, and its search. */
interface Branch {
  readonly decoder: Decoder;
  readonly search: Search;
  /** What it decodes: the log, the visible text or another branch's text. */
  readonly of: 'log' | 'visible' | Branch;
  /** Whether its search is where that of the visible text is. */
  agrees: boolean;
  reading: Reading;
}

/** A search of all readings of one stream. */
export class Scanner {
  readonly #visible = visibleText();
  readonly #search: Search;
  readonly #branches: readonly Branch[];
  readonly #dump = hexDump();
  readonly #dumpSearch: Search;
  #covers: Cover[] = [];
  #length: number;

  /** @param offset where in the log the scanner begins */
  constructor(automaton: Automaton, offset: number) {
    this.#length = offset;
    const found = (start: number, end: number): void => void this.#covers.push({ start, end, toLineEnd: false });
    this.#search = new Search(automaton, found);
    this.#dumpSearch = new Search(automaton, (start, end) => this.#covers.push({ start, end, toLineEnd: true }));
    const branch = (decoder: Decoder, of: Branch['of']): Branch => ({
      decoder,
      search: new Search(automaton, found),
      of,
      agrees: true,
      reading: Reading.plain('', 0),
    });
    const unescaped = branch(chain(backslashes(), visibleText()), 'visible');
    this.#branches = [
      branch(asItIs, 'log'),
      unescaped,
      branch(chain(backslashes(), visibleText()), unescaped),
      branch(percents(), 'visible'),
      branch(entities(), 'visible'),
    ];
  }

  /** Searches the next part of the stream. */
  push(text: string): void {
    for (let at = 0; at < text.length; at += PIECE) {
      const log = Reading.plain(text.slice(at, at + PIECE), this.#length);
      this.#length += log.text.length;
      this.#scan(log, this.#visible.push(log), false);
    }
  }

  /** Searches what waited for the end of a sequence. */
  end(): void {
    this.#scan(Reading.plain('', this.#length), this.#visible.end(), true);
  }

  /** The first place of the log that may still become part of a secret. */
  safe(): number {
    const undecided = [this.#visible, this.#dump, ...this.#branches.map(({ decoder }) => decoder)].map((decoder) =>
      decoder.undecided(),
    );
    const searches = this.#branches.flatMap(({ search, agrees }) => (agrees ? [] : [search]));
    const pending = [this.#search, this.#dumpSearch, ...searches].map((search) => search.pending());
    return Math.min(this.#length, ...[...undecided, ...pending].filter((place) => place !== undefined));
  }

  /** The places found since the last call. */
  takeCovers(): readonly Cover[] {
    const covers = this.#covers;
    this.#covers = [];
    return covers;
  }

  #scan(log: Reading, visible: Reading, isEnd: boolean): void {
    for (const branch of this.#branches) {
      const { decoder, of } = branch;
      const source = of === 'log' ? log : of === 'visible' ? visible : of.reading;
      const pushed = decoder.push(source);
      branch.reading = isEnd ? pushed.followedBy(decoder.end()) : pushed;
      if (branch.agrees && branch.reading === visible) continue;
      if (branch.agrees) branch.search.adopt(this.#search);
      branch.agrees = false;
      branch.search.scan(branch.reading);
    }
    this.#search.scan(visible);
    for (const branch of this.#branches)
      branch.agrees ||= branch.decoder.undecided() === undefined && branch.search.agreesWith(this.#search);
    const rows = this.#dump.push(visible);
    this.#dumpSearch.scan(isEnd ? rows.followedBy(this.#dump.end()) : rows);
  }
}
