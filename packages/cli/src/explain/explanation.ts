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
  /** YAML that has the problem, and the same without it. Absent: text cannot show it. */
  readonly example?: { readonly wrong: string; readonly right: string };
}
