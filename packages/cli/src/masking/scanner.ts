/**
 * Finds secrets in all decoded forms of a stream at once: raw, without control sequences, unescaped, and in hex dumps.
 *
 *     log ──▶ visible ──▶ search            each search reports positions in the log
 *      │         ├──▶ unescaped once, twice ──▶ searches
 *      │         ├──▶ URL and HTML unescaped ──▶ searches
 *      │         └──▶ rows of dumps ──▶ search
 *      └──▶ search
 *
 * A form that equals the visible text is not searched again, so a typical log costs one search.
 */

import type { Automaton } from './automaton.js';
import { backslashes, chain, entities, percents, visibleText, type Decoder } from './decoders.js';
import { hexDump } from './hex-dump.js';
import { DecodedText } from './decoded-text.js';
import { Search } from './search.js';

/** The position of a secret. `toLineEnd`: the rest of the line repeats the secret in another form. */
export interface MaskedRange {
  readonly start: number;
  readonly end: number;
  readonly toLineEnd: boolean;
}

/** Longer parts are searched in pieces, so that one escape does not cause a whole long part to be decoded. */
const MAX_PART_LENGTH = 4096;

/** A decoder that returns its input. */
const identity: Decoder = {
  push: (part) => part,
  undecided: () => undefined,
  end: () => DecodedText.plain('', 0),
};

/** A decoded form other than the visible text, and its search. */
interface Branch {
  readonly decoder: Decoder;
  readonly search: Search;
  /** The input of its decoder: the log, the visible text, or the text of another branch. */
  readonly input: 'log' | 'visible' | Branch;
  /** Whether its search is in the same state as that of the visible text. */
  isInSync: boolean;
  output: DecodedText;
}

/** Searches all decoded forms of one stream. */
export class Scanner {
  readonly #visible = visibleText();
  readonly #search: Search;
  readonly #branches: readonly Branch[];
  readonly #dump = hexDump();
  readonly #dumpSearch: Search;
  #ranges: MaskedRange[] = [];
  #length: number;

  /** @param offset position in the log at which the scanner starts */
  constructor(automaton: Automaton, offset: number) {
    this.#length = offset;
    const addRange = (start: number, end: number): void => void this.#ranges.push({ start, end, toLineEnd: false });
    this.#search = new Search(automaton, addRange);
    this.#dumpSearch = new Search(automaton, (start, end) => this.#ranges.push({ start, end, toLineEnd: true }));
    const branch = (decoder: Decoder, of: Branch['input']): Branch => ({
      decoder,
      search: new Search(automaton, addRange),
      input: of,
      isInSync: true,
      output: DecodedText.plain('', 0),
    });
    const unescaped = branch(chain(backslashes(), visibleText()), 'visible');
    this.#branches = [
      branch(identity, 'log'),
      unescaped,
      branch(chain(backslashes(), visibleText()), unescaped),
      branch(percents(), 'visible'),
      branch(entities(), 'visible'),
    ];
  }

  /** Searches the next part of the stream. */
  push(text: string): void {
    for (let at = 0; at < text.length; at += MAX_PART_LENGTH) {
      const log = DecodedText.plain(text.slice(at, at + MAX_PART_LENGTH), this.#length);
      this.#length += log.text.length;
      this.#scan(log, this.#visible.push(log), false);
    }
  }

  /** Searches the text that was held back because of an incomplete sequence. */
  end(): void {
    this.#scan(DecodedText.plain('', this.#length), this.#visible.end(), true);
  }

  /** Returns the first position of the log that may still become part of a secret. */
  safeLength(): number {
    const undecided = [this.#visible, this.#dump, ...this.#branches.map(({ decoder }) => decoder)].map((decoder) =>
      decoder.undecided(),
    );
    const searches = this.#branches.flatMap(({ search, isInSync }) => (isInSync ? [] : [search]));
    const pending = [this.#search, this.#dumpSearch, ...searches].map((search) => search.pending());
    return Math.min(this.#length, ...[...undecided, ...pending].filter((place) => place !== undefined));
  }

  /** Returns the ranges found since the last call. */
  takeRanges(): readonly MaskedRange[] {
    const ranges = this.#ranges;
    this.#ranges = [];
    return ranges;
  }

  #scan(log: DecodedText, visible: DecodedText, isEnd: boolean): void {
    for (const branch of this.#branches) {
      const { decoder, input } = branch;
      const source = input === 'log' ? log : input === 'visible' ? visible : input.output;
      const pushed = decoder.push(source);
      branch.output = isEnd ? pushed.followedBy(decoder.end()) : pushed;
      if (branch.isInSync && branch.output === visible) continue;
      if (branch.isInSync) branch.search.copyState(this.#search);
      branch.isInSync = false;
      branch.search.scan(branch.output);
    }
    this.#search.scan(visible);
    for (const branch of this.#branches)
      branch.isInSync ||= branch.decoder.undecided() === undefined && branch.search.isInSyncWith(this.#search);
    const rows = this.#dump.push(visible);
    this.#dumpSearch.scan(isEnd ? rows.followedBy(this.#dump.end()) : rows);
  }
}
