/** The command lines of all processes of this machine, for tests of what is left running. Read from /proc: `ps` is not on every machine. */

import { readdirSync, readFileSync } from 'node:fs';

/** Returns one text for each process, its arguments separated by NUL characters. */
export const commandLines = (): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
      } catch {
        return []; // it has ended meanwhile
      }
    });
