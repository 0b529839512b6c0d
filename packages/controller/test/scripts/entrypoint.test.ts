import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { entrypoint } from '../../src/scripts/entrypoint/entrypoint.js';
import { sampledRows } from '../../../../test/thorough.js';
import { scripts } from '../support/scripts.js';
import { startProcess, runProcess, shells } from '../support/shells.js';
import { newDirectory, removeDirectories, sh, runSteps, commandLine, type Step } from '../support/steps.js';

afterEach(removeDirectories);

/** Returns a directory with only these programs. */
function toolsOf(...programs: readonly string[]): string {
  const bin = newDirectory();
  for (const program of programs) symlinkSync(`/bin/${program}`, join(bin, program));
  return bin;
}

const skippedMessage = expect.stringMatching(
  /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d Skipping step because a previous step failed\n$/,
);

describe.each(shells)('the entrypoint in %s', (_name, shell) => {
  test('runs the steps in sequence, for any order in which their containers start', async () => {
    const log = join(newDirectory(), 'log');
    const steps = ['a', 'b', 'c', 'd'].map((name) => sh(`echo ${name} >>${log}; cat ${log}`));
    const results = await runSteps(shell, steps);
    expect(results.map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual([
      [0, 'a\n', ''],
      [0, 'a\nb\n', ''],
      [0, 'a\nb\nc\n', ''],
      [0, 'a\nb\nc\nd\n', ''],
    ]);
  });

  test('skips the steps after a failed one, and keeps its exit code', async () => {
    const results = await runSteps(shell, [sh('echo one'), sh('exit 7'), sh('echo never'), sh('echo never')]);
    expect(results.map(({ code, stdout, stderr }) => ({ code, stdout, stderr }))).toEqual([
      { code: 0, stdout: 'one\n', stderr: '' },
      { code: 7, stdout: '', stderr: '' },
      { code: 1, stdout: '', stderr: skippedMessage },
      { code: 1, stdout: '', stderr: skippedMessage },
    ]);
  });
});

// One shell by default.
describe.each(sampledRows(shells, 0))('the entrypoint in %s', (_name, shell) => {
  test('runs nothing until every container of the pod has started', async () => {
    const toolsDir = newDirectory();
    const steps = [sh('echo began'), sh('true'), sh('true')];
    const first = startProcess(commandLine(shell, toolsDir, steps, 0));
    const second = startProcess(commandLine(shell, toolsDir, steps, 1));
    const firstToSettle = await Promise.race([
      first.waitForOutput('began').then(() => 'ran'),
      new Promise((resolve) => setTimeout(resolve, 150, 'waits')),
    ]);
    const third = runProcess(commandLine(shell, toolsDir, steps, 2));
    expect([firstToSettle, (await first.result).stdout, (await second.result).code, (await third).code]).toEqual([
      'waits',
      'began\n',
      0,
      0,
    ]);
  });

  test('treats a killed step as failed', async () => {
    const results = await runSteps(shell, [sh('kill -9 $PPID'), sh('echo never'), sh('echo never')]);
    expect(results.map(({ code, signal, stdout }) => [code, signal, stdout])).toEqual([
      [null, 'SIGKILL', ''],
      [1, null, ''],
      [1, null, ''],
    ]);
  });

  test('prints nothing about a killed command', async () => {
    const [result] = await runSteps(shell, [sh('kill -9 $$$$')]);
    expect([result?.code, result?.stdout, result?.stderr]).toEqual([137, '', '']);
  });

  test('passes SIGTERM to the command, and skips the other steps', async () => {
    const toolsDir = newDirectory();
    const steps = [sh('trap "echo stopping; exit 3" TERM; echo up; while :; do sleep 0.05; done'), sh('echo never')];
    const second = runProcess(commandLine(shell, toolsDir, steps, 1));
    const first = startProcess(commandLine(shell, toolsDir, steps, 0));
    await first.waitForOutput('up');
    first.process.kill('SIGTERM');
    const result = await first.result;
    expect([result.code, result.stdout, (await second).code]).toEqual([3, 'up\nstopping\n', 1]);
  });

  test('exits at once on SIGTERM while it waits', async () => {
    const toolsDir = newDirectory();
    const waiting = startProcess(commandLine(shell, toolsDir, [sh('true'), sh('true')], 1));
    await new Promise((resolve) => setTimeout(resolve, 100)); // let it start waiting; stopping it earlier is valid too
    waiting.process.kill('SIGTERM');
    const { code, signal } = await waiting.result;
    expect(code ?? signal).toBe(143);
  });

  test.each([
    ['a command that does not exist', ['nowhere'], 'exec: "nowhere": executable file not found in $PATH'],
    ['a file that does not exist', ['/no/such'], 'fork/exec /no/such: no such file or directory'],
    ['a file that is not executable', ['/etc/passwd'], 'fork/exec /etc/passwd: permission denied'],
    ['a directory', ['/etc'], 'fork/exec /etc: permission denied'],
  ])("reports with Tekton's message that it cannot run %s", async (_what, runs, expected) => {
    const [result] = await runSteps(shell, [{ runs }]);
    const time = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /;
    expect(result?.stderr).toMatch(time);
    expect([result?.code, result?.stderr.replace(time, '')]).toEqual([1, `Error executing command: ${expected}\n`]);
  });

  test('passes arguments unchanged', async () => {
    const specialArguments = ['a b', '', '$HOME', "it's", '"', '*', '--', '-n', 'über\nzwei'];
    const [result] = await runSteps(shell, [{ runs: ['printf', '[%s]\\n', ...specialArguments] }]);
    expect(result?.stdout).toBe(specialArguments.map((argument) => `[${argument}]\n`).join(''));
  });

  test('writes a script byte for byte and runs it with its interpreter', async () => {
    const file = join(newDirectory(), 'script');
    const text =
      '#!/usr/bin/env sh\necho "$0" $(echo sub) "$(basename $0)" a$$b | sed "s/ a[0-9]*b/ pid/"\nprintf %s \'$(HOME) $$ \\n\'\n';
    const [result] = await runSteps(shell, [{ runs: [], script: { file, text } }]);
    expect([result?.code, result?.stdout, result?.stderr]).toEqual([0, `${file} sub script pid\n$(HOME) $$ \\n`, '']);
  });

  test('writes a script that exceeds the limit of an argument', async () => {
    const file = join(newDirectory(), 'script');
    const text = `#!/bin/sh\n${`# ${'ü'.repeat(500)}\n`.repeat(400)}wc -c <"$0"\n`;
    const [result] = await runSteps(shell, [{ runs: [], script: { file, text } }]);
    expect(result?.stdout.trim()).toBe(String(Buffer.byteLength(text)));
  });

  test('reports the interpreter that an image lacks', async () => {
    const script = { file: join(newDirectory(), 'script'), text: '#!/usr/bin/no-such-python\nprint(1)\n' };
    const [result] = await runSteps(shell, [{ runs: [], script }]);
    const expected = "pipewright: this image has no /usr/bin/no-such-python, which the script's first line asks for\n";
    expect([result?.code, result?.stderr]).toEqual([1, expected]);
  });

  test('waits for the sidecars before the first step', async () => {
    const readyFile = join(newDirectory(), 'ready');
    writeFileSync(readyFile, '');
    const toolsDir = newDirectory();
    const steps: readonly Step[] = [{ ...sh('echo began'), readyFile }];
    const step = startProcess(commandLine(shell, toolsDir, steps, 0));
    const firstToSettle = await Promise.race([
      step.waitForOutput('began').then(() => 'ran'),
      new Promise((resolve) => setTimeout(resolve, 150, 'waits')),
    ]);
    writeFileSync(readyFile, 'READY');
    expect([firstToSettle, (await step.result).stdout]).toEqual(['waits', 'began\n']);
  });

  test('falls back to polling without mkfifo', async () => {
    const toolDirs = toolsOf('sleep', 'date');
    const steps = [sh('echo one'), sh('echo two'), sh('exit 3'), sh('echo never')].map((step) => ({
      ...step,
      toolDirs,
    }));
    const results = await runSteps(shell, steps);
    expect(results.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, 'one\n'],
      [0, 'two\n'],
      [3, ''],
      [1, ''],
    ]);
  });

  test('waits for events only, also with ten steps: no step sleeps', async () => {
    const [toolDirs, log, sleepMarker] = [
      toolsOf('mkfifo', 'date'),
      join(newDirectory(), 'log'),
      join(newDirectory(), 'slept'),
    ];
    writeFileSync(join(toolDirs, 'sleep'), `#!/bin/sh\necho "$*" >>${sleepMarker}\nexec sleep "$@"\n`, { mode: 0o755 });
    const steps = Array.from({ length: 10 }, (_, index) => ({ ...sh(`echo ${index} >>${log}`), toolDirs }));
    const results = await runSteps(shell, steps);
    expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(steps.map(() => [0, '']));
    expect(readFileSync(log, 'utf8')).toBe('0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n');
    expect(existsSync(sleepMarker)).toBe(false);
  });
});

describe.each(
  sampledRows(
    shells.filter(([name]) => name !== 'busybox ash'),
    0,
  ),
)('if %s finds neither mkfifo nor sleep', (_name, shell) => {
  const expected = expect.stringMatching(
    /^[\d/: ]{20}pipewright: this image has neither mkfifo nor sleep in \S+, so the step cannot wait for its turn\n$/,
  );

  test('a step that has to wait for another exits with the reason', async () => {
    const second = { ...sh('echo never'), toolDirs: toolsOf('date') };
    const result = await runProcess(commandLine(shell, newDirectory(), [sh('true'), second], 1));
    expect([result.code, result.stdout, result.stderr]).toEqual([1, '', expected]);
  });

  test('a step that has to wait for sidecars exits with the reason', async () => {
    const readyFile = join(newDirectory(), 'ready');
    const first = { ...sh('echo never'), toolDirs: toolsOf('date'), readyFile };
    const result = await runProcess(commandLine(shell, newDirectory(), [first], 0));
    expect([result.code, result.stdout, result.stderr]).toEqual([1, '', expected]);
  });
});

test('the entrypoint is escaped from the expansion by Kubernetes', () => {
  const { command } = entrypoint(scripts, { index: 0, count: 2 });
  expect(command.join('\n')).not.toMatch(/\$\$|\$\([A-Za-z0-9_.-]+\)/);
});

test('a copied shell has its tools, which the command does not see', async () => {
  const toolsDir = newDirectory();
  mkdirSync(join(toolsDir, 'bin'));
  writeFileSync(join(toolsDir, 'bin', 'lent'), '#!/bin/sh\n');
  chmodSync(join(toolsDir, 'bin', 'lent'), 0o755);
  const result = await runProcess(
    commandLine(['/bin/sh'], toolsDir, [sh('echo "$PATH"; command -v lent || echo none')], 0),
    {
      PATH: '/usr/bin:/bin',
    },
  );
  expect(result.stdout).toBe('/usr/bin:/bin\nnone\n');
});
