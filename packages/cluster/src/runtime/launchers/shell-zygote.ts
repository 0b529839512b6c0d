/**
 * A shell that forks the launchers of containers, one for each line of its input (shell-zygote.sh).
 *
 * With namespaces of its own it is process 1 and dies with this process, and with it everything it started, even after a kill; for an
 * ordinary user it holds the user namespace that all containers of this runtime share. bubblewrap makes its own namespaces, so the
 * shell runs without any, and kills its process group at the end of its input.
 */

import { readFileSync } from 'node:fs';
import type { Programs } from './launcher.js';
import type { Rights } from './mount-table.js';
import { HelperProcess } from './helper-process.js';

/** The exit code that a shell reports for a killed process. */
const KILLED = 137;

/** Starts processes from a shell. */
export class ShellZygote {
  readonly #shell: HelperProcess;
  readonly #waiting = new Map<string, (code: number) => void>();
  #next = 0;

  /** @param isolated whether it runs in separate namespaces */
  constructor({ setpriv, unshare, sh }: Programs, rights: Rights, { isolated }: { readonly isolated: boolean }) {
    const user = rights === 'user' ? ['--user', '--map-root-user'] : [];
    const namespaces = ['--pdeathsig=KILL', '--', unshare, ...user, '--pid', '--fork', '--kill-child', '--'];
    const program = ['-c', readFileSync(new URL('./shell-zygote.sh', import.meta.url), 'utf8'), 'shell-zygote'];
    this.#shell = new HelperProcess({
      ...(isolated
        ? { file: setpriv, args: [...namespaces, sh, ...program] }
        : { file: sh, args: [...program, 'kill-group'] }),
      onLine: (line) => {
        const [id = '', code = ''] = line.split(' ');
        this.#ended(id, Number(code));
      },
      onExit: () => {
        for (const id of [...this.#waiting.keys()]) this.#ended(id, KILLED);
      },
    });
  }

  /** The shell's error output. */
  get errorOutput(): string {
    return this.#shell.errorOutput;
  }

  /** Runs the `launch` script of a directory. @returns its exit code */
  run(directory: string): Promise<number> {
    const id = String(this.#next++);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#shell.send(`${id} ${directory}\n`);
    });
  }

  #ended(id: string, code: number): void {
    this.#waiting.get(id)?.(code);
    this.#waiting.delete(id);
    this.#shell.keepAlive(this.#waiting.size > 0);
  }
}

/** Quotes a text as one word of a shell. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Returns the script of a launch: redirects the output, sets the environment, and executes the command. */
export function launchScript(launch: {
  readonly output: string;
  readonly status: string;
  /** The descriptor of the status pipe in the command. */
  readonly descriptor: 2 | 3;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}): string {
  const exports = Object.entries(launch.env).map(([name, value]) => `export ${name}=${shellQuote(value)}\n`);
  const { descriptor } = launch;
  return [
    `exec </dev/null >${shellQuote(launch.output)} ${descriptor}>${shellQuote(launch.status)}${descriptor === 2 ? '' : ' 2>&1'}\n`,
    'read -r pid _ </proc/self/stat\n',
    `echo "pid $pid" >&${descriptor}\n`,
    ...exports,
    `exec ${launch.command.map(shellQuote).join(' ')}\n`,
  ].join('');
}
