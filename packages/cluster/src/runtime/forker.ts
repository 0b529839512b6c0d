/**
 * A small process that starts the others.
 *
 * To start a process is to copy the address space's tables of the one that starts it: for Node with a few hundred
 * megabytes that takes tens of milliseconds, during which nothing else happens; for a shell it takes none. So one shell
 * is started early, and told what to start by a line each.
 *
 * It is process 1 of a namespace of its own and dies with us, and with it everything it ever started, also when we are
 * killed. For an ordinary user it holds the user namespace that all containers of this runtime share.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Programs, Rights } from './launcher.js';

/** Reads `ID DIRECTORY`, runs DIRECTORY/launch in a process of its own, and says `ID CODE` when that has ended. */
const LOOP = `while IFS=' ' read -r id dir; do
  { ( . "$dir/launch" ); printf '%s %s\\n' "$id" "$?"; } &
done`;

/** What a shell reports for a process that was killed. */
const KILLED = 137;

/** Starts processes from a small one. */
export class Forker {
  readonly #programs: Programs;
  readonly #rights: Rights;
  readonly #waiting = new Map<string, (code: number) => void>();
  #child: ChildProcess | undefined;
  #said = '';
  #next = 0;

  constructor(programs: Programs, rights: Rights) {
    this.#programs = programs;
    this.#rights = rights;
  }

  /** Why nothing can be started, as far as the forker's own start said. */
  get complaint(): string {
    return this.#said;
  }

  /** Runs a directory's `launch` script. @returns its exit code, when it has ended */
  run(directory: string): Promise<number> {
    const id = String(this.#next++);
    const child = (this.#child ??= this.#start());
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#hold(child);
      child.stdin?.write(`${id} ${directory}\n`);
    });
  }

  #start(): ChildProcess {
    const { setpriv, unshare, sh } = this.#programs;
    const user = this.#rights === 'user' ? ['--user', '--map-root-user'] : [];
    const args = ['--pdeathsig=KILL', '--', unshare, ...user, '--pid', '--fork', '--kill-child', '--', sh, '-c', LOOP];
    const child = spawn(setpriv, args, { stdio: ['pipe', 'pipe', 'pipe'], env: {}, detached: true });
    this.#said = '';
    this.#hold(child);
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#ended(...split(line));
    });
    child.stderr.on('data', (chunk: Buffer) => (this.#said = (this.#said + chunk.toString()).slice(0, 2000)));
    child.stdin.on('error', () => undefined); // it is gone, and `close` says so
    child.once('error', (error) => (this.#said += error.message));
    child.once('close', () => {
      if (this.#child === child) this.#child = undefined;
      for (const id of [...this.#waiting.keys()]) this.#ended(id, KILLED);
    });
    return child;
  }

  #ended(id: string, code: number): void {
    this.#waiting.get(id)?.(code);
    this.#waiting.delete(id);
    if (this.#child !== undefined) this.#hold(this.#child);
  }

  /** It keeps our process alive while it runs something, and no longer: it waits for us, not we for it. */
  #hold(child: ChildProcess): void {
    const held = this.#waiting.size > 0;
    for (const it of [child, child.stdin, child.stdout, child.stderr] as (ChildProcess | Socket | null)[]) {
      if (held)
        it?.ref(); // the pipes of a child are sockets
      else it?.unref();
    }
  }
}

function split(line: string): [string, number] {
  const [id = '', code = ''] = line.split(' ');
  return [id, Number(code)];
}

/** A text as one word of a shell, whatever is in it. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The script that a forked process reads: its output, its environment, its command, and nothing that is interpreted. */
export function launchScript(launch: {
  readonly output: string;
  readonly status: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}): string {
  const exports = Object.entries(launch.env).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  return [
    `exec </dev/null >${quote(launch.output)} 2>${quote(launch.status)}\n`,
    'read -r pid _ </proc/self/stat\n',
    'echo "pid $pid" >&2\n',
    ...exports,
    `exec ${launch.command.map(quote).join(' ')}\n`,
  ].join('');
}
