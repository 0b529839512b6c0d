/** The parity page: features are detected in cases, and the stored results refer only to existing rules. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Accepted } from '../parity/accepted.js';
import { FEATURES, featuresOf } from '../parity/features.js';
import { parityPage } from '../parity/page.js';
import { RELEASES } from '../parity/releases.js';
import { readResults } from '../parity/results.js';
import { nothing, played, recordingOf } from './parity-case.js';

describe('a case shows', () => {
  const task = (spec: string): string => `kind: Task\nmetadata: {name: t}\nspec: ${spec}\n`;
  const answer = (code: number, message = '') => ({
    kind: 'Task',
    apiVersion: '',
    name: 't',
    code,
    status: { message },
  });

  test.each<[string, string, Partial<typeof nothing>, string[]]>([
    ['nothing if it is empty', '', {}, []],
    ['its steps', task('{steps: [{image: a, command: [b]}, {image: a, script: c}]}'), {}, ['steps', 'script']],
    ['an image’s own command', task('{steps: [{image: a, args: [b]}]}'), {}, ['no-command']],
    [
      'the variables it uses',
      task('{steps: [{image: a, command: [$(inputs.params.b), $(inputs.resources.c.url)]}]}'),
      {},
      ['variables', 'resource-variables'],
    ],
    [
      'a rejection and its cause',
      '',
      { applied: [answer(400, 'json: unknown field "x"')] },
      ['refused-task', 'unknown-field'],
    ],
    ['no rejection if it was admitted', '', { applied: [answer(201)] }, []],
    ['a run that succeeded', '', { ...played('9xtmt', '52c45d') }, ['succeeded']],
    [
      'a change of the spec, but not a cancellation',
      '',
      { actions: [{ t: 1, op: 'patch', kind: 'TaskRun', body: { spec: { timeout: '1s' } } }] },
      ['changed'],
    ],
    [
      'a cancellation, but not a change of the spec',
      '',
      { actions: [{ t: 1, op: 'patch', kind: 'TaskRun', body: { spec: { status: 'TaskRunCancelled' } } }] },
      [],
    ],
    ['fields that are set, not those that are empty', task('{workspaces: [], volumes: [{name: v}]}'), {}, ['volumes']],
  ])('%s', (_, input, outcome, features) => {
    expect(featuresOf(recordingOf({ ...nothing, ...outcome }, input))).toEqual(features);
  });

  test('features with unique ids', () => {
    expect(new Set(FEATURES.map(({ id }) => id)).size).toBe(FEATURES.length);
  });
});

describe('the page', () => {
  const rule: Accepted = { id: 'one rule', path: /x/, reason: 'Because | of it.' };
  const page = parityPage(
    {
      'v1.15': { cases: { 'r-c': { note: 'c', features: [], embedded: { differences: 1, rules: [] } } } },
      'v0.9.2': {
        cases: {
          'r-a': {
            note: 'a',
            features: ['retries'],
            embedded: { differences: 0, rules: [] },
            kubernetes: { differences: 0, rules: ['one rule'] },
          },
          'r-b': { note: 'b', features: ['retries', 'order'], embedded: { differences: 2, rules: [] } },
        },
      },
    },
    { 'v0.9.2': [rule], 'v1.15': [] },
  ).split('\n');

  test.each([
    ['counts cases', '| embedded | 2 | 1 | 0 | 1 |'],
    ['counts the cases of each version', '| embedded | 1 | 0 | 0 | 1 |'],
    ['lists the cases of each version', '| r-c | c | differs | not run |  |'],
    ['gives a feature the worst of its cases', '| retries | r-a, r-b | differs | not run |'],
    ['names the cases of a feature', '| `runAfter` | r-b | differs | not run |'],
    [
      'reports features without a recording',
      '| `targetPath` | no recording; covered by the tests of `packages/controller` |  |  |',
    ],
    [
      'names the tests of a feature without a recording',
      '| pullRequest | no recording; `packages/cli/test/resources/resources.*.ts` | tested | tested |',
    ],
    ['gives the reason of each accepted difference', '| one rule | Because \\| of it. | 0 | 1 |'],
    ['lists every case with its rules', '| r-a | a | as recorded | accepted | one rule |'],
  ])('%s', (_, line) => {
    expect(page).toContain(line);
  });
});

test('tests of features without a recording exist for both clusters', () => {
  const files = FEATURES.flatMap(({ tests }) =>
    tests === undefined ? [] : [`${tests}.test.ts`, `${tests}.cluster.ts`],
  );
  expect(files.filter((file) => !existsSync(join(import.meta.dirname, '..', file)))).toEqual([]);
});

describe.each(['v0.9.2', 'v1.15'] as const)('the stored results of %s', (release) => {
  const all = Object.values(readResults()[release].cases);
  const { accepted } = RELEASES[release];
  const named = all.flatMap(({ embedded, kubernetes }) => [...(embedded?.rules ?? []), ...(kubernetes?.rules ?? [])]);

  test('refer only to existing rules', () => {
    const known = accepted.map(({ id }) => id);
    expect(named.filter((id) => !known.includes(id))).toEqual([]);
  });

  test('have a case for every rule, if they have cases', () => {
    const used = new Set(named);
    const unused = accepted.filter(({ id, unrecorded }) => unrecorded !== true && !used.has(id));
    expect(all.length === 0 ? [] : unused.map(({ id }) => id)).toEqual([]);
  });

  test('refer only to existing features', () => {
    const known = new Set(FEATURES.map(({ id }) => id));
    expect(all.flatMap(({ features }) => features).filter((id) => !known.has(id))).toEqual([]);
  });
});
