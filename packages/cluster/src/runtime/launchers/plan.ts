/**
 * The plan of a container, the interface between the planner and the launchers.
 */

/** A mount. Targets are paths in the container. */
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

/** The input of a launcher. */
export interface Plan {
  /** The host directory at which the root is assembled. */
  readonly root: string;
  readonly operations: readonly Operation[];
  readonly cwd: string;
  /** Paths of the machine to cover with read-only mounts. */
  readonly cover: readonly string[];
  /** Directories to create before the mounts; their parents exist. */
  readonly directories: readonly string[];
  /** Why the command cannot be run; undefined if it can. */
  readonly refusal: string | undefined;
}
