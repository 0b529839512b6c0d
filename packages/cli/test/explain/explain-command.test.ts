import { describe, expect, test } from '@jest/globals';
import { runProgram } from '../../src/commands/program.js';
import { recorded } from '../support/cli.js';

async function explain(...codes: readonly string[]) {
  const output = recorded();
  const status = await runProgram(['explain', ...codes], output);
  return { status, out: output.out(), err: output.err() };
}

describe('pipewright explain', () => {
  const TAB = `YAML_TAB  error  A line is indented with a tab

YAML does not allow tabs in the indentation.

How to fix it

Indent with spaces.

Wrong

    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings
    data:
    \tgreeting: hello

Right

    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings
    data:
      greeting: hello
`;

  test.each(['YAML_TAB', 'yaml_tab', 'Yaml-Tab'])(
    'prints the meaning of %s, an invalid example and a valid one',
    async (code) => {
      expect(await explain(code)).toEqual({ status: 0, out: TAB, err: '' });
    },
  );

  test('suggests a similar code for an unknown one', async () => {
    expect(await explain('FIELD_UNKNWON')).toEqual({
      status: 2,
      out: '',
      err: "error: unknown problem code 'FIELD_UNKNWON'\n  hint: did you mean 'FIELD_UNKNOWN'?\n",
    });
    expect((await explain('QQQ')).err).toContain('hint: `pipewright explain` lists them');
  });

  test('lists all codes', async () => {
    const { status, out } = await explain();
    expect(out).toMatch(/^FIELD_UNKNOWN +error {4}A field does not exist$/m);
    expect(out).toMatch(/^YAML_BOOLEAN +warning {2}A word is read as a boolean$/m);
    expect(status).toBe(0);
  });
});
