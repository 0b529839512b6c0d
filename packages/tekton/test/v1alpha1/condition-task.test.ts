import { expect, test } from '@jest/globals';
import { conditionTaskSpec, type ConditionSpec } from '../../src/index.js';

const bare: ConditionSpec = { check: { image: 'busybox', command: ['true'] } };

test('a condition becomes a task of one step, with inputs even if there are none', () => {
  expect(conditionTaskSpec('sunny', bare)).toEqual({
    inputs: {},
    steps: [{ name: 'condition-check-sunny', image: 'busybox', command: ['true'] }],
  });
});

test('a check can name its step', () => {
  expect(conditionTaskSpec('sunny', { check: { ...bare.check, name: 'look' } }).steps?.[0]?.name).toBe('look');
});

test('declared variables are rewritten to those of tasks; others do not change', () => {
  const spec: ConditionSpec = {
    params: [{ name: 'path' }, { name: 'all', type: 'array' }],
    resources: [{ name: 'src', type: 'git', targetPath: 'x' }],
    check: {
      image: 'alpine:$(params.path)',
      command: ['$(params.all)', '$(params.path)$(params.path)', '$(params.nothing) $(HOME)'],
      args: [
        '$(resources.src.path)',
        '$(resources.src.revision)',
        '$(resources.src.location)',
        '$(resources.other.path)',
      ],
      env: [{ name: 'A', value: '$(inputs.params.path)' }],
      workingDir: '$(resources.src.path)',
    },
  };
  expect(conditionTaskSpec('c', spec)).toEqual({
    inputs: { params: spec.params, resources: spec.resources },
    steps: [
      {
        name: 'condition-check-c',
        image: 'alpine:$(inputs.params.path)',
        command: ['$(inputs.params.all)', '$(inputs.params.path)$(inputs.params.path)', '$(params.nothing) $(HOME)'],
        args: [
          '$(inputs.resources.src.path)',
          '$(inputs.resources.src.revision)',
          '$(resources.src.location)',
          '$(resources.other.path)',
        ],
        env: [{ name: 'A', value: '$(inputs.params.path)' }],
        workingDir: '$(inputs.resources.src.path)',
      },
    ],
  });
});

test('of a resource that the run does not bind only the path is substituted', () => {
  const spec: ConditionSpec = {
    resources: [
      { name: 'src', type: 'git', optional: true },
      { name: 'tool', type: 'image' },
    ],
    check: { image: 'alpine', args: ['$(resources.src.path)', '$(resources.src.url)', '$(resources.tool.url)'] },
  };
  expect(conditionTaskSpec('c', spec, new Set(['tool'])).steps?.[0]?.args).toEqual([
    '$(inputs.resources.src.path)',
    '$(resources.src.url)',
    '$(inputs.resources.tool.url)',
  ]);
});
