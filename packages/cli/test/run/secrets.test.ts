/** `run` must not print values of Secrets, only the names of those that it cannot mask. */

import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { fake, type FakeScript } from '@pipewright/cluster';
import { run } from '../../src/run/run-command.js';
import { recorded } from '../support/cli.js';
import { folder, taskRunWithSteps, removeFolders, step } from '../support/on-this-machine.js';
import type { RunOptions } from '../../src/run/run-options.js';

const TASK = taskRunWithSteps([step('first', 'echo'), step('second', 'echo')]);

afterEach(removeFolders);

/** Runs the task with additional manifests. */
async function running(manifests: string, more: Partial<RunOptions> = {}, script: FakeScript = () => undefined) {
  const output = recorded();
  const options: RunOptions = {
    ...{ paths: [folder({ 'p.yaml': TASK + manifests })], run: [], param: new Map(), source: new Map() },
    ...{ image: new Map([['busybox', 'host']]), output: 'text', runtime: 'fake', ...more },
  };
  const status = await run(options, output, { runtime: fake({ script }), signals: new EventEmitter() });
  return { status, out: output.out(), err: output.err() };
}

test('values of Secrets in step output are masked', async () => {
  const secret = `---\napiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { token: hunter2-hunter2 }\n`;
  const printed = `plain hunter2-hunter2 b64 ${Buffer.from('hunter2-hunter2').toString('base64')}\n`;
  for (const output of ['text', 'json'] as const) {
    const { out, err } = await running(secret, { output }, ({ identity }) =>
      identity.container === 'step-second'
        ? { exitCode: 1, message: 'hunter2-hunter2', output: printed }
        : { output: printed },
    );
    expect(out).toContain('plain *** b64 ***');
    expect(out + err).not.toMatch(/hunter2-hunter2|aHVudGVyMi/);
  }
});

test('values of Secrets that control characters or escapes split are masked', async () => {
  const value = 'hunter2-hunter2';
  const secret = `---\napiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { token: ${value} }\n`;
  const printed = [
    Buffer.from(value, 'utf16le').toString('latin1'),
    [...value].join('\u0001'),
    'hunter2-\u001b[01;31m\u001b[Khunter2\u001b[m\u001b[K',
    'progress\rhunter2-hun\u0000ter2',
    `hunter2-${'\u001b]0;a title\u0007'}hunter2`,
    'hunter2-\\u0068unter2',
    ...(Buffer.from(`${'x'.repeat(53)}${value}`)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
  ].join('\n');
  for (const output of ['text', 'json'] as const) {
    const { out } = await running(secret, { output }, () => ({ output: `${printed}\n` }));
    const shown = out.replace(/\\u001b\[[0-9;]*[mK]|\u001b\[[0-9;]*[mK]|\\u00..|[\u0000-\u0008]/g, '');
    expect(shown).not.toMatch(/hunter2-|hunter2$|aHVudGVyMi|dGVyMi1odW50ZXIy/m);
    expect(shown).toContain('***');
  }
});

test('values that cannot be masked are reported by name at the start', async () => {
  const secret = `---\napiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { pin: 'x7', debug: 'true', port: '8080', token: hunter2-hunter2 }\n`;
  const { out } = await running(secret, {}, () => ({ output: 'true 8080 x7\n' }));
  expect(out).toContain('\ntoo short to be masked, so printed in clear text: s/pin\n');
  expect(out).toContain('\ntoo common to be masked, so printed in clear text: s/debug, s/port\n');
  expect(out.indexOf('to be masked')).toBeLessThan(out.indexOf('--- TaskRun'));
  expect(out).toContain('[once : first] true 8080 x7\n');
});

test('lines of a file with a Secret are not quoted in findings, and their messages are masked', async () => {
  const secret = `---\napiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { on: yes, token: hunter2-hunter2 }\n`;
  const run = `---\napiVersion: tekton.dev/v1alpha1\nkind: TaskRun\nmetadata: { name: twice }\nspec: { taskRef: { name: hunter2-hunter2 } }\n`;
  const { status, out, err } = await running(secret + run);
  expect(status).toBe(2);
  expect(err).toContain('***');
  expect(out + err).not.toContain('hunter2');
});

test('errors of the cluster are masked on standard error and in the log file', async () => {
  const secret = `---\napiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { token: hunter2-hunter2 }\n`;
  const logFile = join(folder({}), 'log');
  const script = (): never => {
    throw new Error('a bug with hunter2-hunter2');
  };
  const { err } = await running(secret, {}, script);
  expect(err).toMatch(/^\S+Z ERROR pod default\/once-pod-\w+: Error: a bug with \*\*\*\n {4} +at /m);
  expect((await running(secret, { logFile }, script)).err).not.toContain('ERROR');
  expect(readFileSync(logFile, 'utf8')).toMatch(/^\S+Z ERROR pod default\/once-pod-\w+: Error: a bug with \*\*\*\n/);
});
