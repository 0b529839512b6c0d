import { expect, test } from '@jest/globals';
import { checkObjects, type ConditionSpec, type PipelineTaskCondition } from '@pipewright/tekton';
import { apiVersion } from '../../support/objects.js';

const sunny: ConditionSpec = {
  params: [
    { name: 'at', type: 'string' },
    { name: 'where', type: 'array', default: [] },
  ],
  resources: [{ name: 'src', type: 'git' }],
  check: { image: 'sh:1', command: ['look'] },
};
const fits: PipelineTaskCondition = {
  conditionRef: 'sunny',
  params: [{ name: 'at', value: 'noon' }],
  resources: [{ name: 'src', resource: 'repo' }],
};

/** Returns the problems of a pipeline with a task that has this condition. The condition itself is `sunny`. */
function problemLines(use: Partial<PipelineTaskCondition>, condition: ConditionSpec = sunny): string[] {
  const task = (name: string, more: object = {}): object => ({ name, taskRef: { name: 'noop' }, ...more });
  const objects = [
    { apiVersion, kind: 'Task', metadata: { name: 'noop' }, spec: { steps: [{ image: 'sh:1' }] } },
    { apiVersion, kind: 'Condition', metadata: { name: 'sunny' }, spec: condition },
    {
      apiVersion,
      kind: 'Pipeline',
      metadata: { name: 'p' },
      spec: {
        params: [{ name: 'day', type: 'string' }],
        resources: [
          { name: 'repo', type: 'git' },
          { name: 'web', type: 'image' },
        ],
        tasks: [
          task('first'),
          task('deploy', { conditions: [{ ...fits, ...use }] }),
          task('last', { conditions: [fits, { ...fits, resources: [{ name: 'src', resource: 'web' }] }] }),
        ],
      },
    },
  ];
  const last = 'spec.tasks.2.'; // uses both resources, to avoid RESOURCE_UNUSED; not under test
  return checkObjects(objects)
    .filter(({ path }) => !path.join('.').startsWith(last))
    .map(({ code, path, message, hint }) => `${code} ${path.join('.')}: ${message} (${hint})`);
}

const at = 'spec.tasks.1.conditions.0';

test('a condition with everything that it declares has no problems', () => {
  expect(problemLines({})).toEqual([]);
});

const uses: readonly [string, Partial<PipelineTaskCondition>, readonly string[]][] = [
  [
    'a missing param',
    { params: [] },
    [
      `PARAM_MISSING ${at}.params: the Condition 'sunny' needs the param 'at' (add \`- {name: at, value: …}\` to the params, or give the param a default)`,
    ],
  ],
  [
    'an undeclared param',
    { params: [...(fits.params ?? []), { name: 'ad', value: '' }] },
    [`PARAM_EXTRA ${at}.params.1.name: the Condition 'sunny' has no param 'ad' (use one of: 'at', 'where')`],
  ],
  [
    'a param twice',
    {
      params: [
        { name: 'at', value: 'noon' },
        { name: 'at', value: 'night' },
      ],
    },
    [
      `NAME_TWICE ${at}.params.1.name: duplicate param name 'at' (also item 1 of this list) (rename one of them, or remove it)`,
    ],
  ],
  [
    'a list as the value of a string',
    { params: [{ name: 'at', value: ['noon'] }] },
    [
      `PARAM_TYPE ${at}.params.0.value: the param 'at' of the Condition 'sunny' is a string, but its value is a list (write the value as one string)`,
    ],
  ],
  [
    'a param that the pipeline does not declare',
    { params: [{ name: 'at', value: '$(params.dy)' }] },
    [`VARIABLE_UNKNOWN ${at}.params.0.value: $(params.dy) is not declared (did you mean '$(params.day)'?)`],
  ],
  [
    'a result that the task does not declare',
    { params: [{ name: 'at', value: '$(tasks.first.results.hour)' }] },
    [
      `RESULT_UNKNOWN ${at}.params.0.value: the task 'first' declares no result 'hour' (declare it under \`results\` of the task)`,
    ],
  ],
  [
    'a missing resource',
    { resources: [] },
    [
      `BINDING_MISSING ${at}.resources: the Condition 'sunny' needs the resource 'src' (bind 'src' to a resource of type git)`,
    ],
  ],
  [
    'a resource twice',
    {
      resources: [
        { name: 'src', resource: 'repo' },
        { name: 'src', resource: 'repo' },
      ],
    },
    [
      `NAME_TWICE ${at}.resources.1.name: duplicate resource name 'src' (also item 1 of this list); the last one counts (rename one of them, or remove it)`,
    ],
  ],
  [
    'a resource of another type',
    { resources: [{ name: 'src', resource: 'web' }] },
    [
      `RESOURCE_TYPE_WRONG ${at}.resources.0.resource: the resource 'src' of the Condition 'sunny' is of type git, but the bound resource is of type image (bind a resource of type git)`,
    ],
  ],
  [
    'a resource from a task that does not produce it',
    { resources: [{ name: 'src', resource: 'repo', from: ['first'] }] },
    [
      `FROM_NOT_OUTPUT ${at}.resources.0.from.0: the task 'first' has no output that is the resource 'repo' (add 'repo' to the outputs of 'first', or use \`runAfter\` if only the order matters)`,
    ],
  ],
  [
    'a name that is not the name of a Condition',
    { conditionRef: 'suny' },
    [`CONDITION_UNKNOWN ${at}.conditionRef: Condition 'suny' not found (did you mean 'sunny'?)`],
  ],
];

test.each(uses)('a condition with %s is reported', (_what, use, expected) => {
  expect(problemLines(use)).toEqual(expected);
});
