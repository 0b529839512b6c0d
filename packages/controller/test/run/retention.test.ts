import { describe, expect, test } from '@jest/globals';
import type { PipelineRun, TaskRun } from '@pipewright/tekton';
import { planRetention, type RetentionPolicy, type Run } from '../../src/run/retention.js';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 0, 1, 12);

interface RunFields {
  readonly kind?: 'PipelineRun' | 'TaskRun';
  readonly spec?: object;
  /** Hours since the end of the run. */
  readonly endedHoursAgo?: number;
  readonly status?: object;
  readonly metadata?: object;
}

const timeOf = (hoursAgo: number): string => new Date(NOON - hoursAgo * HOUR).toISOString();

function run(name: string, { kind = 'PipelineRun', spec, endedHoursAgo = 1, status, metadata }: RunFields = {}): Run {
  return {
    apiVersion: 'tekton.dev/v1alpha1',
    kind,
    metadata: { name, namespace: 'ci', uid: name, ...metadata },
    spec: spec ?? (kind === 'PipelineRun' ? { pipelineRef: { name: 'release' } } : { taskRef: { name: 'build' } }),
    status: status ?? { conditions: [{ type: 'Succeeded', status: 'True' }], completionTime: timeOf(endedHoursAgo) },
  } as PipelineRun | TaskRun; // matches the kind
}

const expired = (runs: readonly Run[], policy: RetentionPolicy, unsettled: readonly string[] = []): string => {
  const isSettled = ({ metadata }: Run): boolean => !unsettled.includes(metadata.name ?? '');
  return planRetention({ runs, isSettled, now: new Date(NOON) }, policy)
    .expired.map(({ metadata }) => metadata.name)
    .join(' ');
};
const requeueAfter = (runs: readonly Run[], policy: RetentionPolicy, unsettled = false): number | undefined =>
  planRetention({ runs, isSettled: () => !unsettled, now: new Date(NOON) }, policy).requeueAfterMs;

describe('of the finished runs of a Pipeline', () => {
  const threeRuns = [run('b', { endedHoursAgo: 2 }), run('c', { endedHoursAgo: 3 }), run('a', { endedHoursAgo: 1 })];

  test.each<[string, RetentionPolicy, string]>([
    ['all are kept without a policy', {}, ''],
    ['the newest are kept, by the time at which they ended', { count: 2 }, 'c'],
    ['the oldest are deleted first', { count: 1 }, 'c b'],
    ['none is kept with a count of 0', { count: 0 }, 'c b a'],
    ['all are kept if there are fewer than the count', { count: 3 }, ''],
    ['those that have reached the age are deleted', { ageMs: 2 * HOUR }, 'c b'],
    ['those that ended a moment later are kept', { ageMs: 2 * HOUR + 1 }, 'c'],
    ['either limit is sufficient: count', { count: 1, ageMs: 3 * HOUR }, 'c b'],
    ['either limit is sufficient: age', { count: 2, ageMs: 2 * HOUR }, 'c b'],
  ])('%s', (_title, policy, names) => {
    expect(expired(threeRuns, policy)).toBe(names);
  });

  test('the newest are kept even if the clock was set back, so that earlier ends are in its future', () => {
    const runs = [
      run('before', { endedHoursAgo: -3 }),
      run('earlier', { endedHoursAgo: -5 / 60 }),
      run('after', { endedHoursAgo: 0 }),
    ];
    expect(expired(runs, { count: 1 })).toBe('earlier before');
    expect(expired(runs, { count: 2 })).toBe('earlier');
    expect(expired(runs, { ageMs: 0 })).toBe('after');
  });

  test('a run that ended seconds in the future, by the clock of another machine, is the newest', () => {
    expect(expired([run('ahead', { endedHoursAgo: -30 / 3600 }), run('now', { endedHoursAgo: 0 })], { count: 1 })).toBe(
      'now',
    );
  });

  test('the order of names decides between equal times', () => {
    const sameTime = ['b', 'd', 'a', 'c'].map((name) => run(name));
    expect(expired(sameTime, { count: 1 })).toBe('a b c');
    expect(expired(sameTime.toReversed(), { count: 1 })).toBe('a b c');
  });
});

test.each<[string, RunFields]>([
  ['a run that has not started', { status: {} }],
  ['a running run', { status: { conditions: [{ type: 'Succeeded', status: 'Unknown' }], startTime: timeOf(9) } }],
  ['a run that is being deleted', { metadata: { deletionTimestamp: timeOf(0) } }],
  ['a TaskRun of a PipelineRun', { kind: 'TaskRun', metadata: { ownerReferences: [{ kind: 'PipelineRun' }] } }],
])('%s is never deleted, and is not counted', (_title, runFields) => {
  expect(expired([run('x', runFields), run('y', { endedHoursAgo: 2 })], { count: 0 })).toBe('y');
  expect(expired([run('x', runFields), run('y', { endedHoursAgo: 2 })], { count: 1, ageMs: 3 * HOUR })).toBe('');
});

test('a run with pending work is kept, and does not count', () => {
  const runs = [run('a', { endedHoursAgo: 1 }), run('b', { endedHoursAgo: 2 }), run('c', { endedHoursAgo: 3 })];
  expect(expired(runs, { count: 1 }, ['c'])).toBe('b');
  expect(expired(runs, { count: 1 }, ['a'])).toBe('c b');
});

describe('runs are counted separately for', () => {
  test.each<[string, RunFields]>([
    ['each namespace', { metadata: { namespace: 'other' } }],
    ['each Pipeline', { spec: { pipelineRef: { name: 'nightly' } } }],
    ['each Task', { kind: 'TaskRun' }],
    [
      'a ClusterTask with the name of a Task',
      { kind: 'TaskRun', spec: { taskRef: { name: 'build', kind: 'ClusterTask' } } },
    ],
    ['a Task with the name of a Pipeline', { kind: 'TaskRun', spec: { taskRef: { name: 'release' } } }],
    ['embedded pipelines', { spec: { pipelineSpec: { tasks: [] } } }],
    ['embedded tasks', { kind: 'TaskRun', spec: { taskSpec: { steps: [] } } }],
    [
      'each generateName of embedded pipelines',
      { spec: { pipelineSpec: { tasks: [] } }, metadata: { generateName: 'nightly-' } },
    ],
  ])('%s', (_title, runFields) => {
    const otherRuns = [run('own', { spec: { pipelineSpec: { tasks: [] } }, metadata: { generateName: 'x-' } })];
    const buildRun = run('build', { kind: 'TaskRun', spec: { taskRef: { name: 'ship' } } });
    expect(expired([run('a'), ...otherRuns, buildRun, run('b', runFields)], { count: 1 })).toBe('');
    expect(expired([run('a'), run('b', runFields), run('c', { ...runFields, endedHoursAgo: 2 })], { count: 1 })).toBe(
      'c',
    );
  });

  test('runs with an embedded pipeline and a name are counted together', () => {
    const spec = { pipelineSpec: { tasks: [] } };
    expect(expired([run('a', { spec }), run('b', { spec, endedHoursAgo: 2 })], { count: 1 })).toBe('b');
  });
});

describe('the end of a run is read from', () => {
  test.each<[string, RunFields]>([
    [
      'its condition if it has no completionTime',
      { status: { conditions: [{ type: 'Succeeded', status: 'False', lastTransitionTime: timeOf(5) }] } },
    ],
    [
      'its creation if it has no other time',
      { status: { conditions: [{ type: 'Succeeded', status: 'False' }] }, metadata: { creationTimestamp: timeOf(5) } },
    ],
  ])('%s', (_title, runFields) => {
    expect(expired([run('x', runFields)], { ageMs: 5 * HOUR })).toBe('x');
    expect(expired([run('x', runFields)], { ageMs: 5 * HOUR + 1 })).toBe('');
  });
});

describe('runs are checked again', () => {
  test.each<[string, readonly Run[], RetentionPolicy, boolean, number | undefined]>([
    [
      'when the next one becomes too old',
      [run('a', { endedHoursAgo: 1 }), run('b', { endedHoursAgo: 3 })],
      { ageMs: 4 * HOUR },
      false,
      HOUR,
    ],
    ['never if only their number is limited', [run('a'), run('b')], { count: 1 }, false, undefined],
    ['never if there are none', [], { ageMs: HOUR }, false, undefined],
    ['in a minute if one is due and cannot be deleted yet', [run('a')], { count: 0 }, true, 60_000],
    [
      'when one that ends in the future of this clock becomes too old',
      [run('a', { endedHoursAgo: -2 })],
      { ageMs: HOUR },
      false,
      3 * HOUR,
    ],
  ])('%s', (_title, runs, policy, unsettled, ms) => {
    expect(requeueAfter(runs, policy, unsettled)).toBe(ms);
  });
});
