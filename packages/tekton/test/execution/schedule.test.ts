import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  executionOrder,
  schedule,
  type CelResult,
  type MissingResult,
  type Schedule,
  type ScheduleState,
  type SkipReason,
  type TaskDecision,
  type TaskOutcome,
} from '@pipewright/tekton';

interface Task {
  readonly after?: readonly string[];
  readonly outcome?: TaskOutcome;
  readonly skipped?: SkipReason;
  readonly when?: boolean | string;
  readonly missing?: readonly MissingResult[];
  readonly emptyMatrix?: boolean;
  readonly ignored?: boolean;
}
type Tasks = Readonly<Record<string, Task>>;

const NOTHING_PASSED = { pipeline: false, tasks: false, finally: false };

function scheduled(
  tasks: Tasks,
  last: Tasks = {},
  rest: Partial<Pick<ScheduleState, 'stopRequest' | 'hasPassed'>> = {},
): Schedule {
  const of = (from: Tasks): ScheduleState['tasks'] =>
    Object.entries(from).map(([name, { outcome, skipped, ignored = false }]) => ({
      name,
      ...(outcome && { outcome }),
      ...(skipped && { skipped }),
      isFailureIgnored: ignored,
    }));
  const dependencies = new Map(Object.entries(tasks).map(([name, { after = [] }]) => [name, after]));
  return schedule({
    tasks: of(tasks),
    finally: of(last),
    dependencies,
    order: executionOrder(dependencies),
    hasPassed: NOTHING_PASSED,
    evaluate: (name) => {
      const { when = true, missing = [], emptyMatrix = false } = tasks[name] ?? last[name] ?? {};
      const result: CelResult =
        typeof when === 'string' ? { kind: 'error', message: when } : { kind: 'value', value: when };
      return { when: () => result, missingResults: () => missing, hasEmptyMatrix: () => emptyMatrix };
    },
    ...rest,
  });
}

function textOf(decision: TaskDecision): string {
  switch (decision.kind) {
    case 'started':
      return decision.outcome;
    case 'skip':
      return `skip: ${decision.reason}`;
    case 'invalid':
    case 'error':
      return `${decision.kind}: ${decision.message}`;
    case 'start':
    case 'wait':
      return decision.kind;
  }
}

const textsOf = ({ decisions }: Schedule): Record<string, string> =>
  Object.fromEntries([...decisions].map(([name, decision]) => [name, textOf(decision)]));

const missing = (task: string, result = 'r'): readonly MissingResult[] => [{ task, result }];

interface Row {
  readonly title: string;
  readonly tasks: Tasks;
  readonly finally?: Tasks;
  readonly rest?: Partial<Pick<ScheduleState, 'stopRequest' | 'hasPassed'>>;
  readonly are: Readonly<Record<string, string>>;
}

const order: readonly Row[] = [
  {
    title: 'a task starts when its dependencies have succeeded',
    tasks: { a: { outcome: 'succeeded' }, b: { after: ['a'] }, c: { after: ['b'] } },
    are: { a: 'succeeded', b: 'start', c: 'wait' },
  },
  {
    title: 'a task starts after an ignored failure',
    tasks: { a: { outcome: 'ignored', ignored: true }, b: { after: ['a'] } },
    are: { a: 'ignored', b: 'start' },
  },
  {
    title: 'a declared order does not matter',
    tasks: { b: { after: ['a'] }, a: { when: false } },
    are: { b: 'start', a: 'skip: when' },
  },
  {
    title: 'after a failure nothing starts, and running tasks continue',
    tasks: { a: { outcome: 'failed' }, b: { outcome: 'running' }, c: { after: ['b'] }, d: {} },
    are: { a: 'failed', b: 'running', c: 'skip: stopping', d: 'skip: stopping' },
  },
  {
    title: 'a cancelled task stops the others',
    tasks: { a: { outcome: 'cancelled' }, b: {} },
    are: { a: 'cancelled', b: 'skip: stopping' },
  },
];

const skips: readonly Row[] = [
  {
    title: 'when skips a task and not those that only run after it',
    tasks: { a: { when: false }, b: { after: ['a'] } },
    are: { a: 'skip: when', b: 'start' },
  },
  {
    title: 'a consumer of a skipped task is skipped, and all that run after the consumer',
    tasks: { a: { when: false }, b: { after: ['a'], missing: missing('a') }, c: { after: ['b'] }, d: { after: ['c'] } },
    are: { a: 'skip: when', b: 'skip: results', c: 'skip: parents', d: 'skip: parents' },
  },
  {
    title: 'when is decided before skipped parents and results',
    tasks: { a: { emptyMatrix: true }, b: { after: ['a'], when: false, missing: missing('a') } },
    are: { a: 'skip: emptyMatrix', b: 'skip: when' },
  },
  {
    title: 'when is not evaluated while a parent runs',
    tasks: { a: { outcome: 'running' }, b: { after: ['a'], when: 'not yet' } },
    are: { a: 'running', b: 'wait' },
  },
  {
    title: 'a Condition skips a task and all its dependents',
    tasks: { a: { skipped: 'condition' }, b: { after: ['a'] }, c: {} },
    are: { a: 'skip: condition', b: 'skip: parents', c: 'start' },
  },
  {
    title: 'an expression that fails is an error',
    tasks: { a: { when: 'no such variable' } },
    are: { a: 'error: no such variable' },
  },
  {
    title: 'a task that was skipped stays so, whatever its expressions are now',
    tasks: { a: { skipped: 'when' } },
    finally: { f: { skipped: 'when' } },
    are: { a: 'skip: when', f: 'skip: when' },
  },
];

const results: readonly Row[] = [
  {
    title: 'a result that a successful task lacks fails the run, and nothing else starts',
    tasks: { a: { outcome: 'succeeded' }, z: {}, b: { after: ['a'], missing: missing('a') }, c: { after: ['b'] } },
    are: {
      a: 'succeeded',
      z: 'skip: stopping',
      b: 'invalid: task "a" completed successfully but did not emit the result "r", which is referenced by task "b"',
      c: 'skip: stopping',
    },
  },
  {
    title: 'so does one that a task lacks whose failure is ignored',
    tasks: { a: { outcome: 'ignored', ignored: true }, b: { after: ['a'], missing: missing('a', 'none') } },
    are: {
      a: 'ignored',
      b: 'invalid: Invalid task result reference: Could not find result with name none for pipeline task a',
    },
  },
  {
    title: 'a consumer whose failure is ignored is skipped',
    tasks: { a: { outcome: 'succeeded' }, b: { after: ['a'], missing: missing('a'), ignored: true } },
    are: { a: 'succeeded', b: 'skip: results' },
  },
];

const stops: readonly Row[] = [
  {
    title: 'a graceful stop skips what has not started, and finally waits for what runs',
    tasks: { a: { outcome: 'running' }, b: { after: ['a'] } },
    finally: { f: {} },
    rest: { stopRequest: 'stopRunFinally' },
    are: { a: 'running', b: 'skip: gracefullyStopped', f: 'wait' },
  },
  {
    title: 'a graceful cancellation starts finally when the tasks are cancelled',
    tasks: { a: { outcome: 'cancelled' }, b: { after: ['a'] } },
    finally: { f: {} },
    rest: { stopRequest: 'cancelRunFinally' },
    are: { a: 'cancelled', b: 'skip: stopping', f: 'start' },
  },
  {
    title: 'a task waits for its parents when the time of tasks is over',
    tasks: { a: { outcome: 'running' }, b: { after: ['a'] }, c: {} },
    rest: { hasPassed: { ...NOTHING_PASSED, tasks: true } },
    are: { a: 'running', b: 'wait', c: 'skip: tasksTimeout' },
  },
  {
    title: 'a task of finally does not start when the time of finally is over',
    tasks: { a: { outcome: 'failed' } },
    finally: { f: { outcome: 'running' }, g: {} },
    rest: { hasPassed: { ...NOTHING_PASSED, finally: true } },
    are: { a: 'failed', f: 'running', g: 'skip: finallyTimeout' },
  },
  {
    title: 'finally runs after a failure; results that are missing skip a task of it before its when does',
    tasks: { a: { outcome: 'failed' }, b: { after: ['a'] } },
    finally: { f: {}, g: { missing: missing('a'), when: false }, h: { when: false } },
    are: { a: 'failed', b: 'skip: stopping', f: 'start', g: 'skip: results', h: 'skip: when' },
  },
];

describe.each([
  { about: 'order', rows: order },
  { about: 'skipped tasks', rows: skips },
  { about: 'missing results', rows: results },
  { about: 'stops and finally', rows: stops },
])('the schedule: $about', ({ rows }) => {
  test.each(rows)('$title', ({ tasks, finally: last, rest, are }) => {
    expect(textsOf(scheduled(tasks, last, rest))).toEqual(are);
  });
});

test('tasks are done when none runs or will start, and the run when finally is done too', () => {
  const last = { f: {} };
  expect(scheduled({ a: { outcome: 'running' } }, last)).toMatchObject({ areTasksDone: false, isDone: false });
  expect(scheduled({ a: { when: false } }, last)).toMatchObject({ areTasksDone: true, isDone: false });
  expect(scheduled({ a: { outcome: 'failed' } })).toMatchObject({ areTasksDone: true, isDone: true });
});

test('any pipeline ends: every task has ended or is skipped once nothing more can start', () => {
  const outcomes: readonly TaskOutcome[] = ['succeeded', 'failed', 'ignored', 'cancelled'];
  const task = fc.record({
    after: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }),
    when: fc.boolean(),
    emptyMatrix: fc.boolean(),
    ends: fc.constantFrom(...outcomes),
  });
  fc.assert(
    fc.property(fc.array(task, { minLength: 1, maxLength: 10 }), (list) => {
      const tasks: Record<string, Task> = Object.fromEntries(
        list.map(({ after, when, emptyMatrix, ends }, index) => {
          const before = after.filter((one) => one < index).map((one) => `t${String(one)}`);
          return [`t${String(index)}`, { after: [...new Set(before)], when, emptyMatrix, ignored: ends === 'ignored' }];
        }),
      );
      for (let round = 0; round <= list.length; round++) {
        for (const [name, { kind }] of scheduled(tasks).decisions)
          if (kind === 'start')
            tasks[name] = { ...tasks[name], outcome: list[Number(name.slice(1))]?.ends ?? 'failed' };
      }
      const { isDone, decisions } = scheduled(tasks);
      expect({ isDone, kinds: [...decisions.values()].filter(({ kind }) => kind === 'wait') }).toEqual({
        isDone: true,
        kinds: [],
      });
    }),
  );
});

test('a chain of 10,000 tasks is scheduled without recursion', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `t${String(index)}`);
  const tasks = Object.fromEntries(
    names.map((name, index) => [name, { after: index === 0 ? [] : [names[index - 1] ?? ''], when: index > 0 }]),
  );
  expect([...scheduled(tasks).decisions].slice(0, 3).map(([, decision]) => textOf(decision))).toEqual([
    'skip: when',
    'start',
    'wait',
  ]);
});
