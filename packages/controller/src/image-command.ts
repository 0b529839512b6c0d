/**
 * What an image runs by itself, read off its configuration (OCI image specification).
 *
 * Apart because a registry, a stand-in of the local cluster and a pod all speak of it.
 */

/** What an image runs by itself. */
export interface ImageCommand {
  readonly command: readonly string[];
  /** Left out when the step has arguments of its own. */
  readonly args: readonly string[];
}

/**
 * @param config the `config` of an image; either list may be missing or null
 * @returns undefined when it names no program
 */
export function imageCommand(config: {
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
}): ImageCommand | undefined {
  const entrypoint = config.Entrypoint ?? [];
  const cmd = config.Cmd ?? [];
  if (entrypoint.length > 0) return { command: entrypoint, args: cmd };
  return cmd.length > 0 ? { command: [], args: cmd } : undefined;
}

/** What was found out about an image that a step without a command names. */
export type CommandFound =
  | ImageCommand
  /** It is not known what it runs, in words for the user; a lone step runs as its image has it all the same. */
  | { readonly unknown: string }
  /** There is no such image; the run cannot start. */
  | { readonly missing: string };
