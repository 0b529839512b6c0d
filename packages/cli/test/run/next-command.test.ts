import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nextCommands, type RunsOutcome } from '../../src/run/next-command.js';
import { commandLine, programWords } from '../../src/terminal/shell-words.js';
import type { RunOptions } from '../../src/run/run-options.js';

const options: RunOptions = {
  paths: ['dist'],
  run: [],
  param: new Map(),
  source: new Map(),
  image: new Map(),
  output: 'text',
  runtime: 'sandbox',
};
const commandFor = (more: Partial<RunOptions>, outcome: Partial<RunsOutcome> = {}): string | undefined => {
  const runs = [{ title: 'nightly', outcome: 'failed' as const }];
  const [next] = nextCommands({
    program: ['pipewright'],
    options: { ...options, ...more },
    runs,
    isTimedOut: false,
    ...outcome,
  });
  return next && `${next.purpose}: ${next.command}`;
};

describe('the suggested command after a failure', () => {
  test.each<readonly [string, Partial<RunOptions>, Partial<RunsOutcome>, string | undefined]>([
    [
      'has the same files and stand-ins',
      { image: new Map([['golang', 'host']]), source: new Map([['repo', 'my dir']]) },
      {},
      "to run it again: pipewright run dist --source 'repo=my dir' --image golang=host",
    ],
    [
      'has quoted params',
      { param: new Map([['text', "it's $HOME"]]) },
      {},
      "to run it again: pipewright run dist -p 'text=it'\\''s $HOME'",
    ],
    [
      'omits runs that succeeded',
      {},
      {
        runs: [
          { title: 'a', outcome: 'succeeded' },
          { title: 'b-', outcome: 'failed' },
        ],
      },
      'to run it again: pipewright run dist --run b-',
    ],
    ['has the selected runs', { run: ['nightly'] }, {}, 'to run it again: pipewright run dist --run nightly'],
    [
      'doubles a --timeout that has passed',
      { timeoutMs: 90_000 },
      { isTimedOut: true, runs: [{ title: 'nightly', outcome: 'timed-out' }] },
      'to give it more time: pipewright run dist --timeout 3m0s',
    ],
    [
      'keeps every other option',
      {
        exclude: ['vendor', '**/*.tmp.yaml'],
        timeoutMs: 90_000,
        runtime: 'fake',
        output: 'json',
        config: 'p.yaml',
        logFile: 'l',
        logLevel: 'info',
      },
      {},
      "to run it again: pipewright run dist --exclude vendor --exclude '**/*.tmp.yaml' --config p.yaml --runtime fake --timeout 1m30s --output json --log-file l --log-level info",
    ],
    [
      'does not confuse a file name with an option',
      { paths: ['-x.yaml'] },
      {},
      'to run it again: pipewright run ./-x.yaml',
    ],
    [
      'runs only the failed task, with its params and resources',
      { run: ['nightly'], param: new Map([['p', '1']]), image: new Map([['golang', 'host']]) },
      { alone: { task: 'build', param: new Map([['who', 'me']]), resource: new Map([['source', 'repo']]) } },
      'to run the failed task alone: pipewright run dist --task build --resource source=repo --image golang=host -p who=me',
    ],
    [
      'uses the same program',
      {},
      { program: programWords({ npm_execpath: '/usr/bin/npm' }) },
      'to run it again: npx pipewright run dist',
    ],
    ['is omitted if all runs succeeded', {}, { runs: [{ title: 'nightly', outcome: 'succeeded' }] }, undefined],
    ['is omitted if standard input was read', { paths: ['-'] }, {}, undefined],
  ])('%s', (_, more, outcome, expected) => {
    expect(commandFor(more, outcome)).toBe(expected);
  });

  test('is parsed by a shell to the original words', () => {
    const words = fc.array(
      fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0')),
      { minLength: 200, maxLength: 200 },
    );
    fc.assert(
      fc.property(words, (list) => {
        const printed = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${commandLine(list)}`], { encoding: 'utf8' });
        expect(printed.split('\0').slice(0, -1)).toEqual(list);
      }),
      { numRuns: 10 },
    );
  });
});
