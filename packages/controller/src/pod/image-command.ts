/**
 * What an image runs by itself, read off its configuration (OCI image specification).
 *
 * Apart because a registry, a stand-in of the local cluster and a pod all speak of it.
 */

/** The command of an image; the arguments of a step follow it. */
export interface ImageCommand {
  readonly kind: 'command';
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
  return command && { kind: 'command', command };
}

/** The result of looking up the command of an image. */
export type ImageCommandResult =
  | ImageCommand
  /** The command is not known. A single step without arguments runs with the image's own command. `reason`: for the user. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** The image does not exist, so the run cannot start. `message`: for the user. */
  | { readonly kind: 'missing'; readonly message: string };
