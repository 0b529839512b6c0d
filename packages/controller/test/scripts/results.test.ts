import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { entrypoint } from '../../src/scripts/entrypoint/entrypoint.js';
import { scripts } from '../support/scripts.js';
import { sampledRows } from '../../../../test/thorough.js';
import { expandArgument, runProcess, shells, type ProcessResult } from '../support/shells.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'results-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Runs a single step that declares some results. */
function step(shell: readonly string[], names: readonly string[], command: readonly string[]): Promise<ProcessResult> {
  const results = { names, directory, message: join(directory, '.message') };
  const { command: program, args } = entrypoint(
    scripts,
    { index: 0, count: 1, toolsDir: directory, results },
    { shell },
  );
  return runProcess([...program, ...args, ...command].map(expandArgument));
}

const isFirst = (name: string): boolean => name === shells[0]?.[0];
const message = (): unknown => JSON.parse(readFileSync(join(directory, '.message'), 'utf8'));
const result = (key: string, value: string): object => ({ key, value, type: 'TaskRunResult' });

describe.each(shells)('the results of a step in %s', (name, shell) => {
  const values = [
    ['nothing', ''],
    ['one line without a line end', 'abc'],
    ['line ends, blanks and empty lines', '\n  a\t\r\n\n b \n\n'],
    ['quotes, backslashes and text that a shell would expand', `"\\n" 'x' $HOME $(id) \`id\` %s * \\`],
    ['Unicode text', 'Grüße, 世界 🚀\n'],
    ['every control character', String.fromCharCode(...Array.from({ length: 31 }, (_, index) => index + 1), 127)],
  ] as const;
  test.each(isFirst(name) ? values : sampledRows(values, 5))('are reported byte for byte: %s', async (_what, value) => {
    writeFileSync(join(directory, 'r'), value);
    const { code, stderr } = await step(shell, ['r'], ['true']);
    expect([code, stderr, message()]).toEqual([0, '', [result('r', value)]]);
  });
});

// One shell by default.
describe.each(sampledRows(shells, 0))('the results of a step in %s', (_name, shell) => {
  test('are those that are declared and written, in declared order', async () => {
    const writeScript = 'cd "$1"; printf 1 >a; printf 2 >b; printf 3 >undeclared';
    const { code } = await step(shell, ['b', 'absent', 'a'], ['sh', '-c', writeScript, '-', directory]);
    expect([code, message()]).toEqual([0, [result('b', '2'), result('a', '1')]]);
  });

  test('are not reported for a failed step, whose exit code is kept', async () => {
    writeFileSync(join(directory, 'r'), 'x');
    const { code } = await step(shell, ['r'], ['sh', '-c', 'exit 7']);
    expect([code, existsSync(join(directory, '.message'))]).toEqual([7, false]);
  });

  test('have at most 4096 bytes in total; one more byte fails the step', async () => {
    const frameBytes = JSON.stringify([result('r', '')]).length;
    writeFileSync(join(directory, 'r'), 'x'.repeat(4096 - frameBytes));
    expect(await step(shell, ['r'], ['true'])).toMatchObject({ code: 0 });
    expect(readFileSync(join(directory, '.message')).length).toBe(4096);
    writeFileSync(join(directory, 'r'), 'x'.repeat(4097 - frameBytes));
    expect(await step(shell, ['r'], ['true'])).toMatchObject({
      code: 1,
      stderr:
        'pipewright: the results of a task must fit into 4096 bytes together; with r they do not. Hand over large values as files\n',
    });
  });

  const excessive = [
    ['many lines', 'x\n'.repeat(500_000)],
    ['one line', 'x'.repeat(1_000_000)],
    ['one line of a file that takes minutes to read', Buffer.alloc(64 * 1024 * 1024, 'x')],
  ] as const;
  test.each(sampledRows(excessive, 0))('do not delay a step that wrote too much: %s', async (_what, value) => {
    writeFileSync(join(directory, 'r'), value);
    expect(await step(shell, ['r'], ['true'])).toMatchObject({ code: 1 });
  });
});
