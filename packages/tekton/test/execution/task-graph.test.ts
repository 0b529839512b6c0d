import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  transitiveDependents,
  dependencyCycles,
  readyTasks,
  dependenciesOfPipeline,
  type TaskDependencies,
} from '@pipewright/tekton';

/** fetch, then lint and unit in parallel, then ship. */
const release: TaskDependencies = new Map([
  ['fetch', []],
  ['lint', ['fetch']],
  ['unit', ['fetch']],
  ['ship', ['lint', 'unit']],
]);

describe('ready tasks', () => {
  const rows: { when: string; started: string[]; done: string[]; start: string[] }[] = [
    { when: 'nothing has happened', started: [], done: [], start: ['fetch'] },
    { when: 'the first runs', started: ['fetch'], done: [], start: [] },
    { when: 'the first is done', started: ['fetch'], done: ['fetch'], start: ['lint', 'unit'] },
    { when: 'one of two is done', started: ['fetch', 'lint', 'unit'], done: ['fetch', 'lint'], start: [] },
    { when: 'both are done', started: ['fetch', 'lint', 'unit'], done: ['fetch', 'lint', 'unit'], start: ['ship'] },
  ];
  test.each(rows)('when $when: $start', ({ started, done, start }) => {
    expect(readyTasks(release, new Set(started), new Set(done))).toEqual(start);
  });
});

test('a task depends on runAfter, on the producers of its inputs, and on those of the inputs of its conditions', () => {
  const none = { params: [], outputs: [], workspaces: [], retries: 0, when: [], onError: 'stopAndFail' };
  const input = (from: string[]) => [{ name: 'i', resource: 'r', from }];
  const task = {
    ...none,
    name: 'a',
    runAfter: ['b', 'c'],
    inputs: input(['c', 'd']),
    conditions: [{ condition: 'x', params: [], resources: input(['e']) }],
  };
  expect(dependenciesOfPipeline({ tasks: [task] }).get('a')).toEqual(['b', 'c', 'd', 'e']);
});

test('transitive dependents of a task', () => {
  expect(transitiveDependents(release, ['fetch'])).toEqual(['lint', 'unit', 'ship']);
  expect(transitiveDependents(release, ['lint'])).toEqual(['ship']);
  expect(transitiveDependents(release, ['ship'])).toEqual([]);
});

describe('cycles', () => {
  const rows: { graph: string; waits: TaskDependencies; cycles: string[][] }[] = [
    { graph: 'none', waits: release, cycles: [] },
    { graph: 'a task that depends on itself', waits: new Map([['a', ['a']]]), cycles: [['a', 'a']] },
    {
      graph: 'three tasks, in running order from the first declared one',
      waits: new Map([
        ['a', ['c']],
        ['b', ['a']],
        ['c', ['b']],
      ]),
      cycles: [['a', 'b', 'c', 'a']],
    },
    {
      graph: 'two separate cycles',
      waits: new Map([
        ['a', ['b']],
        ['b', ['a']],
        ['c', ['d']],
        ['d', ['c']],
      ]),
      cycles: [
        ['a', 'b', 'a'],
        ['c', 'd', 'c'],
      ],
    },
    { graph: 'a dependency on an unknown task', waits: new Map([['a', ['x']]]), cycles: [] },
  ];
  test.each(rows)('$graph', ({ waits, cycles }) => {
    expect(dependencyCycles(waits)).toEqual(cycles);
  });

  test('a chain of 10,000 tasks, and a cycle of them, do not overflow the stack', () => {
    const chain = (last: string[]): TaskDependencies =>
      new Map(Array.from({ length: 10_000 }, (_, at) => [`t${at}`, at === 0 ? last : [`t${at - 1}`]]));
    expect(dependencyCycles(chain([]))).toEqual([]);
    expect(dependencyCycles(chain(['t9999']))[0]).toHaveLength(10_001);
  });

  test('1,000 diamonds are traversed once each', () => {
    const waits = new Map<string, string[]>([['t0', []]]);
    for (let at = 0; at < 1000; at++) {
      waits.set(`l${at}`, [`t${at}`]);
      waits.set(`r${at}`, [`t${at}`]);
      waits.set(`t${at + 1}`, [`l${at}`, `r${at}`]);
    }
    expect(dependencyCycles(waits)).toEqual([]);
    expect(transitiveDependents(waits, ['t0'])).toHaveLength(3000);
  });
});

const graphs = fc
  .array(fc.array(fc.nat(11), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .map(
    (edges): TaskDependencies =>
      new Map(edges.map((before, at) => [`t${at}`, before.map((to) => `t${to % edges.length}`)])),
  );

test('a graph has a cycle if and only if running its tasks in order gets stuck', () => {
  fc.assert(
    fc.property(graphs, (waits) => {
      const done = new Set<string>();
      for (let next = readyTasks(waits, done, done); next.length > 0; next = readyTasks(waits, done, done)) {
        next.forEach((task) => done.add(task));
      }
      expect(dependencyCycles(waits).length === 0).toBe(done.size === waits.size);
    }),
  );
});

test('in a reported cycle each task depends on the one before it', () => {
  fc.assert(
    fc.property(graphs, (waits) => {
      for (const cycle of dependencyCycles(waits)) {
        expect(cycle.at(0)).toBe(cycle.at(-1));
        for (let at = 1; at < cycle.length; at++) expect(waits.get(cycle[at]!)).toContain(cycle[at - 1]);
      }
    }),
  );
});
