import { afterEach, describe, expect, test } from '@jest/globals';
import type { Finding } from '../../src/diagnostics/finding.js';
import { uriBelow } from '../../src/lint/relative-path.js';
import { sarifLog } from '../../src/lint/sarif.js';
import { workflowCommand } from '../../src/lint/workflow-commands.js';
import { runProgram } from '../../src/commands/program.js';
import { folderWith, recorded } from '../support/cli.js';

const folders: (() => void)[] = [];
afterEach(() => folders.splice(0).forEach((done) => done()));

const finding = (more: Partial<Finding> = {}): Finding => ({
  severity: 'error',
  code: 'FIELD_UNKNOWN',
  place: { file: 'ci/a.yaml', line: 4, column: 9 },
  message: "unknown field 'comand'",
  hint: "did you mean 'command'?",
  ...more,
});

/** Runs `lint` in a directory with these files. Returns its output. */
async function lint(files: Readonly<Record<string, string>>, ...options: readonly string[]) {
  const { path, done } = folderWith(files);
  folders.push(done);
  const output = recorded();
  const status = await runProgram(['lint', path, ...options], output);
  return { status, out: output.out().replaceAll(`${path}/`, ''), err: output.err() };
}

const TASK = `apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: build }
spec: { steps: [{ name: a, args: ["👩"], image: 'b:1', comand: [make] }] }
`;

describe('as JSON', () => {
  test('a report has exactly the documented fields', async () => {
    const { status, out, err } = await lint({ 'a.yaml': TASK }, '-o', 'json');
    expect(JSON.parse(out)).toEqual({
      findings: [
        {
          severity: 'error',
          code: 'FIELD_UNKNOWN',
          place: { file: 'a.yaml', line: 4, column: 56 },
          message: "unknown field 'comand'",
          hint: "did you mean 'command'?",
          quote: `spec: { steps: [{ name: a, args: ["👩"], image: 'b:1', comand: [make] }] }`,
        },
      ],
      objects: 1,
    });
    expect([status, err]).toEqual([1, '']);
  });

  test('values of Secrets are masked', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { token: hunter2x9 }\n';
    for (const format of ['json', 'sarif', 'github']) {
      const { out } = await lint({ 'a.yaml': secret, 'b.yaml': TASK.replace('comand', 'hunter2x9') }, '-o', format);
      expect(out).not.toContain('hunter2x9');
      expect(out).toContain('***');
    }
  });
});

describe('as SARIF', () => {
  const options = { version: '1.2.3', uri: (file: string) => file };
  const rule = (code: string) => ({
    severity: 'error' as const,
    title: `About ${code}`,
    why: 'Because.',
    fix: 'Fix it.',
  });

  test('a log lists its rules once, and each result has a rule, level, file and region', () => {
    const other = finding({ severity: 'warning', code: 'A_CODE', quote: 'a: b' });
    expect(sarifLog([finding(), other, finding()], { ...options, rule })).toEqual({
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'pipewright',
              version: '1.2.3',
              rules: ['A_CODE', 'FIELD_UNKNOWN'].map((id) => ({
                id,
                shortDescription: { text: `About ${id}.` },
                fullDescription: { text: 'Because.' },
                help: { text: 'Fix it.' },
                defaultConfiguration: { level: 'error' },
              })),
            },
          },
          columnKind: 'utf16CodeUnits',
          results: [
            expect.objectContaining({ ruleId: 'FIELD_UNKNOWN', ruleIndex: 1, level: 'error' }),
            {
              ruleId: 'A_CODE',
              ruleIndex: 0,
              level: 'warning',
              message: { text: "unknown field 'comand'\ndid you mean 'command'?" },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'ci/a.yaml' },
                    region: { startLine: 4, startColumn: 9, snippet: { text: 'a: b' } },
                  },
                },
              ],
            },
            expect.objectContaining({ ruleId: 'FIELD_UNKNOWN', ruleIndex: 1 }),
          ],
        },
      ],
    });
  });

  test('a command line option has no region, and a code without an explanation has only a name', () => {
    const place = { file: '--image x=host', line: 0, column: 0 };
    const log = JSON.stringify(sarifLog([finding({ place })], { ...options, rule: () => undefined }));
    expect(log).toContain('"physicalLocation":{"artifactLocation":{"uri":"--image x=host"}}');
    expect(log).toContain('"rules":[{"id":"FIELD_UNKNOWN"}]');
  });

  test('columns are UTF-16 units, and every code of lint has an explanation', async () => {
    const { status, out } = await lint({ 'a.yaml': TASK, 'b.yaml': 'a: "b\n' }, '-o', 'sarif');
    const log = JSON.parse(out) as ReturnType<typeof JSON.parse>;
    const [run] = log.runs;
    expect(run.results.map((each: { locations: unknown[] }) => each.locations[0])).toMatchObject([
      { physicalLocation: { region: { startLine: 4, startColumn: 56 } } },
      { physicalLocation: { region: { startLine: 1, startColumn: 4 } } },
    ]);
    expect(run.tool.driver.rules).toMatchObject([
      { id: 'FIELD_UNKNOWN', shortDescription: { text: 'A field does not exist.' } },
      { id: 'YAML_SYNTAX', shortDescription: { text: 'The text is not YAML.' } },
    ]);
    expect(status).toBe(1);
  });

  test.each([
    ['/repository/ci/a b.yaml', 'ci/a%20b.yaml'],
    ['ci/..x/é#1.yaml', 'ci/..x/%C3%A9%231.yaml'],
    ['/elsewhere/a b.yaml', 'file:///elsewhere/a%20b.yaml'],
    ['../b.yaml', 'file:///b.yaml'],
    ['<stdin>', '%3Cstdin%3E'],
  ])('the URI of %s is %s below /repository', (file, uri) => {
    expect(uriBelow('/repository', file)).toBe(uri);
  });
});

describe('as GitHub workflow commands', () => {
  test('a finding is one line with file, line, column, title and text', () => {
    expect(workflowCommand(finding(), 'ci/a.yaml')).toBe(
      "::error file=ci/a.yaml,line=4,col=9,title=FIELD_UNKNOWN::unknown field 'comand'%0Ahint: did you mean 'command'?",
    );
  });

  test('special characters are escaped; messages keep colons and commas', () => {
    const odd = finding({ severity: 'warning', message: '100%, a: b', hint: 'one\ntwo' });
    expect(workflowCommand(odd, 'a,b:c%\r\n.yaml')).toBe(
      '::warning file=a%2Cb%3Ac%25%0D%0A.yaml,line=4,col=9,title=FIELD_UNKNOWN::100%25, a: b%0Ahint: one%0Ahint: two',
    );
  });

  test('the summary goes to standard error', async () => {
    const { status, out, err } = await lint({ 'a.yaml': TASK }, '-o', 'github');
    expect(out.split('\n').map((line) => line.slice(0, 14))).toEqual(['::error file=a', '']);
    expect([status, err]).toEqual([1, '1 error (1 object checked)\n']);
  });
});
