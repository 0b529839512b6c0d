import { describe, expect, test } from '@jest/globals';
import { checkObjects, readPipeline, dependenciesOfPipeline, type PipelineSpec } from '../../src/index.js';

const version = { apiVersion: 'tekton.dev/v1alpha1' };
const steps = [{ name: 's', image: 'bash:5', command: ['true'] }];
const make = { ...version, kind: 'Task', metadata: { name: 'make' }, spec: { results: [{ name: 'commit' }], steps } };
const take = {
  ...version,
  kind: 'Task',
  metadata: { name: 'take' },
  spec: { inputs: { params: [{ name: 'v', type: 'string' }] }, steps },
};
const lists = {
  ...take,
  metadata: { name: 'lists' },
  spec: { inputs: { params: [{ name: 'v', type: 'array' }] }, steps },
};

const pipeline = (value: unknown, more: { readonly from?: object; readonly to?: object } = {}): object => ({
  ...version,
  kind: 'Pipeline',
  metadata: { name: 'p' },
  spec: {
    tasks: [
      { name: 'a', taskRef: { name: 'make' }, ...more.from },
      {
        name: 'b',
        taskRef: { name: Array.isArray(value) ? 'lists' : 'take' },
        params: [{ name: 'v', value }],
        ...more.to,
      },
    ],
  },
});

const problems = (...objects: readonly object[]): readonly string[] =>
  checkObjects([make, take, lists, ...objects]).map(
    ({ code, path, message, hint }) => `${code} ${path.join('.')}: ${message} (${hint})`,
  );

describe('a result of another task', () => {
  test.each<[string, unknown]>([
    ['as the whole param', '$(tasks.a.results.commit)'],
    ['as a part of a param, more than once', 'x-$(tasks.a.results.commit)-$(tasks.a.results.commit)'],
    ['as an element of an array', ['--commit', '$(tasks.a.results.commit)']],
  ])('is accepted %s', (_what, value) => {
    expect(problems(pipeline(value))).toEqual([]);
  });

  test('is one dependency of the task, also in the params of its conditions', () => {
    const spec = {
      tasks: [
        { name: 'a' },
        { name: 'b' },
        {
          name: 'c',
          params: [{ name: 'v', value: ['$(tasks.b.results.x)$(tasks.b.results.y)'] }],
          conditions: [{ conditionRef: 'd', params: [{ name: 'v', value: '$(tasks.a.results.x)' }] }],
        },
      ],
    } as unknown as PipelineSpec; // irrelevant fields are omitted
    expect(dependenciesOfPipeline(readPipeline(spec)).get('c')).toEqual(['b', 'a']);
  });

  test.each<[string, object, string]>([
    [
      'of a task that does not exist',
      pipeline('$(tasks.aa.results.commit)'),
      "RESULT_TASK_UNKNOWN spec.tasks.1.params.0.value: this pipeline has no task 'aa' to take a result from (use one of: 'a', 'b')",
    ],
    [
      'that its Task does not declare',
      pipeline('$(tasks.a.results.comit)'),
      "RESULT_UNKNOWN spec.tasks.1.params.0.value: the task 'a' declares no result 'comit' (did you mean 'commit'?)",
    ],
    [
      'that an embedded task does not declare',
      pipeline('$(tasks.a.results.other)', { from: { taskRef: undefined, taskSpec: make.spec } }),
      "RESULT_UNKNOWN spec.tasks.1.params.0.value: the task 'a' declares no result 'other' (use one of: 'commit')",
    ],
    [
      'as a list',
      pipeline(['$(tasks.a.results.commit[*])']),
      'RESULT_MALFORMED spec.tasks.1.params.0.value.0: $(tasks.a.results.commit[*]) is not a valid result reference (write $(tasks.TASK.results.RESULT))',
    ],
    [
      'without the name of a result',
      pipeline('$(tasks.a.results)'),
      'RESULT_MALFORMED spec.tasks.1.params.0.value: $(tasks.a.results) is not a valid result reference (write $(tasks.TASK.results.RESULT))',
    ],
    [
      'of the same task',
      pipeline('$(tasks.b.results.commit)', {
        to: { taskRef: undefined, taskSpec: { ...take.spec, results: [{ name: 'commit' }] } },
      }),
      "TASK_CYCLE spec.tasks.1: the task 'b' waits for itself (remove one `runAfter`, `from` or result reference along that path)",
    ],
    [
      'of a task that runs later',
      pipeline('$(tasks.a.results.commit)', { from: { runAfter: ['b'] } }),
      'TASK_CYCLE spec.tasks.0.runAfter.0: tasks wait for each other: a -> b -> a (remove one `runAfter`, `from` or result reference along that path)',
    ],
  ])('is rejected %s', (_what, object, expected) => {
    expect(problems(object)).toEqual([expected]);
  });
});
