/** Steps of a pod as processes of this machine: the entrypoint's words, started together in a directory of their own. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entrypoint } from '../../src/scripts/entrypoint.js';
import type { StepTurn } from '../../src/scripts/entrypoint-arguments.js';
import { scripts } from './scripts.js';
import { expanded, run, type Ended } from './shells.js';

const directories: string[] = [];

/** A new directory, until `removePlaces`. */
export const newDirectory = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'steps-'));
  directories.push(made);
  return made;
};

/** Removes the directories of a test. */
export const removeDirectories = (): void => {
  for (const made of directories.splice(0)) rmSync(made, { recursive: true, force: true });
};

/** A step: its command, its environment, and other arguments of the entrypoint. */
export type Step = {
  readonly runs: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the environment is restored byte for byte. */
  readonly exactEnvironment?: boolean;
} & Partial<StepTurn>;

/** A step of shell text. */
export const sh = (text: string): Step => ({ runs: ['sh', '-c', text] });

/** The words a runtime would start step `index` with. */
export function commandLine(
  shell: readonly string[],
  toolsDir: string,
  steps: readonly Step[],
  index: number,
): readonly string[] {
  const { runs = [], env: _, exactEnvironment = false, ...turn } = steps[index] ?? {};
  const options = { shell, exactEnvironment };
  const { command, args } = entrypoint(scripts, { index, count: steps.length, toolsDir, ...turn }, options);
  return [...command, ...args, ...runs].map(expanded);
}

/** Starts all steps, the last one first, and waits for all. */
export async function runSteps(shell: readonly string[], steps: readonly Step[]): Promise<readonly Ended[]> {
  const toolsDir = newDirectory();
  const started = steps
    .map((_, index) => steps.length - 1 - index)
    .map((index) => run(commandLine(shell, toolsDir, steps, index), steps[index]?.env));
  return (await Promise.all(started)).toReversed();
}
