/**
 * Finds secrets in all decoded forms of a stream at once: raw, without control sequences, unescaped, and in hex dumps.
 *
 *     log ──▶ visible ──▶ search            each search reports positions in the log
 *      │         ├──▶ unescaped once, twice ──▶ searches
 *      │         ├──▶ of a URL, of HTML ──▶ searches
 *      │         └──▶ rows of dumps ──▶ search
 *      └──▶ search
 *
 * A form that equals the visible text is not searched again, so a typical log costs one search.
 */

import type { Automaton } from './automaton.js';
import { backslashes, chain, entities, percents, visibleText, type Decoder } from './decoders.js';
import { hexDump } from './hex-dump.js';
import { Reading } from './reading.js';
import { Search } from './search.js';

/** The position of a secret. `toLineEnd`: the rest of the line repeats the secret in another form. */
export interface Cover {
  readonly start: number;
  readonly end: number;
  readonly toLineEnd: boolean;
}

/** Longer parts are searched in pieces, so that one escape does not cause a whole long part to be decoded. */
const PIECE = 4096;

/** A decoder that returns its input. */
const asItIs: Decoder = {
  push: (part) => part,
  undecided: () => undefined,
  end: () => Reading.plain('', 0),
};

/** A decoded form other than the visible text, and its search. */
interface Branch {
  readonly decoder: Decoder;
  readonly search: Search;
  /** The input of its decoder: the log, the visible text, or the text of another branch. */
  readonly of: 'log' | 'visible' | Branch;
  /** Whether its search is in the same state as that of the visible text. */
  agrees: boolean;
  reading: Reading;
}

/** Searches all decoded forms of one stream. */
export class Scanner {
  readonly #visible = visibleText();
  readonly #search: Search;
  readonly #branches: readonly Branch[];
  readonly #dump = hexDump();
  readonly #dumpSearch: Search;
  #covers: Cover[] = [];
  #length: number;

  /** @param offset position in the log at which the scanner starts */
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

  /** Searches the text that was held back because of an incomplete sequence. */
  end(): void {
    this.#scan(Reading.plain('', this.#length), this.#visible.end(), true);
  }

  /** Returns the first position of the log that may still become part of a secret. */
  safe(): number {
    const undecided = [this.#visible, this.#dump, ...this.#branches.map(({ decoder }) => decoder)].map((decoder) =>
      decoder.undecided(),
    );
    const searches = this.#branches.flatMap(({ search, agrees }) => (agrees ? [] : [search]));
    const pending = [this.#search, this.#dumpSearch, ...searches].map((search) => search.pending());
    return Math.min(this.#length, ...[...undecided, ...pending].filter((place) => place !== undefined));
  }

  /** Returns the positions found since the last call. */
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
