/**
 * Repeatedly kills a process that writes to a data directory, and compares the acknowledged writes with the directory.
 *
 * Killing a process does not lose synced data, so this only tests the order of its operations, on a real file system.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openStorage } from '../../src/storage/open.js';

/** The outcome. */
export interface Kills {
  readonly acknowledged: number;
  /** Messages about lost acknowledged writes. */
  readonly lostWrites: readonly string[];
  /** Notices about incomplete tails. */
  readonly notices: readonly string[];
}

/** The state of an object: its number, or `gone`. */
type State = string;

/** Possible states of objects by name: the last acknowledged state, and those of later attempts. */
type Possible = Map<string, State[]>;

/**
 * Kills processes that write to the same directory, one after another.
 *
 * @param count the number of processes
 * @param firstLines the number of lines that the first process prints before it is killed
 */
export async function killProcesses(count: number, firstLines = 20): Promise<Kills> {
  const parent = mkdtempSync(join(tmpdir(), 'pipewright-kills-'));
  const directory = join(parent, 'data');
  const possibleStates: Possible = new Map();
  const lostWrites: string[] = [];
  const notices: string[] = [];
  let [acknowledged, nextNumber] = [0, 1];
  try {
    for (let kill = 0; kill < count; kill += 1) {
      for (const line of await linesUntilKilled(directory, nextNumber, firstLines + ((kill * 137) % 400))) {
        const [progress, kind, name = '', number = '0'] = line.split(' ');
        const state = kind === 'delete' ? 'gone' : number;
        if (progress === 'try') possibleStates.set(name, [...(possibleStates.get(name) ?? ['gone']), state]);
        else possibleStates.set(name, [state]);
        if (progress === 'done') acknowledged += 1;
        nextNumber = Math.max(nextNumber, Number(number) + 1);
      }
      lostWrites.push(
        ...(await compare(directory, possibleStates, notices)).map((line) => `kill ${kill + 1}: ${line}`),
      );
    }
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
  return { acknowledged, lostWrites, notices };
}

/** Starts a writer and kills it after `count` lines. Returns all printed lines. */
async function linesUntilKilled(directory: string, firstNumber: number, count: number): Promise<string[]> {
  const script = join(import.meta.dirname, 'writer.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, directory, String(firstNumber)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === count) child.kill('SIGKILL');
  }
  const [, signal] = (await exited) as [number | null, string | null];
  if (signal !== 'SIGKILL') throw new Error('the process ended before it was killed');
  return lines;
}

/** Opens the directory and returns lost writes. The states found become the only possible ones. */
async function compare(directory: string, possibleStates: Possible, notices: string[]): Promise<string[]> {
  const storage = await openStorage(directory, { log: (line) => notices.push(line) });
  const lostWrites: string[] = [];
  for (const [name, states] of possibleStates) {
    const object = storage.store.collection('/configmaps').get('default', name);
    const found = object ? (object['data'] as { readonly n: string }).n : 'gone'; // as written by the process
    if (!states.includes(found)) lostWrites.push(`${name} is ${found}, but should be one of ${states.join(', ')}`);
    possibleStates.set(name, [found]);
  }
  await storage.close();
  return lostWrites;
}
