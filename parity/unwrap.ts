/**
 * The user's command in a step's container, without the entrypoint that orders the steps. Pure.
 *
 * Two entrypoints are supported: Tekton's program (`-entrypoint COMMAND -- ARGS`, scripts written by an init container) and the
 * controller's own shell text (`-i N … -- COMMAND ARGS`, a script among its options; decision 4).
 */

import { at, listAt, textAt, type JsonObject } from './json.js';

/** A command with its arguments, or a script. */
export type UserCommand =
  { readonly argv: readonly string[] } | { readonly script: string; readonly args: readonly string[] };

/** Returns the user's command of a container of this pod's spec, or its own command if it has no entrypoint. */
export function unwrap(container: JsonObject, podSpec: JsonObject): UserCommand {
  const command = listAt(container, 'command').map(String);
  const args = listAt(container, 'args').map(String);
  if (command[0] === '/tekton/tools/entrypoint' || command[0] === '/tekton/bin/entrypoint')
    return tekton(args, podSpec);
  if (command.at(-1) === 'pipewright') return own(args);
  const [shell, flag, text] = command;
  if (shell === '/bin/sh' && flag === '-c' && text !== undefined && textAt(container, 'name').startsWith('sidecar-'))
    return { script: undoubled(text), args };
  if (command[0]?.startsWith('/tekton/scripts/'))
    return { script: placedScript(command[0], podSpec) ?? `no text of ${command[0]}`, args };
  return { argv: [...command, ...args] };
}

function tekton(args: readonly string[], podSpec: JsonObject): UserCommand {
  const dashes = args.indexOf('--');
  const rest = dashes === -1 ? [] : args.slice(dashes + 1);
  const entry = args[args.indexOf('-entrypoint') + 1] ?? '';
  if (!entry.startsWith('/tekton/scripts/')) return { argv: [entry, ...rest] };
  return { script: placedScript(entry, podSpec) ?? `no text of ${entry}`, args: rest };
}

/** Returns the text that `place-scripts` writes to a file, between two marker lines; since v0.20 it is encoded as base64. */
function placedScript(file: string, podSpec: JsonObject): string | undefined {
  for (const init of listAt(podSpec, 'initContainers')) {
    if (!textAt(init, 'name').startsWith('place-scripts')) continue;
    const text = listAt(init, 'args').map(String).join('\n');
    const from = text.search(new RegExp(`(?:tmp|script)file="${file}"`));
    const [, mark] = /<< '([^']+)'\n/.exec(text.slice(Math.max(from, 0))) ?? [];
    if (from === -1 || mark === undefined) continue;
    const start = text.indexOf(`<< '${mark}'\n`, from) + mark.length + 6;
    const placed = text.slice(start, text.indexOf(`\n${mark}\n`, start - 1));
    return text.includes('entrypoint decode-script') ? Buffer.from(placed, 'base64').toString() : placed;
  }
  return undefined;
}

function own(args: readonly string[]): UserCommand {
  const options: (readonly [string, string])[] = [];
  let index = 0;
  for (; index < args.length && args[index] !== '--'; index += 2)
    options.push([args[index] ?? '', args[index + 1] ?? '']);
  const rest = args.slice(index + 1);
  const pieces = options.filter(([option]) => option === '-p').map(([, piece]) => undoubled(piece));
  return options.some(([option]) => option === '-f') ? { script: pieces.join(''), args: rest } : { argv: rest };
}

/** Replaces `$$` by `$`, as Kubernetes does. */
const undoubled = (text: string): string => text.replaceAll('$$', '$');

/** Whether a container is a step, a sidecar or neither. */
export const roleOf = (container: unknown): 'step' | 'sidecar' | 'other' => {
  const name = String(at(container, 'name') ?? '');
  return name.startsWith('step-') ? 'step' : name.startsWith('sidecar-') ? 'sidecar' : 'other';
};
