/** Parses command-line flags: `--name=value`, `--name value`, `-n value`. Flags that a stand-in ignores are returned separately. */

import { unsupported, UserError } from './user-error.mjs';

/**
 * The form of each flag: with one value, with several, or without one. `ignored` has a value, `ignored-yes` has none.
 *
 * @typedef {Record<string, 'one' | 'many' | 'yes' | 'ignored' | 'ignored-yes'>} FlagKinds
 */

/**
 * @param {string[]} args
 * @param {FlagKinds} kinds
 * @param {Record<string, string>} short names by letter
 * @returns {{flags: Record<string, any>, rest: string[], ignored: string[]}}
 */
export function readFlags(args, kinds, short) {
  /** @type {Record<string, any>} */
  const flags = Object.fromEntries(
    Object.entries(kinds).flatMap(([name, kind]) => (kind === 'many' ? [[name, []]] : [])),
  );
  /** @type {string[]} */
  const rest = [];
  /** @type {string[]} */
  const ignored = [];
  for (let i = 0; i < args.length; i += 1) {
    const [, long, letter, , value] = /^(?:--([A-Za-z][\w-]*)|-([A-Za-z]))(=(.*))?$/s.exec(args[i]) ?? [];
    const name = long ?? short[letter];
    if (long === undefined && letter === undefined) {
      if (args[i].startsWith('-') && args[i] !== '-') throw unknownFlag(args[i], kinds);
      rest.push(args[i]);
      continue;
    }
    const kind = Object.hasOwn(kinds, name ?? '') ? kinds[name] : undefined;
    if (kind === undefined) throw unknownFlag(args[i], kinds);
    if (kind === 'yes' || kind === 'ignored-yes') {
      if (kind === 'yes') flags[name] = value !== 'false';
      else ignored.push(`--${name}`);
      continue;
    }
    const text = value ?? args[(i += 1)];
    if (text === undefined) throw new UserError(`flag --${name} requires a value`);
    if (kind === 'many') flags[name].push(text);
    else if (kind === 'one') flags[name] = text;
    else ignored.push(`--${name}`);
  }
  return { flags, rest, ignored };
}

const unknownFlag = (arg, kinds) =>
  unsupported(`unknown flag ${arg} (supported are --${Object.keys(kinds).join(', --')})`);
