/** What the command can say about a problem code without a file at hand. */

/** One code, in words. */
export interface Explanation {
  readonly severity: 'error' | 'warning';
  /** What is wrong, without a full stop. */
  readonly title: string;
  /** What happens if it stays. */
  readonly why: string;
  /** How it is put right. */
  readonly fix: string;
  readonly example: Example;
}

/** Text that has a problem, and the same without it. */
export interface Example {
  /** @default 'yaml' */
  readonly language?: 'yaml' | 'ts' | 'sh';
  readonly wrong: string;
  readonly right: string;
}
