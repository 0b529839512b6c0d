import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { describeFinding, inReadingOrder } from '../../src/diagnostics/finding.js';
import { loadText } from '../../src/manifests/load.js';
import { sourceText } from '../../src/yaml/text.js';
import { growth, LINEAR } from '../../../../test/growth.js';
import { sampledRows } from '../../../../test/thorough.js';

const findingsIn = (text: string) =>
  inReadingOrder(loadText(sourceText('a.yaml', text)).findings)
    .map((finding) => describeFinding(finding))
    .join('\n');

/** The article's invalid manifest first, then similar cases. The complete message is compared. */
const damage: readonly { file: string; yaml: string; want: string }[] = [
  {
    file: 'an en dash for a list item',
    yaml: 'kind: ServiceAccount\nsecrets:\n- name: auth-docker\n\n– name: auth-gitlab\n',
    want: `a.yaml:5:1  error  YAML_CHARACTER  the list item starts with an en dash (U+2013), which only looks like "-"
    5 | – name: auth-gitlab
      | ^
  hint: type "-"; if the line is text, put the text in quotes`,
  },
  {
    file: 'lost indentation',
    yaml: 'apiVersion: v1\nkind: Secret\nmetadata:\nname: auth-gitlab\nannotations:\ntekton.dev/git-0: https://github.com\n',
    want: `a.yaml:3:1  error  YAML_INDENTATION  \`metadata:\` is empty and followed by \`name:\`, \`annotations:\` at the same column: the indentation is lost
    3 | metadata:
      | ^
  hint: indent lines 4 to 5, so that they are below \`metadata:\``,
  },
  {
    file: 'lost indentation of nested objects, so that keys repeat',
    yaml: 'kind: ClusterRoleBinding\nmetadata:\nname: a\nroleRef:\nkind: ClusterRole\nname: cluster-admin\n',
    want: `a.yaml:2:1  error  YAML_INDENTATION  \`metadata:\` is empty and followed by \`name:\` at the same column: the indentation is lost
    2 | metadata:
      | ^
  hint: indent line 3, so that it is below \`metadata:\`
a.yaml:4:1  error  YAML_INDENTATION  \`roleRef:\` is empty and followed by \`kind:\`, \`name:\` at the same column: the indentation is lost
    4 | roleRef:
      | ^
  hint: indent lines 5 to 6, so that they are below \`roleRef:\``,
  },
  {
    file: 'lost indentation of list items',
    yaml: 'kind: B\nsubjects:\n- kind: ServiceAccount\nname: bot\nnamespace: default\n',
    want: `a.yaml:2:1  error  YAML_INDENTATION  \`subjects:\` ends and is followed by \`name:\`, \`namespace:\` at the same column: the indentation is lost
    2 | subjects:
      | ^
  hint: indent lines 4 to 5, so that they are below \`subjects:\``,
  },
  {
    file: 'curly quotes',
    yaml: 'kind: A\nargs: [“test”]\n',
    want: `a.yaml:2:8  error  YAML_CHARACTER  the text starts with a curly quote (U+201C), which YAML reads as part of it
    2 | args: [“test”]
      |        ^
  hint: type "; if the curly quote belongs to the text, put the whole text in straight quotes`,
  },
  {
    file: 'non-breaking spaces after colons',
    yaml: 'apiVersion:\u00a0v1\nkind:\u00a0Secret\n',
    want: `a.yaml:1:12  error  YAML_CHARACTER  the colon is followed by a non-breaking space (U+00A0), so it does not end a key; also in line 2
    1 | apiVersion:\u00a0v1
      |            ^
  hint: replace it with a space`,
  },
  {
    file: 'non-breaking spaces as indentation',
    yaml: 'kind: A\nspec:\n\u00a0\u00a0a: 1\n',
    want: `a.yaml:3:1  error  YAML_CHARACTER  the line is indented with a non-breaking space (U+00A0), which only looks like a space
    3 | \u00a0\u00a0a: 1
      | ^
  hint: replace it with spaces`,
  },
  {
    file: 'a full-width colon',
    yaml: 'kind: A\nname\uff1a nginx\n',
    want: `a.yaml:2:5  error  YAML_CHARACTER  the key ends with a full-width colon (U+FF1A), which only looks like ":"
    2 | name\uff1a nginx
      |     ^
  hint: type ":" and a space`,
  },
  {
    file: 'tabs as indentation',
    yaml: 'kind: A\nspec:\n\ta: 1\n\tb: 2\n',
    want: `a.yaml:3:1  error  YAML_TAB  the line is indented with a tab, which YAML does not allow; also in line 4
    3 | →a: 1
      | ^
  hint: indent with spaces`,
  },
  {
    file: 'a duplicate key',
    yaml: 'kind: A\nspec:\n  image: a\n  image: b\n',
    want: `a.yaml:4:3  error  YAML_DUPLICATE_KEY  \`image\` is repeated in one object; first in line 3
    4 |   image: b
      |   ^
  hint: remove one of them, or correct the indentation if it belongs elsewhere`,
  },
  {
    file: 'a colon in a value',
    yaml: 'kind: A\nmessage: error: no\n',
    want: `a.yaml:2:10  error  YAML_SYNTAX  not YAML: the value of a key contains another key
    2 | message: error: no
      |          ^
  hint: put a value that contains \`: \` in quotes; if the next line is the other key, align it with this one`,
  },
  {
    file: 'an unclosed quote',
    yaml: 'kind: A\nname: "x\n',
    want: `a.yaml:2:7  error  YAML_SYNTAX  not YAML: the " that opens here is not closed
    2 | name: "x
      |       ^
  hint: close it; a quote in the text itself is written \\" in double quotes, and '' in single ones`,
  },
  {
    file: 'plain text',
    yaml: 'hello\n',
    want: `a.yaml:1:1  error  NOT_AN_OBJECT  a manifest is an object with apiVersion and kind, but this is not an object
    1 | hello
      | ^
  hint: start with \`apiVersion:\`; if this is not a manifest, exclude the file`,
  },
];

test.each(damage)('a file with $file is explained', ({ yaml, want }) => {
  expect(findingsIn(yaml)).toBe(want);
});

describe('valid YAML that looks damaged is accepted', () => {
  test.each([
    ['dashes inside a block', 'kind: A\nscript: |\n  – one\n  – two\n'],
    ['dashes inside quotes', 'kind: A\ntext: "a\n  – b"\n'],
    ['dashes in a comment', 'kind: A\n# – a\n'],
    ['a tab after a value', 'kind: A\t\nb: 1\n'],
    ['a line with only a tab', 'kind: A\n\t\nb: 1\n'],
    ['curly quotes inside a text', 'kind: A\ntext: he said “no”\n'],
    ['Windows line ends', 'kind: A\r\nspec:\r\n  a: 1\r\n'],
    ['empty metadata', 'kind: A\nmetadata:\nspec: {}\n'],
  ])('%s', (_, yaml) => {
    expect(findingsIn(yaml)).toBe('');
  });
});

test('all problems are reported in one pass', () => {
  const yaml = 'kind: A\nlist:\n– a: 1\n---\nkind: B\nmetadata:\nname: b\n---\nkind: C\na: 1\na: 2\n';
  expect(loadText(sourceText('a.yaml', yaml)).findings.map(({ code }) => code)).toEqual([
    'YAML_CHARACTER',
    'YAML_INDENTATION',
    'YAML_DUPLICATE_KEY',
  ]);
});

/** Formats line, column and message of each finding. */
const reported = (text: string) =>
  inReadingOrder(loadText(sourceText('a.yaml', text)).findings).map(
    ({ place: { line, column }, message }) => `${line}:${column} ${message.replace(/^not YAML: /, '')}`,
  );

describe('one mistake is reported once, at its position', () => {
  const BRACKET = 'the bracket that opens here is not closed';
  const COLUMN = 'the line starts at a different column than its neighbours';
  test.each([
    ['an unclosed list', 'a: 1\nb: [x, y\nc: 1\nd: 2\n', [`2:4 ${BRACKET}`]],
    ['an unclosed JSON object', '{\n  "a": {"b": 1,\n  "c": 2\n}\n', [`1:1 ${BRACKET}`]],
    ['an unclosed quote in brackets', 'a: ["x", "y]\nb: c\n', ['1:10 the " that opens here is not closed']],
    ['a line with too little indentation', 'a:\n    b: 1\n  c: 2\n   d: 3\n', [`3:1 ${COLUMN}`]],
    ['a list among keys', 'kind: A\n- a\nb: 1\n', ['2:1 a list item where a key is expected']],
    ['a key without colon', 'kind: A\nmetadata\n  name: x\n', ['2:1 a key and a colon are expected here']],
    [
      'text after the indicator of a block',
      'kind: A\na: |2bad\n  text: more\n   of: it\nb: 1\n',
      ['2:6 text follows the indicator of a block scalar'],
    ],
    [
      'two values without a comma in JSON',
      '{"a": "b" "c": "d"}',
      ['1:11 there is more text after the end of the value'],
    ],
    ['a template', 'kind: A\na: {{ .Values.x }}\n', ['2:5 a template that is not rendered']],
    ['a merge conflict', 'a: 1\n<<<<<<< HEAD\nb: 2\n', ['2:1 a merge conflict marker']],
  ])('%s', (_, yaml, want) => {
    expect(reported(yaml)).toEqual(want);
  });

  test.each([
    [
      'on separate lines',
      'a: [x\nb: {c: d\ne: f\ng: h: i\n',
      [`1:4 ${BRACKET}`, `2:4 ${BRACKET}`, '4:4 the value of a key contains another key'],
    ],
    [
      'commas on one line',
      '{"a": 1,, "b": ["x" "y"]}',
      ['1:9 a comma with nothing before it', '1:21 missing , or : between flow sequence items'],
    ],
    [
      'words on one line',
      'a: ["\\q", @b, `c]\n',
      [
        '1:6 invalid escape sequence \\q',
        '1:11 plain value cannot start with reserved character @',
        '1:15 plain value cannot start with reserved character `',
      ],
    ],
  ])('several mistakes are all reported: %s', (_, yaml, want) => {
    expect(reported(yaml)).toEqual(want);
  });
});

describe('YAML that would exhaust the parser is rejected', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const rows: readonly [string, string][] = [
    [
      'a billion laughs',
      [...letters.slice(1)].reduce(
        (text, name, i) => `${text}\n${name}: &${name} [${`*${letters[i]},`.repeat(9)}]`,
        'a: &a [x]',
      ),
    ],
    [
      'a chain of merges',
      `a0: &a0 {x: 1}${Array.from({ length: 5000 }, (_, i) => `\na${i + 1}: &a${i + 1}\n  <<: *a${i}`).join('')}`,
    ],
    ['nested brackets', '['.repeat(50_000)],
    ['deeply nested keys', Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['a recursive alias', 'a: &a [*a]'],
    ['many documents', '---\n'.repeat(60_000)],
  ];
  test.each(sampledRows(rows, 0, 3, 4))('%s', (_, yaml) => {
    const { findings } = loadText(sourceText('a.yaml', yaml));
    expect(findings.map(({ code }) => code)).toEqual([expect.stringMatching(/^YAML_(TOO_COMPLEX|ALIAS)$/)]);
  });

  test('of a quarter of a million mistakes, the first are reported', () => {
    expect(loadText(sourceText('a.yaml', `a: "${'\\q'.repeat(250_000)}"`)).findings).toHaveLength(50);
  });

  const grown: readonly [string, (size: number) => string, number][] = [
    ['nested brackets', (size) => '['.repeat(size), 6000],
    ['many documents', (size) => '---\n'.repeat(size), 2000],
    ['many mistakes on one line', (size) => `a: "${'\\q'.repeat(size)}"`, 4000],
  ];
  test.each(sampledRows(grown, 2))('in linear time: %s', async (_, yaml, size) => {
    expect(await growth((of) => loadText(sourceText('a.yaml', yaml(of))), size)).toBeLessThan(LINEAR);
  });
});

test('a finding quotes only a short part of a file that is not YAML', () => {
  const licence = readFileSync(resolve(import.meta.dirname, '../../../../LICENSE'), 'utf8');
  const messages = loadText(sourceText('LICENSE', licence)).findings.map(({ message }) => message);
  expect(messages).toContain(
    'not YAML: unexpected scalar token in YAML stream: "You may add Your own copyright statement…"',
  );
  expect(messages.filter((message) => message.length > 120)).toEqual([]);
});
