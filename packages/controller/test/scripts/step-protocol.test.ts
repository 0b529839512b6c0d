/** What the entrypoint does for steps of tekton.dev/v1, run as local processes. */

import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { StepProtocol } from '../../src/scripts/entrypoint/entrypoint-arguments.js';
import { sampledRows } from '../../../../test/thorough.js';
import { runProcess, shells, type ProcessResult } from '../support/shells.js';
import { commandLine, newDirectory, removeDirectories, sh, type Step } from '../support/steps.js';

afterEach(removeDirectories);

/** The steps of one pod, in a directory of their own. */
interface PodRun {
  readonly results: readonly ProcessResult[];
  readonly directory: string;
  /** The termination message of each step; empty if there is none. */
  readonly messages: readonly string[];
}

type V1Step = Step & { readonly v1?: Partial<StepProtocol> };

/** Runs steps; `RUN` in their commands stands for the directory of the pod. */
async function runV1(
  shell: readonly string[],
  steps: readonly V1Step[],
  results: readonly string[] = [],
): Promise<PodRun> {
  const directory = newDirectory();
  const inPod = (text: string): string => text.replaceAll('RUN', directory);
  mkdirSync(join(directory, 'out'));
  const turns = steps.map((step, index): Step => {
    const protocol: StepProtocol = {
      step: `step-${String(index)}`,
      message: join(directory, `message-${String(index)}`),
      ...step.v1,
      ...(step.v1?.stdout !== undefined && { stdout: inPod(step.v1.stdout) }),
      ...(step.v1?.stderr !== undefined && { stderr: inPod(step.v1.stderr) }),
      ...(step.v1?.variables && {
        variables: step.v1.variables.map((variable) => ({ ...variable, file: inPod(variable.file) })),
      }),
    };
    const { v1: _, ...rest } = step;
    return {
      ...rest,
      runs: step.runs.map(inPod),
      protocol,
      ...(results.length > 0 && { results: { names: results, directory: join(directory, 'out') } }),
    };
  });
  const started = turns
    .map((_, index) => index)
    .toReversed()
    .map((index) => runProcess(commandLine(shell, directory, turns, index), turns[index]?.env));
  const processResults = (await Promise.all(started)).toReversed();
  const messages = turns.map((_, index) => {
    const file = join(directory, `message-${String(index)}`);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  });
  return { results: processResults, directory, messages };
}

const codes = ({ results }: PodRun): readonly (number | null)[] => results.map(({ code }) => code);
const reason = (value: string): object => ({ key: 'Reason', value, type: 3 });
const parsed = ({ messages }: PodRun): unknown => messages.map((message): unknown => message && JSON.parse(message));

/** A step that writes a result of its own. */
const writes = (text: string): V1Step => ({
  runs: ['sh', '-c', 'printf %s "$1" >RUN/steps/step-0/results/r', 'sh', text],
  v1: { stepResults: ['r'] },
});
const variable = (part = '', name = `steps.a.results.r${part}`) => ({ name, file: 'RUN/run/0/results/r', part });
const prints = (...args: readonly string[]): readonly string[] => ['printf', '<%s>', ...args];

describe.each(shells)('a step of tekton.dev/v1 in %s', (_name, shell) => {
  test('has a directory of its own, with its exit code, under its name and its index', async () => {
    const pod = await runV1(shell, [
      sh('exit 0'),
      sh('ls RUN/steps; cat RUN/steps/step-0/exitCode RUN/steps/0/exitCode'),
    ]);
    expect([pod.results[1]?.stdout, readFileSync(join(pod.directory, 'run/1/exitCode'), 'utf8')]).toEqual([
      '0\n1\nstep-0\nstep-1\n00',
      '0',
    ]);
  });

  test('whose failure is ignored lets the next step run, and reports its exit code', async () => {
    const pod = await runV1(shell, [
      { ...sh('exit 11'), v1: { ignoresFailure: true } },
      sh('cat RUN/steps/step-0/exitCode'),
    ]);
    expect([codes(pod), pod.results[1]?.stdout, parsed(pod)]).toEqual([
      [0, 0],
      '11',
      [[reason('Continued'), { key: 'ExitCode', value: '11', type: 3 }], ''],
    ]);
  });

  test('that is skipped because of a failure says so in its report', async () => {
    const pod = await runV1(shell, [sh('exit 3'), sh('echo never')]);
    expect([codes(pod), pod.results[1]?.stdout, parsed(pod)]).toEqual([[3, 1], '', ['', [reason('Skipped')]]]);
  });

  test('that exceeds its timeout fails, though its failures are ignored', async () => {
    const pod = await runV1(shell, [
      { ...sh('echo go; exec sleep 100'), v1: { timeout: '0.1', ignoresFailure: true } },
      sh('echo never'),
    ]);
    expect([codes(pod), pod.results[0]?.stdout, parsed(pod)]).toEqual([
      [1, 1],
      'go\n',
      [[reason('TimeoutExceeded')], [reason('Skipped')]],
    ]);
    expect(pod.results[0]?.stderr).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d context deadline exceeded\n$/);
  });

  test('that ends within its timeout succeeds at once', async () => {
    const pod = await runV1(shell, [{ ...sh('echo quick'), v1: { timeout: '100' } }]);
    expect([codes(pod), pod.results[0]]).toEqual([[0], expect.objectContaining({ stdout: 'quick\n', stderr: '' })]);
  });

  test('uses results of earlier steps in arguments, environment and expressions', async () => {
    const pod = await runV1(shell, [
      writes('["x \\"q\\"","y\\n\\u00e9\\ud83d\\ude00"]'),
      {
        runs: prints('$(steps.a.results.r)', 'a=$(steps.a.results.r[0])!', '$(steps.a.results.r[*])'),
        v1: { variables: [variable(), variable('[0]'), variable('[*]')] },
      },
      {
        runs: ['sh', '-c', 'printf %s "$E"'],
        env: { E: '<$(steps.a.results.r[1])>' },
        v1: {
          variables: [variable('[1]'), variable('[*]')],
          env: ['E'],
          when: [{ input: 'x "q"', operator: 'in', values: ['other', '$(steps.a.results.r[*])'] }],
        },
      },
    ]);
    expect(pod.results.slice(1).map(({ stdout, stderr }) => [stdout, stderr])).toEqual([
      ['<["x \\"q\\"","y\\n\\u00e9\\ud83d\\ude00"]><a=x "q"!><x "q"><y\né😀>', ''],
      ['<y\né😀>', ''],
    ]);
  });
});

// One shell by default.
describe.each(sampledRows(shells, 0))('a step of tekton.dev/v1 in %s', (_name, shell) => {
  test.each<[string, StepProtocol['when'], boolean]>([
    ['in', [{ input: 'go', operator: 'in', values: ['stop', 'go'] }], true],
    ['not in', [{ input: 'go', operator: 'in', values: ['stop'] }], false],
    ['notin, and is', [{ input: 'go', operator: 'notin', values: ['go'] }], false],
    ['notin, and is not', [{ input: 'go', operator: 'notin', values: [] }], true],
    [
      'of two, only one holds',
      [
        { input: '', operator: 'in', values: [''] },
        { input: 'a', operator: 'in', values: ['b'] },
      ],
      false,
    ],
  ])('runs if all its expressions hold: %s', async (_case, when = [], holds) => {
    const pod = await runV1(shell, [{ ...sh('echo ran'), v1: { when } }, sh('echo after')]);
    const skipped = 'INFO Step was skipped due to when expressions were evaluated to false.\n';
    expect([codes(pod), pod.results.map(({ stdout }) => stdout), pod.results[0]?.stderr.slice(20)]).toEqual([
      [0, 0],
      [holds ? 'ran\n' : '', 'after\n'],
      holds ? '' : skipped,
    ]);
    expect(parsed(pod)).toEqual([holds ? '' : [reason('Skipped')], '']);
  });

  test('takes keys of objects, whatever their order and blanks', async () => {
    const pod = await runV1(shell, [
      writes(' { "l" : "lv" , "k":"kv" } '),
      {
        runs: prints('$(steps.a.results.r.k)', '$(steps.a.results.r.l)'),
        v1: { variables: [variable('.k'), variable('.l')] },
      },
    ]);
    expect(pod.results[1]?.stdout).toBe('<kv><lv>');
  });

  test('keeps a variable without a value, and says so', async () => {
    const pod = await runV1(shell, [
      { ...sh('true'), v1: { stepResults: ['r'] } },
      { runs: prints('$(steps.a.results.r)', '$(steps.unknown.results.r)'), v1: { variables: [variable()] } },
    ]);
    expect([pod.results[1]?.stdout, pod.results[1]?.stderr.slice(20)]).toEqual([
      '<$(steps.a.results.r)><$(steps.unknown.results.r)>',
      'ERROR Error while substituting step results: error="failed to find replacement for $(steps.a.results.r) to replace $(steps.a.results.r)"\n',
    ]);
  });

  test('does not read the value of a result as a variable', async () => {
    const pod = await runV1(shell, [
      writes('$(steps.a.results.r)$HOME`id`'),
      { runs: prints('$(steps.a.results.r)'), v1: { variables: [variable()] } },
    ]);
    expect(pod.results[1]?.stdout).toBe('<$(steps.a.results.r)$HOME`id`>');
  });

  test('reports the results that exist, those of a failed step too', async () => {
    const pod = await runV1(shell, [sh('printf "a\\tb" >RUN/out/r; exit 1')], ['absent', 'r']);
    expect(parsed(pod)).toEqual([[{ key: 'r', value: 'a\tb', type: 1 }]]);
  });

  test.each([4_000, 4_070, 5_000])('reports a result of %d bytes, or fails if it is too large', async (bytes) => {
    const pod = await runV1(shell, [sh(`head -c ${String(bytes)} /dev/zero | tr '\\0' x >RUN/out/r`)], ['r']);
    const fits = bytes + '[{"key":"r","value":"","type":1}]'.length <= 4096;
    expect([codes(pod), pod.messages[0]?.length, pod.results[0]?.stderr.slice(20)]).toEqual([
      [fits ? 0 : 1],
      fits ? bytes + 33 : 0,
      fits ? '' : 'Termination message is above max allowed size 4096, caused by large task result.\n',
    ]);
  });

  test('copies its output to files, also to one that is a result', async () => {
    const pod = await runV1(
      shell,
      [{ ...sh('echo out; echo err >&2'), v1: { stdout: 'RUN/out/r', stderr: 'RUN/new/err' } }],
      ['r'],
    );
    expect([
      pod.results[0]?.stdout,
      pod.results[0]?.stderr,
      parsed(pod),
      readFileSync(join(pod.directory, 'new/err'), 'utf8'),
    ]).toEqual(['out\n', 'err\n', [[{ key: 'r', value: 'out\n', type: 1 }]], 'err\n']);
  });

  test('leaves no process behind that waits for its timeout', async () => {
    const pod = await runV1(shell, [{ ...sh('true'), v1: { timeout: '4321' } }]);
    const commands = readdirSync('/proc').flatMap((id) => {
      try {
        return /^\d+$/.test(id) ? [readFileSync(`/proc/${id}/cmdline`, 'utf8')] : [];
      } catch {
        return [];
      }
    });
    expect([codes(pod), commands.filter((command) => command.includes('4321\0'))]).toEqual([[0], []]);
  });
});
