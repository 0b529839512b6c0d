/** Lists the command lines of all processes, for tests of leaked processes. Reads /proc, since `ps` may be missing. */

import { readdirSync, readFileSync } from 'node:fs';

/** Returns one text for each process, its arguments separated by NUL characters. */
export const commandLines = (): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
      } catch {
        return []; // it has exited in the meantime
      }
    });
