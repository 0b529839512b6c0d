/** Flags as the programs that are stood in for take them: `--name=value`, `--name value`, `-n value`. What has no effect here is named. */

import { beyond, Mistake } from './mistake.mjs';

/**
 * @param {string[]} args
 * @param {Record<string, 'one' | 'many' | 'yes' | 'ignored' | 'ignored-yes'>} kinds `ignored`: taken, with its value, and without effect
 * @param {Record<string, string>} short names by letter
 * @returns {{flags: Record<string, any>, rest: string[], ignored: string[]}}
 */
export function readFlags(args, kinds, short) {
  const flags = Object.fromEntries(
    Object.entries(kinds).flatMap(([name, kind]) => (kind === 'many' ? [[name, []]] : [])),
  );
  const [rest, ignored] = [[], []];
  for (let i = 0; i < args.length; i += 1) {
    const [, long, letter, , value] = /^(?:--([A-Za-z][\w-]*)|-([A-Za-z]))(=(.*))?$/s.exec(args[i]) ?? [];
    const name = long ?? short[letter];
    if (long === undefined && letter === undefined) {
      if (args[i].startsWith('-') && args[i] !== '-') throw unknown(args[i], kinds);
      rest.push(args[i]);
      continue;
    }
    const kind = Object.hasOwn(kinds, name ?? '') ? kinds[name] : undefined;
    if (kind === undefined) throw unknown(args[i], kinds);
    if (kind === 'yes' || kind === 'ignored-yes') {
      if (kind === 'yes') flags[name] = value !== 'false';
      else ignored.push(`--${name}`);
      continue;
    }
    const text = value ?? args[(i += 1)];
    if (text === undefined) throw new Mistake(`flag --${name} needs a value`);
    if (kind === 'many') flags[name].push(text);
    else if (kind === 'one') flags[name] = text;
    else ignored.push(`--${name}`);
  }
  return { flags, rest, ignored };
}

const unknown = (arg, kinds) => beyond(`unknown flag ${arg} (known are --${Object.keys(kinds).join(', --')})`);
