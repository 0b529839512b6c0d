/**
 * What is to be done to make one container: between those who plan it and the launchers, each of which does it in its own way.
 */

/** One mount, in the order in which they must be made. Targets are paths of the container. */
export type Operation =
  | {
      readonly kind: 'bind';
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly flags: readonly string[];
    }
  | {
      readonly kind: 'overlay';
      readonly lowers: readonly string[];
      readonly target: string;
      readonly upper?: string;
      readonly work?: string;
    }
  /** `readOnly`: what below it speaks to the whole machine. */
  | { readonly kind: 'proc'; readonly target: string; readonly readOnly: readonly string[] }
  | { readonly kind: 'devpts'; readonly target: string }
  /** A whole /dev, from a launcher that makes one. */
  | { readonly kind: 'dev'; readonly target: string };

/** All that a launcher needs. */
export interface Plan {
  /** The host directory the root is put together at. */
  readonly root: string;
  readonly operations: readonly Operation[];
  readonly cwd: string;
  /** Paths of the machine to make read-only for this container, below what it sees. */
  readonly cover: readonly string[];
  /** To be made before the mounts, which use them; what they lie in is there. */
  readonly directories: readonly string[];
  /** Why the command cannot be run there; undefined when it can. */
  readonly refusal: string | undefined;
}
