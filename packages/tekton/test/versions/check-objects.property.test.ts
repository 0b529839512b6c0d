import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyDefaults, checkObjects, type V1alpha1Object } from '@pipewright/tekton';
import { apiVersion, build, everything, pipeline, repo, run, taskRun, web } from '../support/objects.js';
import { growth, LINEAR } from '../../../../test/growth.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Returns the paths of all fields and elements of a value. */
function placesIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...below.flatMap(([key, item]) => placesIn(item, [...path, key]))];
}

/** Returns a copy with the value at a path replaced or removed. */
function mutate(value: unknown, path: readonly (string | number)[], replacement: Json | undefined): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  const at = copy as Record<string | number, unknown>;
  if (rest.length === 0 && replacement === undefined && !Array.isArray(copy)) delete at[key];
  else at[key] = mutate(at[key], rest, replacement);
  return copy;
}

const tekton = [build, pipeline, repo, web, run, taskRun];
const places = tekton.flatMap((object, index) => placesIn(object).map((path) => ({ index, path })));
const junk = fc.constantFrom<Json | undefined>(
  undefined,
  null,
  true,
  7,
  -1.5,
  '',
  '$(',
  'x',
  '__proto__',
  [],
  {},
  [null],
  [{}],
  [[]],
  { name: 1 },
  { constructor: {} },
);

test('the check completes for objects with any damage', () => {
  fc.assert(
    fc.property(fc.constantFrom(...places), junk, ({ index, path }, replacement) => {
      const objects = everything.map((object) =>
        object === tekton[index] ? mutate(object, path, replacement) : object,
      );
      const problems = checkObjects(objects);
      for (const problem of problems) expect(problem.message).not.toMatch(/undefined|\[object/);
    }),
    { numRuns: 400 },
  );
});

test('the check completes for any JSON value', () => {
  const spec = fc.jsonValue({ maxDepth: 5 });
  const kind = fc.constantFrom(
    'Task',
    'Pipeline',
    'TaskRun',
    'PipelineRun',
    'PipelineResource',
    'Condition',
    'ClusterTask',
  );
  fc.assert(
    fc.property(kind, spec, (one, value) => {
      checkObjects([
        value,
        { apiVersion, kind: one, metadata: value, spec: value },
        { apiVersion, kind: one, spec: value },
      ]);
    }),
  );
});

test('equal objects have equal problems', () => {
  const objects = [{ ...build, spec: {} }, run];
  expect(checkObjects(objects)).toEqual(checkObjects(structuredClone(objects)));
});

test('applying defaults keeps valid objects valid, and is idempotent', () => {
  for (const object of tekton as V1alpha1Object[]) {
    const once = applyDefaults(object);
    expect(applyDefaults(once)).toEqual(once);
    expect(checkObjects([once]).filter(({ code }) => !/UNKNOWN|MISSING/.test(code))).toEqual([]);
  }
});

const chain = (length: number, wrong: object = {}): unknown[] => [
  { ...build, metadata: { name: 'noop' }, spec: { inputs: { params: [{ name: 'a' }] }, steps: [{ image: 'sh:1' }] } },
  {
    apiVersion,
    kind: 'Pipeline',
    metadata: { name: 'p' },
    spec: {
      params: [{ name: 'x' }],
      tasks: Array.from({ length }, (_, at) => ({
        name: `t${at}`,
        taskRef: { name: 'noop' },
        params: [{ name: 'a', value: '$(params.x)' }],
        runAfter: at === 0 ? [] : [`t${at - 1}`],
        ...wrong,
      })),
    },
  },
];

describe('thousands of tasks', () => {
  test('that are valid are checked in linear time', async () => {
    expect(await growth((count) => expect(checkObjects(chain(count))).toEqual([]), 250)).toBeLessThan(LINEAR);
  });

  test('with four problems each are checked in linear time', async () => {
    const wrong = {
      foo: 1,
      runAfter: ['nobody'],
      taskRef: { name: 'none' },
      params: [{ name: 'a', value: '$(params.y)' }],
    };
    const check = (count: number): void => expect(checkObjects(chain(count, wrong))).toHaveLength(4 * count);
    expect(await growth(check, 250)).toBeLessThan(LINEAR);
  });
});
