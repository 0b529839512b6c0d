/**
 * The command line of a container, from the container and its image.
 *
 * `command` replaces the image's Entrypoint and drops its Cmd; `args` alone replaces Cmd and keeps Entrypoint.
 */

import type { ImageConfig } from './image.js';
import { expand } from './expansion.js';
import type { Container } from '../pod/pod.js';

/** The argument list, or the error. */
export type CommandResolution =
  | { readonly kind: 'resolved'; readonly argv: readonly [string, ...string[]] }
  | { readonly kind: 'unspecified'; readonly message: string };

/** Combines a container with its image. References are expanded only in the container's fields. */
export function commandOf(
  container: Container,
  config: ImageConfig,
  env: Readonly<Record<string, string>>,
): CommandResolution {
  const expanded = (list: readonly string[] | undefined): readonly string[] =>
    (list ?? []).map((text) => expand(text, (name) => env[name]));
  const command = expanded(container.command);
  const args = expanded(container.args);
  const entrypoint = command.length > 0 ? command : (config.Entrypoint ?? []);
  const rest = args.length > 0 || command.length > 0 ? args : (config.Cmd ?? []);
  const [first, ...others] = [...entrypoint, ...rest];
  if (first === undefined) return { kind: 'unspecified', message: 'no command specified' };
  return { kind: 'resolved', argv: [first, ...others] };
}
