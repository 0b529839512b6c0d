import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PROBLEMS } from '@pipewright/tekton';
import { explainedCodes, explanationOf } from '../src/explain/explanations.js';
import { findingsIn } from '../src/lint/check.js';
import { loadText } from '../src/manifests/load.js';
import { sourceText } from '../src/manifests/text.js';

const codesIn = (text: string): readonly string[] =>
  findingsIn(loadText(sourceText('a.yaml', text)), { elsewhere: 'nothing' }).map(({ code }) => code);

/** Codes whose problem no text of one file shows. */
const WITHOUT_EXAMPLE = [
  'COMMAND_UNKNOWN',
  'CONFIG_INVALID',
  'CONFIG_MAP_KEY_MISSING',
  'CONFIG_MAP_MISSING',
  'FILE_ENCODING',
  'FILE_TOO_LARGE',
  'FILE_UNREADABLE',
  'IMAGE_NO_STAND_IN',
  'NO_OBJECTS',
  'SECRET_KEY_MISSING',
  'STAND_IN_UNUSED',
  'TOO_MANY_FILES',
  'VOLUME_CLAIM_MISSING',
  'YAML_TOO_COMPLEX',
];

const examples = explainedCodes().flatMap((code) => {
  const example = explanationOf(code)?.example;
  return example ? [{ code, ...example }] : [];
});

describe('the example of a problem', () => {
  test.each(examples)('$code has it, and the right one has no other', ({ code, wrong, right }) => {
    expect(codesIn(wrong)).toContain(code);
    expect(codesIn(right).filter((found) => found === code || !MAY_STAY.has(found))).toEqual([]);
  });

  /** What the objects of an example refer to and it leaves out, to stay short. */
  const MAY_STAY = new Set(['TASK_UNKNOWN', 'PIPELINE_UNKNOWN', 'SERVICE_ACCOUNT_MISSING']);

  test('is there for every code that a text can show', () => {
    expect(explainedCodes().filter((code) => explanationOf(code)?.example === undefined)).toEqual(WITHOUT_EXAMPLE);
  });
});

test('every code of the checks and of the files that the command reads is explained', () => {
  const source = resolve(import.meta.dirname, '../src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /^(?:manifests|config|run|lint)\/.*\.ts$/.test(name),
  );
  const inSource = files.flatMap((name) =>
    [...readFileSync(join(source, name), 'utf8').matchAll(/(?:code: |^ {4,})'([A-Z]+_[A-Z_]+)',?$/gm)].map(
      ([, code]) => code ?? '',
    ),
  );
  expect(inSource.length).toBeGreaterThan(10);
  const all = [...new Set([...Object.keys(PROBLEMS), ...inSource])];
  expect(all.filter((code) => explanationOf(code) === undefined)).toEqual([]);
});
