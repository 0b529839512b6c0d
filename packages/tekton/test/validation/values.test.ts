/** Variables in param values: validation, and substitution in a run. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  checkObjects,
  readTask,
  rewriteTaskFields,
  substituteTask,
  taskReplacements,
  parseVariables,
  type PipelineResourceModel,
  type ResourceType,
  type TaskSpec,
} from '@pipewright/tekton';
import { apiVersion } from '../support/objects.js';

const bound = (name: string, type: ResourceType, params: Record<string, string>): PipelineResourceModel => ({
  name,
  type,
  params: new Map(Object.entries(params)),
  secrets: [],
});

/** The arguments that a run passes to the tasks below. */
const GIVEN = {
  inputs: new Map([['src', bound('repo', 'git', { url: 'https://example.com/web', revision: 'main' })]]),
  outputs: new Map([['img', bound('web', 'image', { url: 'r.example.com/web:1' })]]),
};

const RESOURCES = {
  inputs: [{ name: 'src', type: 'git' as const }],
  outputs: [{ name: 'img', type: 'image' as const }],
};

/** Returns a task with one step that prints the param `p`. */
const printing = (value: string | readonly string[], more: Partial<TaskSpec> = {}): TaskSpec => ({
  inputs: {
    params: [
      { name: 'p', default: value },
      { name: 'q', default: 'other' },
    ],
    resources: RESOURCES.inputs,
  },
  outputs: { resources: RESOURCES.outputs },
  steps: [{ name: 'print', image: 'sh:1', command: ['echo'], args: ['$(inputs.params.p)'] }],
  ...more,
});

const printed = (value: string | readonly string[], more: Partial<TaskSpec> = {}): readonly string[] | undefined => {
  const task = readTask(printing(value, more));
  return substituteTask(task, taskReplacements(task, { params: [], ...GIVEN })).steps[0]?.args;
};

const problemLines = (...objects: readonly object[]): string[] =>
  checkObjects(objects).map(
    ({ severity, code, path, message, hint }) => `${severity} ${code} ${path.join('.')}: ${message} (${hint})`,
  );

const taskOf = (spec: TaskSpec): object => ({ apiVersion, kind: 'Task', metadata: { name: 't' }, spec });

describe('a variable in the value of a param', () => {
  const rows: readonly [what: string, value: string | readonly string[], args: readonly string[]][] = [
    ['of an output is filled in', '$(outputs.resources.img.url)', ['r.example.com/web:1']],
    ['of an input is filled in', '$(inputs.resources.src.path)/x', ['/workspace/src/x']],
    ['is filled in in each element of a list', ['-C', '$(inputs.resources.src.path)'], ['-C', '/workspace/src']],
    ['of nothing that is declared stays', '$(inputs.resources.scr.path)', ['$(inputs.resources.scr.path)']],
    ['of another param stays', '$(inputs.params.q)', ['$(inputs.params.q)']],
  ];
  test.each(rows)('%s', (_, value, args) => {
    expect(printed(value)).toEqual(args);
  });

  test('that is a workspace or a result is substituted', () => {
    const more = { workspaces: [{ name: 'w' }], results: [{ name: 'r' }] };
    expect(printed('$(workspaces.w.path) $(results.r.path)', more)).toEqual(['/workspace/w /tekton/results/r']);
  });

  test('can be part of the name of another variable, which is then substituted', () => {
    const steps = [{ image: 'sh:1', args: ['$(inputs.resources.$(inputs.params.p).path)'] }];
    expect(printed('src', { steps })).toEqual(['/workspace/src']);
  });
});

describe('lint', () => {
  test('can be a resource of the task in the default of its param', () => {
    expect(problemLines(taskOf(printing('$(outputs.resources.img.url) $(inputs.resources.src.path)/x')))).toEqual([]);
  });

  test('is reported if the default refers to a resource that the task does not declare', () => {
    expect(problemLines(taskOf(printing('$(inputs.resources.scr.path)')))).toEqual([
      "warning VARIABLE_UNKNOWN spec.inputs.params.0.default: $(inputs.resources.scr.path) is not declared (did you mean '$(inputs.resources.src.path)'?)",
    ]);
  });

  test('is reported if it is a param in the default of another param', () => {
    expect(problemLines(taskOf(printing('$(inputs.params.q)')))).toEqual([
      'warning VARIABLE_NESTED spec.inputs.params.0.default: $(inputs.params.q) is not substituted in the value of a param (write the value itself, or put both variables into the field that uses them)',
    ]);
  });

  const pipelineGiving = (value: string): object => ({
    apiVersion,
    kind: 'Pipeline',
    metadata: { name: 'pl' },
    spec: {
      params: [{ name: 'tag', default: '1' }],
      resources: [
        { name: 'repo', type: 'git' },
        { name: 'web', type: 'image' },
      ],
      tasks: [
        {
          name: 'a',
          taskRef: { name: 't' },
          params: [{ name: 'p', value }],
          resources: { inputs: [{ name: 'src', resource: 'repo' }], outputs: [{ name: 'img', resource: 'web' }] },
        },
      ],
    },
  });
  const place = 'spec.tasks.0.params.0.value';

  test('can be a resource of the task in a value that the pipeline passes', () => {
    const pipeline = pipelineGiving('$(outputs.resources.img.url):$(params.tag) $(inputs.resources.src.revision)');
    expect(problemLines(taskOf(printing('x')), pipeline)).toEqual([]);
  });

  test('is reported if a pipeline passes a resource that the task does not declare', () => {
    expect(problemLines(taskOf(printing('x')), pipelineGiving('$(outputs.resources.image.url)'))).toEqual([
      `warning VARIABLE_UNKNOWN ${place}: $(outputs.resources.image.url) is not declared (did you mean '$(outputs.resources.img.url)'?)`,
    ]);
  });

  test('is an error if the pipeline does not declare the param, and a warning if it is a variable of tasks', () => {
    expect(problemLines(taskOf(printing('x')), pipelineGiving('$(params.tga)'))).toEqual([
      `error VARIABLE_UNKNOWN ${place}: $(params.tga) is not declared (did you mean '$(params.tag)'?)`,
    ]);
    expect(problemLines(taskOf(printing('x')), pipelineGiving('$(inputs.params.tag)'))).toEqual([
      `warning VARIABLE_UNKNOWN ${place}: $(inputs.params.tag) is not declared (did you mean '$(params.tag)'?)`,
    ]);
  });

  test('is not checked against the resources of a task that does not exist', () => {
    const [pipeline] = [pipelineGiving('$(outputs.resources.image.url)')];
    expect(problemLines(pipeline).filter((line) => line.includes('VARIABLE'))).toEqual([]);
  });

  test('is checked in values of a TaskRun as in defaults', () => {
    const run = (value: string): object => ({
      apiVersion,
      kind: 'TaskRun',
      metadata: { name: 'r' },
      spec: {
        taskSpec: printing('x'),
        inputs: {
          params: [{ name: 'p', value }],
          resources: [
            { name: 'src', resourceSpec: { type: 'git', params: [{ name: 'url', value: 'https://x.example/y' }] } },
          ],
        },
        outputs: {
          resources: [{ name: 'img', resourceSpec: { type: 'image', params: [{ name: 'url', value: 'a/b' }] } }],
        },
      },
    });
    expect(problemLines(run('$(inputs.resources.src.path)'))).toEqual([]);
    expect(problemLines(run('$(inputs.resources.scr.path)'))).toEqual([
      "warning VARIABLE_UNKNOWN spec.inputs.params.0.value: $(inputs.resources.scr.path) is not declared (did you mean '$(inputs.resources.src.path)'?)",
    ]);
  });

  test("is reported in the default of a pipeline's param and in the value of a run", () => {
    const pipelineRun = {
      apiVersion,
      kind: 'PipelineRun',
      metadata: { name: 'r' },
      spec: {
        pipelineSpec: {
          params: [
            { name: 'a', default: '$(params.b)' },
            { name: 'b', default: '$(inputs.resources.src.path)' },
          ],
          tasks: [{ name: 't', taskSpec: { steps: [{ image: 'sh:1' }] } }],
        },
        params: [{ name: 'b', value: '$(params.a)' }],
      },
    };
    expect(problemLines(pipelineRun).map((line) => line.split(':')[0])).toEqual([
      'warning VARIABLE_NESTED spec.params.0.value',
      'warning VARIABLE_NESTED spec.pipelineSpec.params.0.default',
    ]);
  });

  test('is checked in values of a condition as in those of the task that runs its check', () => {
    const condition = (value: string): object => ({
      apiVersion,
      kind: 'Condition',
      metadata: { name: 'c' },
      spec: {
        params: [{ name: 'p', default: value }],
        resources: [{ name: 'src', type: 'git' }],
        check: { image: 'sh:1', args: ['$(params.p)'] },
      },
    });
    expect(problemLines(condition('$(inputs.resources.src.path)'))).toEqual([]);
    expect(problemLines(condition('$(resources.src.path)'))).toEqual([
      "warning VARIABLE_UNKNOWN spec.params.0.default: $(resources.src.path) is not declared (did you mean '$(inputs.resources.src.path)'?)",
    ]);
  });
});

/** Returns a task with a text in every field that may contain variables. */
const everyField = (text: string): TaskSpec => ({
  ...printing('x'),
  steps: [
    {
      name: text,
      image: text,
      command: [text],
      args: ['first', text],
      workingDir: text,
      env: [
        { name: 'A', value: text },
        { name: 'B', valueFrom: { secretKeyRef: { name: text, key: text } } },
        { name: 'C', valueFrom: { configMapKeyRef: { name: text, key: text } } },
      ],
      envFrom: [{ prefix: text, secretRef: { name: text } }, { configMapRef: { name: text } }],
      volumeMounts: [{ name: text, mountPath: text, subPath: text }],
    },
    { image: 'sh:1', script: text },
  ],
  sidecars: [{ image: text, args: [text] }],
  stepTemplate: { workingDir: text, env: [{ name: 'D', value: text }] },
  volumes: [
    { name: text, configMap: { name: text, items: [{ key: text, path: text }] } },
    { name: 's', secret: { secretName: text } },
    { name: 'p', persistentVolumeClaim: { claimName: text } },
  ],
});

/** Returns the texts of a task by path, as visited by substitution. */
function textsOf(spec: ReturnType<typeof readTask>): Map<string, string> {
  const found = new Map<string, string>();
  rewriteTaskFields(spec, ['spec'], {
    text: (value, path) => {
      found.set(path.join('.'), value);
      return value;
    },
    list: (values, path) => {
      values.forEach((value, index) => found.set([...path, index].join('.'), value));
      return values;
    },
  });
  return found;
}

const VARIABLES = [
  '$(inputs.params.p)',
  '$(inputs.params.q)',
  '$(inputs.params.r)',
  '$(inputs.resources.src.path)',
  '$(inputs.resources.src.url)',
  '$(inputs.resources.src.digest)',
  '$(inputs.resources.img.url)',
  '$(outputs.resources.img.url)',
  '$(outputs.resources.src.path)',
  '$(workspaces.w.path)',
  '$(results.r.path)',
  '-',
  '/',
];
const text = fc.array(fc.constantFrom(...VARIABLES), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));

test('lint reports a field if and only if a run leaves a variable in it, for every field and every source of values', () => {
  const paths = [...textsOf(readTask(everyField('$(x)'))).keys()].filter((path) => path !== 'spec.steps.0.args.0');
  expect(paths).toHaveLength(27);
  fc.assert(
    fc.property(text, text, (field, value) => {
      const spec = everyField(field);
      const object = { ...spec, inputs: { ...spec.inputs, params: printing(value).inputs?.params ?? [] } };
      const task = readTask(object);
      const filled = textsOf(substituteTask(task, taskReplacements(task, { params: [], ...GIVEN })));
      const reported = new Set(
        checkObjects([taskOf(object)])
          .filter(({ code }) => code === 'VARIABLE_UNKNOWN' || code === 'VARIABLE_NESTED')
          .map(({ path }) => path.join('.')),
      );
      const throughValue = field.includes('$(inputs.params.p)') && reported.has('spec.inputs.params.0.default');
      for (const path of paths)
        expect([path, parseVariables(filled.get(path) ?? '').length > 0]).toEqual([
          path,
          reported.has(path) || throughValue,
        ]);
    }),
  );
});
