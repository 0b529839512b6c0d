/** The files of the command that are exempt from the lint rules for pure files. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Linter } from 'eslint';
import ts from 'typescript-eslint';
// @ts-expect-error a JavaScript module without declarations
import { CLI_EDGES, PURE_RULES } from '../eslint.config.js';

const SOURCES = join(import.meta.dirname, '../packages/cli/src');
const EDGES = Object.keys(CLI_EDGES as Readonly<Record<string, string>>);

/** Returns what the rules for pure files report about a source file. */
function complaintsAbout(file: string): readonly string[] {
  const config = {
    files: ['**/*.ts'],
    languageOptions: { parser: ts.parser as Linter.Parser },
    rules: PURE_RULES as Linter.RulesRecord,
  };
  const text = readFileSync(join(SOURCES, file), 'utf8');
  return new Linter().verify(text, config, { filename: `packages/cli/src/${file}` }).map(({ message }) => message);
}

/** Returns the files of a row, such as `log/{log-options,text-log}.ts`. */
function filesOf(row: string): readonly string[] {
  const [, before = '', names, after = ''] = /^(.*)\{(.*)\}(.*)$/.exec(row) ?? [];
  return names === undefined ? [row] : names.split(',').map((name) => `${before}${name}${after}`);
}

test.each(EDGES.flatMap(filesOf))('%s needs its exemption', (file) => {
  expect(complaintsAbout(file)).not.toEqual([]);
});
