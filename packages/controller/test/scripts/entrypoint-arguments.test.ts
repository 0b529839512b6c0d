/** The arguments of the entrypoint: the encoder in TypeScript, and the program that decodes them. */

import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeTurn, encodeTurn, OPTIONS, type StepTurn } from '../../src/scripts/entrypoint/entrypoint-arguments.js';
import { entrypoint, RESULTS_DIR, TOOLS_DIR } from '../../src/scripts/entrypoint/entrypoint.js';
import { REWRITTEN } from '../../src/scripts/entrypoint/exact-environment.js';
import { scripts } from '../support/scripts.js';
import { expandArgument } from '../support/shells.js';

/** Texts that resemble the syntax of the encoding, and arbitrary texts. */
const text = fc.oneof(
  fc.constantFrom('', '--', '-c', '-i', 'pipewright', '$', '$$', '$(HOME)', '$$(HOME)', '$(', "a'b"),
  fc.string({ unit: 'binary' }),
);

/** An optional member, absent instead of undefined. */
const turns: fc.Arbitrary<StepTurn> = fc.record(
  {
    index: fc.nat(),
    count: fc.nat(),
    readyFile: text,
    credentials: text,
    script: fc.record({ file: text, text }),
    results: fc.record(
      { names: fc.array(text, { minLength: 1 }), message: text, directory: text },
      { requiredKeys: ['names'] },
    ),
    toolsDir: text,
    toolDirs: text,
  },
  { requiredKeys: ['index', 'count'] },
);

const texts = fc.array(text, { minLength: 1 });
const protocols: fc.Arbitrary<StepTurn> = fc.record({
  index: fc.nat(),
  count: fc.nat(),
  results: fc.record({ names: texts, directory: text }, { requiredKeys: ['names'] }),
  protocol: fc.record(
    {
      step: text,
      message: text,
      ignoresFailure: fc.constant(true as const),
      timeout: text,
      stepResults: texts,
      stdout: text,
      stderr: text,
      variables: fc.array(fc.record({ name: text, file: text, part: text }), { minLength: 1 }),
      env: texts,
      when: fc.array(
        fc.record({ input: text, operator: fc.constantFrom('in' as const, 'notin' as const), values: fc.array(text) }),
        { minLength: 1 },
      ),
    },
    { requiredKeys: ['step', 'message'] },
  ),
});

const shellWords = fc.constantFrom(['/bin/sh'], ['/tekton/tools/bin/busybox', 'sh']);

test('decoding returns the encoded turn after the expansion by Kubernetes, and the command of the user is unchanged', () => {
  fc.assert(
    fc.property(
      fc.oneof(turns, protocols),
      shellWords,
      fc.boolean(),
      fc.array(text),
      (turn, shell, exactEnvironment, stepArguments) => {
        const { command, args } = entrypoint(scripts, turn, { shell, exactEnvironment });
        const decoded = decodeTurn([...[...command, ...args].map(expandArgument), ...stepArguments]);
        expect(decoded).toEqual({ ...turn, own: stepArguments });
      },
    ),
  );
});

test('a script that exceeds the limit of an argument is decoded as one text', () => {
  const turn = { index: 0, count: 1, script: { file: '/tekton/scripts/a', text: 'é$(x)'.repeat(60_000) } };
  expect(encodeTurn(turn).every((argument) => Buffer.byteLength(argument) < 128 * 1024)).toBe(true);
  const argv = ['/bin/sh', '-c', '', 'pipewright', ...encodeTurn(turn).map(expandArgument)];
  expect(decodeTurn(argv)).toEqual({ ...turn, own: [] });
});

test.each([
  [[]],
  [['sh', '-c', 'echo']],
  [['/bin/sh', '-c', 'make', 'make', '-i', '0', '--']],
  [['env', 'a', 'b', '/bin/sh', '-c', 'text', 'pipewright', '-i', '0', '--', 'x']],
])('a command line that does not run the entrypoint is not decoded: %j', (argv) => {
  expect(decodeTurn(argv)).toBeUndefined();
});

test('the program reads exactly the options that are encoded', () => {
  const programs = ['entrypoint.sh', 'step-protocol.sh', 'step-values.sh'] as const;
  const cases = programs.flatMap((program) =>
    [...scripts[program].matchAll(/^(-[A-Za-z])\)(?: pw_| eval| printf|$)/gm)].map(([, option]) => option),
  );
  expect(cases.toSorted()).toEqual(Object.values(OPTIONS).toSorted());
});

test('the program uses the directories of the pod', () => {
  const program = scripts['entrypoint.sh'];
  expect(program).toContain(`pw_t=${TOOLS_DIR} `);
  expect(program).toContain(` pw_results_dir=${RESULTS_DIR}\n`);
});

test('the program that restores the environment handles the variables that decide whether it is used', () => {
  const source = readFileSync(new URL('../../src/scripts/entrypoint/exact-environment.sh', import.meta.url), 'utf8');
  const [, patterns = ''] = /\*\[!A-Za-z0-9_\]\* \| (.*)\) pw_words=/.exec(source) ?? [];
  expect(patterns.split(' | ')).toEqual(REWRITTEN);
});
