import { describe, expect, test } from '@jest/globals';
import { Yaml } from 'cdk8s';
import fc from 'fast-check';
import { parse, parseAllDocuments } from 'yaml';
import { manifestYaml } from '../lib/yaml.js';

const readBack = (text: string, version: '1.1' | '1.2'): unknown => parse(text, { version });

/** A string as value, list element and key, at several depths. */
const around = (text: string): object => ({
  a: text,
  b: [text, [text], { c: text, [`k${text}`]: text }],
  d: { e: { f: text } },
});

describe('every string comes back as it was', () => {
  test.each(
    [
      ...['', '~', 'null', 'Null', 'true', 'yes', 'No', 'on', 'OFF', 'y', 'n', '<<', '=', '.inf', '-.Inf', '.NaN'],
      ...['0', '07', '0o17', '0x1F', '1e3', '1_000', '12:30', '1:2:3', '.5', '+1', '-1', '1.', '0b1', '2020-01-01'],
      ...[
        '2001-12-14t21:59:43.10-05:00',
        '1.2.3',
        '4e5',
        'a: b',
        'a:',
        ':a',
        'a #b',
        '#a',
        '- a',
        '-',
        '-a',
        '---',
        '...',
      ],
      ...[
        '? a',
        '?',
        '[a]',
        '{a}',
        '!a',
        '&a',
        '*a',
        '%a',
        '@a',
        '`a',
        '|',
        '>',
        "'",
        '"',
        `'"`,
        `it's`,
        'say "hi"',
        ',',
      ],
      ...[
        ' a',
        'a ',
        '\ta',
        'a\t',
        'a\n',
        '\na',
        'a\nb',
        'a\n\nb\n',
        'a\n\n',
        'a\n  b\n c\n',
        ' a\nb',
        'a\n ',
        'a\n \n',
        'a \nb',
      ],
      ...[
        '\r',
        'a\r\nb',
        '\u0000',
        '\u0007',
        '\u007f',
        '\u0085',
        'a\u0085b',
        '\u00a0',
        '\u2028',
        '\u2029',
        '\ufeff',
        '\ufffe',
      ],
      ...[
        '\ud800',
        '\udc00a',
        '😀',
        'ünïcödé',
        '中文',
        '$(inputs.params.a)',
        '${a}',
        'https://a.b/c?d=e#f',
        '\\',
        '\\n',
      ],
      ...['#!/bin/sh\nset -e\n\techo "a: b" # c\n', '--- a\n--- b\n', '%YAML\n', 'a\n# b\n', 'key: |\n  a\n'],
    ].map((text) => [JSON.stringify(text), text]),
  )('%s', (_, text) => {
    const value = around(text);
    expect(readBack(manifestYaml([value]), '1.1')).toEqual(value);
    expect(readBack(manifestYaml([value]), '1.2')).toEqual(value);
  });

  test('whatever it is', () => {
    const anyString = fc.string({
      unit: fc.oneof(
        fc.constantFrom(...'\n\t :-#\'"|>%@`?![]{},&*~0123eoxy'),
        fc.string({ unit: 'binary', maxLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(anyString, (text) => {
        const value = around(text);
        expect(readBack(manifestYaml([value]), '1.1')).toEqual(value);
        expect(readBack(manifestYaml([value]), '1.2')).toEqual(value);
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});

test('a manifest looks as cdk8s writes it', () => {
  const object = {
    apiVersion: 'tekton.dev/v1alpha1',
    kind: 'Task',
    metadata: { annotations: { 'a.b/c': 'd: e' }, name: 'build' },
    spec: {
      inputs: { params: [{ default: '', description: "repo's path", name: 'path' }] },
      steps: [
        {
          args: ['-j2', '$(inputs.params.path)', 'true', 'say "hi"'],
          image: 'golang:1.13',
          script: '#!/bin/sh\nmake\n\nmake test\n',
        },
        { image: 'busybox', resources: {}, securityContext: { privileged: false, runAsUser: 0 } },
      ],
      volumes: [],
    },
  };

  expect(manifestYaml([object, object])).toBe(Yaml.stringify(object, object));
});

test('absent fields are left out and keys are sorted below the leading ones', () => {
  const text = manifestYaml([{ spec: { b: 1, a: undefined }, kind: 'K', z: [{}], apiVersion: 'v1' }, { kind: 'L' }]);

  expect(text).toBe('apiVersion: v1\nkind: K\nspec:\n  b: 1\nz:\n  - {}\n---\nkind: L\n');
  expect(parseAllDocuments(text)).toHaveLength(2);
});
