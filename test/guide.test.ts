/** The tests that docs/guide.md shows, and, with THOROUGH=1, the commands that a newcomer types; examples.test.ts synthesizes and runs the same files. */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { sandbox } from '@pipewright/cluster';
import { simulate } from '@pipewright/testing';
import { App } from 'cdk8s';
import { Hello } from '../examples/first-pipeline/main.js';
import { TektonTesting } from '../lib/testing/index.js';
import '../lib/testing/jest.js';
import { thoroughTest } from './thorough.js';

const root = resolve(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'pipewright-guide-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

test('packs after its tests pass', () => {
  const tekton = TektonTesting.of(new Hello(new App(), 'hello'));
  expect(tekton.problems).toEqual([]);
  tekton.graph('hello').expectOrder('test', 'pack');
  expect(tekton.find('Task', 'pack').spec.steps?.[0]?.workingDir).toBe('$(inputs.resources.source.path)');
});

test('is valid', () => {
  expect(new Hello(new App(), 'hello')).toBeValidTekton();
});

test('does not pack if a test fails', async () => {
  const hello = TektonTesting.of(new Hello(new App(), 'hello'));
  const run = await simulate(hello, { scripts: { test: { unit: { exitCode: 1 } } } });
  expect(run.succeeded).toBe(false);
  expect(run.skipped).toEqual(['pack']);
});

test('the generated files of the guide have no problems', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, 'packages/cli/bin/pipewright.js'), 'lint', 'examples/first-pipeline/expected'],
    { cwd: root, env: { ...process.env, NO_COLOR: '1' } },
  );
  expect(stdout).toBe('no problems (5 objects checked)\n');
});

const typesTheCommands = async (): Promise<void> => {
  const dist = join(work, 'dist');
  const call = async (...args: readonly string[]): Promise<string> => {
    const env = { ...process.env, CDK8S_OUTDIR: dist, NO_COLOR: '1' };
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env });
    return stdout;
  };
  const pipewright = join(root, 'packages/cli/bin/pipewright.js');
  await call('--import', 'tsx', 'examples/first-pipeline/main.ts');
  expect(await call(pipewright, 'lint', dist)).toBe('no problems (5 objects checked)\n');
  const run = [pipewright, 'run', dist, '--config', 'examples/first-pipeline/pipewright.yaml', '-p', 'version=1.0.0'];
  if ((await sandbox().probe()).kind === 'unusable') return expect(call(...run)).rejects.toMatchObject({ code: 3 });
  const printed = await call(...run);
  expect(printed).toContain('[test : unit] the greeting is right\n');
  expect(printed).toContain('[pack : tar] packed hello-1.0.0.tgz\n');
};
thoroughTest('the commands of the guide: synth, lint, run', typesTheCommands);
