/**
 * What an image runs by itself, read off its configuration (OCI image specification).
 *
 * Apart because a registry, a stand-in of the local cluster and a pod all speak of it.
 */

/** What an image runs by itself; the arguments of a step follow it. */
export interface ImageCommand {
  readonly command: readonly string[];
}

/**
 * Returns the Entrypoint, and the Cmd where there is none, as Tekton does. The kubelet would let a step's arguments replace the Cmd
 * and run the first of them.
 *
 * @param config the `config` of an image; either list may be missing or null
 * @returns undefined when it names no program
 */
export function imageCommand(config: {
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
}): ImageCommand | undefined {
  const command = [config.Entrypoint ?? [], config.Cmd ?? []].find((words) => words.length > 0);
  return command && { command };
}

/** What was found out about an image that a step without a command names. */
export type ImageCommandResult =
  | ImageCommand
  /** It is not known what it runs, in words for the user; a lone step without arguments runs as its image has it. */
  | { readonly unknown: string }
  /** There is no such image; the run cannot start. */
  | { readonly missing: string };
