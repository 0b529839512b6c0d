/** `run` with objects of an API version that is checked but not executed. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { prepare } from '../../../src/run/prepare/prepare.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'later-version-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const none: ReadonlyMap<string, string> = new Map();

const prepared = (manifest: string): ReturnType<typeof prepare> => {
  const path = join(folder, 'run.yaml');
  writeFileSync(path, manifest);
  return prepare({ paths: [path], run: [], param: none, source: none, image: none, runtime: 'sandbox' });
};

const run = (command: string): string =>
  `apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata:\n  name: greet\nspec:\n  taskSpec:\n    steps:\n    - name: greet\n      image: busybox:1.36\n      ${command}\n`;

test('a sound run of tekton.dev/v1 is refused before anything starts, and the message says what to do', () => {
  expect(() => prepared(run('command: [echo, hello]'))).toThrow(
    expect.objectContaining({
      message: "TaskRun 'greet' is tekton.dev/v1, which is checked but not run yet",
      hint: 'run it on a cluster with Tekton, write it as tekton.dev/v1alpha1, or exclude its file with --exclude',
    }),
  );
});

test('mistakes in a run of tekton.dev/v1 are reported first', () => {
  const { findings } = prepared(run('comand: [echo, hello]'));
  expect(findings.map(({ message }) => message)).toContain("unknown field 'comand'");
});

test('a run whose name the server generates is named by the start of its name', () => {
  const generated = run('command: [echo, hello]').replace('  name: greet\nspec', '  generateName: greet-\nspec');
  expect(() => prepared(generated)).toThrow("TaskRun 'greet-' is tekton.dev/v1, which is checked but not run yet");
});
