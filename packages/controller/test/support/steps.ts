/** Runs the steps of a pod as local processes with the entrypoint, in their own directory. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entrypoint } from '../../src/scripts/entrypoint/entrypoint.js';
import type { StepTurn } from '../../src/scripts/entrypoint/entrypoint-arguments.js';
import { scripts } from './scripts.js';
import { expandArgument, runProcess, type ProcessResult } from './shells.js';

const directories: string[] = [];

/** Creates a directory, removed by `removeDirectories`. */
export const newDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'steps-'));
  directories.push(directory);
  return directory;
};

/** Removes all directories of a test. */
export const removeDirectories = (): void => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
};

/** A step: its command, environment, and other arguments of the entrypoint. */
export type Step = {
  readonly runs: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the environment is restored byte for byte. */
  readonly exactEnvironment?: boolean;
} & Partial<StepTurn>;

/** Returns a step with a shell script. */
export const sh = (text: string): Step => ({ runs: ['sh', '-c', text] });

/** Returns the command line with which a runtime would start step `index`. */
export function commandLine(
  shell: readonly string[],
  toolsDir: string,
  steps: readonly Step[],
  index: number,
): readonly string[] {
  const { runs = [], env: _, exactEnvironment = false, ...turn } = steps[index] ?? {};
  const options = { shell, exactEnvironment };
  const { command, args } = entrypoint(scripts, { index, count: steps.length, toolsDir, ...turn }, options);
  return [...command, ...args, ...runs].map(expandArgument);
}

/** Starts all steps in reverse order, and waits for all of them. */
export async function runSteps(shell: readonly string[], steps: readonly Step[]): Promise<readonly ProcessResult[]> {
  const toolsDir = newDirectory();
  const started = steps
    .map((_, index) => steps.length - 1 - index)
    .map((index) => runProcess(commandLine(shell, toolsDir, steps, index), steps[index]?.env));
  return (await Promise.all(started)).toReversed();
}
