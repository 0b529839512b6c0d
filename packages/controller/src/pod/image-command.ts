/**
 * The command of an image, from its configuration (OCI image specification).
 *
 * Separate because the registry client, the stand-ins of the local cluster and the pod use it.
 */

/** The command of an image; the arguments of a step follow it. */
export interface ImageCommand {
  readonly kind: 'command';
  readonly command: readonly string[];
  /** What its Cmd is: the whole command, or words that follow it unless a step has arguments. Absent: it has none, or is not known. */
  readonly cmd?: { readonly kind: 'whole' } | { readonly kind: 'words'; readonly words: readonly string[] };
}

/**
 * Returns the Entrypoint, or the Cmd of an image without one, as Tekton does. With the kubelet's own rules, a step's arguments would replace
 * the Cmd, and the first of them would be executed.
 *
 * @param config the `config` of an image; either list may be missing or null
 * @returns undefined if the image has no command
 */
export function imageCommand(config: {
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
}): ImageCommand | undefined {
  const [entrypoint, words] = [config.Entrypoint ?? [], config.Cmd ?? []];
  if (entrypoint.length > 0)
    return { kind: 'command', command: entrypoint, ...(words.length > 0 && { cmd: { kind: 'words', words } }) };
  return words.length > 0 ? { kind: 'command', command: words, cmd: { kind: 'whole' } } : undefined;
}

/** The result of looking up the command of an image. */
export type ImageCommandResult =
  | ImageCommand
  /** The command is not known. A single step without arguments runs with the image's own command. `reason`: for the user. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** The image does not exist, so the run cannot start. `message`: for the user. */
  | { readonly kind: 'missing'; readonly message: string };
