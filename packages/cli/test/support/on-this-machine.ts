/**
 * Runs manifests with real steps, if a trial shows that this machine can run containers. Otherwise, the tests check the
 * error message.
 */

import { EventEmitter } from 'node:events';
import { expect } from '@jest/globals';
import { sandbox } from '@pipewright/cluster';
import { run } from '../../src/run/run-command.js';
import { UsageError } from '../../src/diagnostics/usage-error.js';
import { folderWith, recorded } from './cli.js';
import type { RunOptions } from '../../src/run/run-options.js';

const probed = sandbox().probe();

/** Whether this machine can run containers. */
export const usable = async (): Promise<boolean> => (await probed).kind === 'usable';

const folders: (() => void)[] = [];

/** Removes the directories of a test. */
export const removeFolders = (): void => folders.splice(0).forEach((done) => done());

/** Creates a directory with these files, removed by `removeFolders`. */
export function folder(files: Readonly<Record<string, string>>): string {
  const { path, done } = folderWith(files);
  folders.push(done);
  return path;
}

/** Returns a step with a shell script. */
export const step = (name: string, script: string): string =>
  `{ name: ${name}, image: 'busybox:1', command: [sh, -c], args: [${JSON.stringify(script)}] }`;

/** Returns a TaskRun `once` with these steps. `more`: fields of its spec, which then has a git input. */
export const taskRunWithSteps = (steps: readonly string[], more = ''): string => `apiVersion: tekton.dev/v1alpha1
kind: TaskRun
metadata: { name: once }
spec:
${more}
  taskSpec:
${more === '' ? '' : '    inputs: { resources: [{ name: source, type: git }] }'}
    steps:
${steps.map((text) => `      - ${text}`).join('\n')}
`;

/** The exit code and output of a run. */
export interface RunResult {
  readonly status: number;
  readonly out: string;
}

/** Runs these files. */
export async function runFiles(
  files: Readonly<Record<string, string>>,
  more: Partial<RunOptions> = {},
): Promise<RunResult> {
  const output = recorded();
  const options: RunOptions = {
    paths: [folder(files)],
    run: [],
    param: new Map(),
    source: new Map(),
    image: new Map([['busybox', 'host']]),
    output: 'text',
    runtime: 'sandbox',
    ...more,
  };
  try {
    const status = await run(options, output, { signals: new EventEmitter() });
    return { status, out: output.out() };
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    return { status: cause.status, out: cause.message };
  }
}

/** Checks the exit code and the text that a run prints and omits or, if containers are unavailable, the error message. */
export async function expectRun(
  { status, out }: RunResult,
  want: { readonly status: number; readonly prints: readonly (string | RegExp)[]; readonly omits?: readonly string[] },
): Promise<void> {
  const probe = await probed;
  if (probe.kind === 'unusable') {
    expect({ status, out }).toEqual({ status: 3, out: `${probe.problem.code}: ${probe.problem.message}` });
    return;
  }
  for (const text of want.prints)
    expect(out).toEqual(expect.stringMatching(text instanceof RegExp ? text : escape(text)));
  for (const text of want.omits ?? []) expect(out).not.toContain(text);
  expect(status).toBe(want.status);
}

const escape = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
