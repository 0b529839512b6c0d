import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Finding } from '../../src/diagnostics/finding.js';
import { findingsIn } from '../../src/lint/check.js';
import { loadText } from '../../src/manifests/load.js';
import { sourceText } from '../../src/yaml/text.js';

const lint = (text: string): readonly Finding[] =>
  findingsIn(loadText(sourceText('a.yaml', text)), { externals: 'any' });

const errorsOf = (text: string): readonly Finding[] => lint(text).filter(({ severity }) => severity === 'error');

/** Patterns of hints that suggest a replacement for a value. */
const REPLACEMENTS: readonly RegExp[] = [
  /^put it in quotes: (.*)$/,
  /^remove the quotes: (.*)$/,
  /^write it as a list: (.*)$/,
  /^write it as a mapping: (.*)$/,
  /^write it without the list: (.*)$/,
  /^write it with its unit: \S+, (\S+) or \S+$/,
  /^write (\S+)(?: or \S+)?$/,
  /^did you mean '(.*)'\?$/,
];

/** Applies a hint: replaces the text at the finding, up to the next comma, bracket or line end. */
function followed(text: string, { place, hint }: Finding): string {
  const [, better] = REPLACEMENTS.map((pattern) => pattern.exec(hint)).find((match) => match !== null) ?? [];
  if (better === undefined) throw new Error(`no replacement in the hint: ${hint}`);
  const lines = text.split('\n');
  const line = lines[place.line - 1] ?? '';
  const [before, after] = [line.slice(0, place.column - 1), line.slice(place.column - 1)];
  lines[place.line - 1] =
    before + after.replace(/^(?:"[^"]*"|'[^']*'|\[[^\]]*\]|[^,:}\]]+?)(?= *[,:}\]]|$)/, () => better);
  return lines.join('\n');
}

const task = (step: string, spec = ''): string =>
  `apiVersion: tekton.dev/v1alpha1\nkind: Task\nmetadata: { name: t }\nspec:\n  steps: [{ name: a, image: 'b:1', ${step} }]\n${spec}`;

const run = (spec: string): string =>
  `apiVersion: tekton.dev/v1alpha1\nkind: PipelineRun\nmetadata: { name: r }\nspec: { ${spec} }\n`;

describe('applying a hint fixes the error', () => {
  test.each([
    ['octal numbers', task('env: [{ name: A, value: 0755 }]'), 'put it in quotes: "0755"'],
    ['exponents', task('env: [{ name: A, value: 1e3 }]'), 'put it in quotes: "1e3"'],
    ['trailing zeros', task('env: [{ name: A, value: 1.10 }]'), 'put it in quotes: "1.10"'],
    ['words that YAML reads as booleans', task('env: [{ name: A, value: n }]'), 'put it in quotes: "n"'],
    ['underscores in numbers', task('env: [{ name: A, value: 1_000 }]'), 'put it in quotes: "1_000"'],
    ['elements of a list', task('args: [0b11]'), 'put it in quotes: "0b11"'],
    ['a string instead of a list', task('command: make'), 'write it as a list: ["make"]'],
    ['a number instead of a list of strings', task('args: 0755'), 'write it as a list: ["0755"]'],
    ['a list instead of a string', task('workingDir: ["/src"]'), 'write it without the list: "/src"'],
    ['a name instead of a reference', run('pipelineRef: build'), 'write it as a mapping: { name: "build" }'],
    ['a quoted number', task('ports: [{ containerPort: "80" }]'), 'remove the quotes: 80'],
    ['a quoted boolean', task('tty: "true"'), 'remove the quotes: true'],
    [
      'a timeout without a unit',
      run('pipelineRef: { name: p }, timeout: 90'),
      'write it with its unit: 90s, 90m or 90h',
    ],
    [
      'a quoted timeout without a unit',
      run('pipelineRef: { name: p }, timeout: "90"'),
      'write it with its unit: 90s, 90m or 90h',
    ],
    ['a misspelled field', task('comand: [make]'), "did you mean 'command'?"],
    ...(
      [
        ['512MB', 'write 512M or 512Mi'],
        ['512mb', 'write 512M or 512Mi'],
        ['1.5gb', 'write 1.5G or 1.5Gi'],
        ['1GiB', 'write 1Gi'],
        ['512 Mi', 'write 512Mi'],
        ['512 M', 'write 512M or 512Mi'],
        ['64KB', 'write 64k or 64Ki'],
        ['128B', 'write 128'],
        ['2cores', 'write 2'],
      ] as const
    ).map(([text, hint]) => [text, task(`resources: { limits: { memory: ${text} } }`), hint] as const),
  ])('%s', (_, text, hint) => {
    const errors = errorsOf(text);
    expect(errors.map((error) => error.hint)).toEqual([hint]);
    const fixed = errors.reduce(followed, text);
    expect(fixed).not.toBe(text);
    expect(errorsOf(fixed)).toEqual([]);
  });

  test('any text that is read as a number or boolean; the quoted text is that of the file', () => {
    const scalar = fc.oneof(
      fc.constantFrom('y', 'No', 'off', 'TRUE', 'true', '0o17', '-0', '+1', '.5', '1.', '1e-3', '0x1F', '0b1'),
      fc.stringMatching(/^[-+]?(?:0[0-7]{1,6}|[1-9][0-9_]{0,6}[0-9]?|[0-9]{1,4}\.[0-9]{1,4}|[0-9]e[0-9]{1,2})$/),
    );
    fc.assert(
      fc.property(scalar, (text) => {
        const manifest = task(`env: [{ name: A, value: ${text} }]`);
        for (const error of errorsOf(manifest)) {
          expect(error.hint).toBe(`put it in quotes: "${text}"`);
          expect(errorsOf(followed(manifest, error))).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('fields of later versions', () => {
  const V1_STYLE = `apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: t }
spec:
  params: [{ name: who }]
  steps: [{ name: a, image: 'b:1', args: ["$(params.who)"] }]
---
apiVersion: tekton.dev/v1alpha1
kind: TaskRun
metadata: { name: r }
spec:
  params: [{ name: who, value: me }]
  taskRef: { name: t }
`;

  test('are reported to belong below inputs, without other errors', () => {
    expect(lint(V1_STYLE).map(({ place, code, hint }) => `${String(place.line)} ${code} ${hint}`)).toEqual([
      '5 FIELD_UNKNOWN move it below `inputs`: a v1alpha1 Task has `inputs.params`, and uses them as $(inputs.params.NAME)',
      "6 VARIABLE_UNKNOWN did you mean '$(inputs.params.who)'?",
      '12 FIELD_UNKNOWN move it below `inputs`: a v1alpha1 TaskRun has `inputs.params`',
    ]);
  });

  test('are valid at the place in the hint', () => {
    const moved = V1_STYLE.replace(/ {2}params: (.*)\n/g, '  inputs: { params: $1 }\n');
    expect(lint(moved.replace('$(params.who)', '$(inputs.params.who)'))).toEqual([]);
  });

  test.each(['tekton.dev/v1beta1', 'tekton.dev/v1'])('are valid in %s', (version) => {
    expect(lint(V1_STYLE.replaceAll('tekton.dev/v1alpha1', version))).toEqual([]);
  });

  test('a misspelled version is corrected', () => {
    expect(lint(V1_STYLE.replace('v1alpha1', 'v1alpah1'))[0]?.hint).toBe(
      "use 'tekton.dev/v1alpha1' or 'tekton.dev/v1beta1' or 'tekton.dev/v1'",
    );
  });
});

describe('an undeclared param', () => {
  test('has a hint with the declaration for its kind', () => {
    const [finding] = lint(task('args: ["$(params.who)"]'));
    expect(finding?.hint).toBe('declare it under `inputs.params`, and write $(inputs.params.who)');
    expect(lint(task('args: ["$(inputs.params.who)"]', '  inputs: { params: [{ name: who }] }\n'))).toEqual([]);
  });
});
