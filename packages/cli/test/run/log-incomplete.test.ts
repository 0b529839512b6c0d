/** Messages of `run` about a log that could not be written: in the log, in the summary, and in the statuses. */

import { EventEmitter } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { fake, type FakeOutcome, type Runtime } from '@pipewright/cluster';
import { run } from '../../src/run/run-command.js';
import { recorded } from '../support/cli.js';
import { folder, taskRunWithSteps, removeFolders, step } from '../support/on-this-machine.js';

afterEach(removeFolders);

/** Returns a fake runtime on a node whose log directory cannot be created. */
function withoutLogs(outcome: FakeOutcome): Runtime {
  const runtime = fake({ script: () => outcome });
  return {
    ...{ name: runtime.name, usesFiles: runtime.usesFiles },
    probe: () => runtime.probe(),
    remove: (directory) => runtime.remove(directory),
    start: (spec, signal) => {
      const runDirectory = dirname(spec.scratch);
      mkdirSync(runDirectory, { recursive: true });
      writeFileSync(join(runDirectory, 'logs'), 'in the way');
      return runtime.start(spec, signal);
    },
  };
}

async function running(output: 'text' | 'json', outcome: FakeOutcome): Promise<{ status: number; out: string }> {
  const printed = recorded();
  const status = await run(
    {
      ...{ paths: [folder({ 'p.yaml': taskRunWithSteps([step('first', 'echo')]) })], run: [], param: new Map() },
      ...{ source: new Map(), image: new Map([['busybox', 'host']]), output, runtime: 'fake' },
    },
    printed,
    { runtime: withoutLogs(outcome), signals: new EventEmitter() },
  );
  return { status, out: printed.out() };
}

test('an incomplete log is reported at its end, and in the summary of a successful run', async () => {
  const { status, out } = await running('text', { output: 'hello\n' });
  expect(status).toBe(0);
  expect(out).toMatch(/^\[once : first\] \(pipewright: 6 bytes of this log are missing: ENOTDIR: .*\)$/m);
  expect(out).toMatch(
    /^Succeeded .*\n {2}✔ once .*\n {6}the log of container "step-first" lacks 6 bytes: ENOTDIR: .*$/m,
  );
  expect(out).toMatch(/^--- once: the log of container "step-first" lacks 6 bytes: ENOTDIR: .*$/m);
});

test('an incomplete log is reported once next to a failure', async () => {
  const { status, out } = await running('text', { output: 'hello\n', exitCode: 3 });
  expect(status).toBe(1);
  const [, summary = ''] = /^Failed {2}once([^]*)/m.exec(out) ?? [];
  expect(summary.match(/lacks 6 bytes/g)).toEqual(['lacks 6 bytes']);
  expect(summary).toContain('"step-first" exited with code 3 (image: "busybox:1")\n');
});

test('an incomplete log is an event, and part of the status of the run', async () => {
  const { out } = await running('json', { output: 'hello\n' });
  const events = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly type: string; readonly message?: string });
  const said = (type: string): string | undefined => events.find((event) => event.type === type)?.message;
  expect(said('log-incomplete')).toMatch(/^the log of container "step-first" lacks 6 bytes: ENOTDIR/);
  expect(said('task-end')).toMatch(/^All Steps have completed executing; the log of container "step-first" lacks 6/);
});
