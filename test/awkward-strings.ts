/** Strings that some YAML parser reads as another type, or changes. */

import fc from 'fast-check';

/** One string of each kind. */
export const AWKWARD_STRINGS: readonly string[] = [
  ...['', '~', 'null', 'Null', 'true', 'yes', 'No', 'on', 'OFF', 'y', 'n', '<<', '=', '.inf', '-.Inf', '.NaN'],
  ...['0', '07', '0o17', '0x1F', '1e3', '1_000', '12:30', '1:2:3', '.5', '+1', '-1', '1.', '0b1', '2020-01-01'],
  ...['2001-12-14t21:59:43.10-05:00', '1.2.3', '4e5', 'a: b', 'a:', ':a', 'a #b', '#a', '- a', '-', '-a', '---', '...'],
  ...['? a', '?', '[a]', '{a}', '!a', '&a', '*a', '%a', '@a', '`a', '|', '>', "'", '"', `'"`, `it's`, 'say "hi"', ','],
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
  ...['\ud800', '\udc00a', '😀', 'ünïcödé', '中文', '$(inputs.params.a)', '${a}', 'https://a.b/c?d=e#f', '\\', '\\n'],
  ...['#!/bin/sh\nset -e\n\techo "a: b" # c\n', '--- a\n--- b\n', '%YAML\n', 'a\n# b\n', 'key: |\n  a\n'],
];

/** Any character. fast-check's own unit `binary` takes seconds to initialize. */
const CHARACTER = fc
  .integer({ min: 0, max: 0x10ffff - 0x800 })
  .map((code) => String.fromCodePoint(code < 0xd800 ? code : code + 0x800));

/** Any string, mostly of awkward characters. */
export const anyString = (): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.oneof(fc.constantFrom(...'\n\t :-#\'"|>%@`?![]{},&*~0123eoxy'), CHARACTER, fc.constant('')),
  });
