/** The entrypoint must not be affected by a step's environment, and must pass all of it to the step. */

import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { needsExactEnvironment } from '../../src/scripts/entrypoint/exact-environment.js';
import { isThorough, sampledRows } from '../../../../test/thorough.js';
import { startProcess, runProcess, shells, type ProcessResult } from '../support/shells.js';
import { newDirectory, removeDirectories, sh, runSteps, commandLine, type Step } from '../support/steps.js';

afterEach(removeDirectories);

type Env = Readonly<Record<string, string>>;

/** Returns a step with this environment, as in a pod. */
const withEnv = (step: Step, env: Env): Step => ({
  ...step,
  env,
  exactEnvironment: needsExactEnvironment({ env: Object.keys(env).map((name) => ({ name })) }),
});

/** Prints its environment byte for byte. */
const PRINT_ENVIRONMENT: Step = { runs: ['/bin/cat', '/proc/self/environ'] };
const variablesOf = ({ stdout }: Pick<ProcessResult, 'stdout'>): readonly string[] =>
  stdout.split('\0').slice(0, -1).sort();
const lines = (env: Env): readonly string[] =>
  Object.entries({ PATH: process.env['PATH'] ?? '', ...env })
    .map(([name, value]) => `${name}=${value}`)
    .sort();

/** Variables that a shell, the entrypoint or a program that it runs could use or change. */
const VARIABLES: readonly (readonly [string, Env])[] = [
  ['PATH without programs', { PATH: '/nonexistent' }],
  ['an empty PATH', { PATH: '' }],
  ['IFS', { IFS: ':/-' }],
  ['a name with a dot', { 'discovery.type': 'single-node' }],
  ['names that are not identifiers', { 'my-var': '1', '1st': '2', "it's": '3', 'back\\slash$x #"': '4' }],
  ['Unicode text and line ends', { GREETING: 'Grüße\n\n世界 🚀 ', 'a.b': '\n x\t\n' }],
  ['text that env and shells would expand', { A: '${HOME} $(id) `id` \\n %s', 'a.b': '${HOME} $PATH \\c \' " #' }],
  ['control characters', { 'a.b': String.fromCharCode(...Array.from({ length: 20 }, (_, index) => index + 1)) }],
  ['empty values', { EMPTY: '', 'a.b': '' }],
  ['names that begin with a dash', { '-': '', '-i': '1', '--': '2' }],
  [
    'names of variables of the entrypoint',
    { i: '7', n: '8', t: '/x', next: 'x', child: '1', pw_i: '9', pw_n: '3', pw_t: '/y' },
  ],
  [
    'directories',
    { HOME: '/nonexistent', PWD: '/elsewhere', OLDPWD: '/old', TMPDIR: '/nonexistent', CDPATH: '/:/tmp' },
  ],
  [
    'variables that shells read at their start',
    { ENV: '/nonexistent', BASH_ENV: '/nonexistent', POSIXLY_CORRECT: '1' },
  ],
  [
    'variables that shells maintain',
    { SHLVL: '3', OPTIND: '3', OPTARG: 'x', PPID: '5', LINENO: '9', PS4: 'ps4', PS1: '$' },
  ],
  ['options of bash', { SHELLOPTS: 'xtrace:noclobber:nounset:errexit:allexport', BASHOPTS: 'xpg_echo', PS4: '+x ' }],
  ['limits of bash', { TMOUT: '1', FUNCNEST: '1', EXECIGNORE: '*', GLOBIGNORE: '*' }],
  [
    'functions of bash',
    { 'BASH_FUNC_read%%': '() { exit 9; }', 'BASH_FUNC_kill%%': '() { return 1; }', 'BASH_FUNC_printf%%': '() { :; }' },
  ],
  ['a locale', { LC_ALL: 'C', LANG: 'C' }],
  ['libraries', { LD_LIBRARY_PATH: '/nonexistent' }],
];

type Row = (typeof VARIABLES)[number];

/** Merges rows: each joins the first row without common variables that takes the same path through the entrypoint. */
function merged(rows: readonly Row[]): readonly Row[] {
  const result: Row[] = [];
  for (const [description, env] of rows) {
    const isExact = withEnv(PRINT_ENVIRONMENT, env).exactEnvironment;
    const position = result.findIndex(
      ([, other]) =>
        withEnv(PRINT_ENVIRONMENT, other).exactEnvironment === isExact &&
        !Object.keys(env).some((name) => name in other),
    );
    const [mergedName, mergedEnv] = result[position] ?? [];
    const row: Row = [
      mergedName === undefined ? description : `${mergedName}, ${description}`,
      { ...mergedEnv, ...env },
    ];
    if (position < 0) result.push(row);
    else result[position] = row;
  }
  return result;
}

const ROWS = isThorough ? VARIABLES : merged(VARIABLES);

describe.each(shells)('the environment of a step, with the entrypoint in %s', (_name, shell) => {
  test('reaches each of several steps byte for byte', async () => {
    const allVariables = Object.assign({}, ...VARIABLES.map(([, env]) => env)) as Env; // a merge of the table's rows
    const results = await runSteps(shell, [
      withEnv(PRINT_ENVIRONMENT, allVariables),
      withEnv(PRINT_ENVIRONMENT, allVariables),
      withEnv(PRINT_ENVIRONMENT, allVariables),
    ]);
    expect(results.map((result) => [result.code, result.stderr, variablesOf(result)])).toEqual(
      results.map(() => [0, '', lines(allVariables)]),
    );
  });
});

// One shell by default: the test above covers all rows at once in each shell.
describe.each(sampledRows(shells, 0))('the environment of a step, with the entrypoint in %s', (_name, shell) => {
  test.each(ROWS)('reaches a single step byte for byte: %s', async (_what, env) => {
    const [result] = await runSteps(shell, [withEnv(PRINT_ENVIRONMENT, env)]);
    expect([result?.code, result?.stderr, variablesOf(result ?? { stdout: '' })]).toEqual([0, '', lines(env)]);
  });

  test('reaches the step byte for byte for any names and values', async () => {
    const name = fc.oneof(
      fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/),
      fc.stringMatching(/^[!-<>-~]{1,8}$/),
      fc.constantFrom('IFS', 'PWD', 'SHLVL', 'PS1', 'PS2', 'PS4', 'pw_k', 'pw_all', 'PATH', 'BASH_X', 'EPOCHSECONDS'),
    );
    // fast-check's unit `binary` takes seconds to create.
    const character = fc
      .integer({ min: 1, max: 0x10ffff - 0x800 })
      .map((code) => String.fromCodePoint(code < 0xd800 ? code : code + 0x800));
    const value = fc.string({ unit: character });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value, { noNullPrototype: true }), async (env) => {
        const [result] = await runSteps(shell, [withEnv(PRINT_ENVIRONMENT, env)]);
        expect([result?.code, variablesOf(result ?? { stdout: '' })]).toEqual([0, lines(env)]);
      }),
      { numRuns: isThorough ? 8 : 3 },
    );
  });

  test('does not reach the programs that the entrypoint calls', async () => {
    const bin = newDirectory();
    for (const program of ['sleep', 'mkfifo', 'date', 'head', 'chmod', 'tr', 'env'])
      writeFileSync(join(bin, program), '#!/bin/sh\necho used >&2\nexit 1\n', { mode: 0o755 });
    const env = { PATH: `${bin}:/usr/bin:/bin`, 'a.b': '1' };
    const script = { file: join(newDirectory(), 'script'), text: '#!/bin/sh\necho ran\n' };
    const results = await runSteps(shell, [withEnv(sh('true'), env), withEnv({ runs: [], script }, env)]);
    expect(results.map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual([
      [0, '', ''],
      [0, 'ran\n', ''],
    ]);
  });

  test('does not make a waiting step spin or print, with any PATH', async () => {
    const toolsDir = newDirectory();
    const steps = [sh('sleep 0.5'), withEnv({ runs: ['/bin/echo', 'ran'] }, { PATH: '/nonexistent' })];
    const results = await Promise.all(
      steps.map((step, index) => runProcess(commandLine(shell, toolsDir, steps, index), step.env)),
    );
    expect(results.map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual([
      [0, '', ''],
      [0, 'ran\n', ''],
    ]);
  });

  test.each([false, true])('does not change open files, umask and limits (exact: %s)', async (exactEnvironment) => {
    const printState: Step = {
      ...sh('for f in /proc/self/fd/*; do echo "$${f##*/}"; done; umask; ulimit -n'),
      exactEnvironment,
    };
    const directResult = await runProcess(printState.runs.map((word) => word.replaceAll('$$', '$')));
    const results = await runSteps(shell, [printState, printState, printState]);
    expect(results.map(({ stdout, stderr }) => [stdout, stderr])).toEqual(results.map(() => [directResult.stdout, '']));
  });

  test('does not read the standard input of the step', async () => {
    const file = join(newDirectory(), 'input');
    writeFileSync(file, 'from outside\n');
    const input = openSync(file, 'r');
    const result = await startProcess(commandLine(shell, newDirectory(), [{ runs: ['/bin/cat'] }], 0), {}, input)
      .result;
    closeSync(input);
    expect([result.code, result.stdout, result.stderr]).toEqual([0, 'from outside\n', '']);
  });
});

/** Whether `env` supports `-S`: GNU and BSD do, busybox does not. */
const supportsSplitString = spawnSync('env', ['-S', 'A=B true']).status === 0;

test.each(
  sampledRows(
    shells.filter(([name]) => supportsSplitString && name !== 'busybox ash'),
    0,
  ),
)('a value never appears in an argument list with %s, if env can take it from a variable', async (_name, shell) => {
  const [toolDirs, log] = [newDirectory(), join(newDirectory(), 'log')];
  symlinkSync('/usr/bin/tr', join(toolDirs, 'tr'));
  writeFileSync(join(toolDirs, 'env'), `#!/bin/sh\necho "$*" >>${log}\nexec /usr/bin/env "$@"\n`, { mode: 0o755 });
  const [result] = await runSteps(shell, [{ ...withEnv(PRINT_ENVIRONMENT, { 'a.b': 'hidden-value' }), toolDirs }]);
  expect(variablesOf(result ?? { stdout: '' })).toContain('a.b=hidden-value');
  expect(readFileSync(log, 'utf8')).toMatch(/-i -S .*'a\.b='\$\{pw_v\d+\}.* \/bin\/cat/);
  expect(readFileSync(log, 'utf8')).not.toContain('hidden-value');
});

describe('the steps that need the exact environment', () => {
  test.each([
    [['HOME', 'GOPATH', 'LD_PRELOAD', 'TZ', 'i', '_x', 'PATH', 'BAS'], false],
    [['a.b'], true],
    [['1a'], true],
    [['IFS'], true],
    [['BASH_FUNC_x%%'], true],
    [['BASH_ENV'], true],
    [['pw_x'], true],
    [['TMOUT'], true],
  ])('%j: %s', (names, expected) => {
    expect(needsExactEnvironment({ env: names.map((name) => ({ name })) })).toBe(expected);
  });

  test('include all with variables from ConfigMaps and Secrets, whose names are unknown', () => {
    expect(needsExactEnvironment({ envFrom: [{ secretRef: { name: 's' } }] })).toBe(true);
  });
});
