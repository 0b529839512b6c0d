/** The explanation of a problem code, independent of a file. */

/** The explanation of one code. */
export interface Explanation {
  readonly severity: 'error' | 'warning';
  /** The problem, without a full stop. */
  readonly title: string;
  /** The consequences of the problem. */
  readonly why: string;
  /** How to fix the problem. */
  readonly fix: string;
  readonly example: Example;
}

/** A text with a problem, and the fixed one. */
export interface Example {
  /** @default 'yaml' */
  readonly language?: 'yaml' | 'ts' | 'sh';
  readonly wrong: string;
  readonly right: string;
}
