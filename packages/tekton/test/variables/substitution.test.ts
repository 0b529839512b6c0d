import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  readTask,
  substitute,
  substituteList,
  substituteTask,
  taskReplacements,
  parseVariables,
  type PipelineResourceModel,
  type ResourceType,
} from '@pipewright/tekton';
import { build } from '../support/objects.js';
import { growth, LINEAR } from '../../../../test/growth.js';

const strings = new Map([
  ['a', '1'],
  ['b', '$(a)'],
  ['c', ''],
  ['d', '$'],
]);
const arrays = new Map<string, readonly string[]>([
  ['none', []],
  ['two', ['x', '$(a)']],
]);

describe('a variable in a text', () => {
  const rows: [text: string, result: string, what: string][] = [
    ['$(a)', '1', 'becomes its value'],
    ['<$(a)$(a)>', '<11>', 'is substituted anywhere, any number of times'],
    ['$(b)', '$(a)', 'is substituted once: variables in its value are not'],
    ['$(d)(a)', '$(a)', 'is not formed from a value and the text after it'],
    ['$(c)', '', 'can have an empty value'],
    ['$(x)', '$(x)', 'is not substituted if it is unknown, so that Kubernetes can expand it'],
    ['$$(a)', '$1', 'is substituted after a dollar sign, as in Tekton'],
    ['$($(a))', '$(1)', 'is substituted inside another'],
    ['$(a', '$(a', 'is not substituted without its closing parenthesis'],
    ['$(two)', '$(two)', 'is not substituted if it is an array in a string'],
    ['${a} $a (a)', '${a} $a (a)', 'is only substituted in the form $(…)'],
  ];
  test.each(rows)('%j becomes %j: it %s', (text, result) => {
    expect(substitute(text, { strings })).toBe(result);
  });
});

describe('an array in a list', () => {
  const rows: [list: string[], result: string[], what: string][] = [
    [['p', '$(two)', 'q'], ['p', 'x', '$(a)', 'q'], 'expands to its elements, unchanged'],
    [['p', '$(none)', 'q'], ['p', 'q'], 'expands to nothing if it is empty'],
    [['-x$(two)'], ['-x$(two)'], 'is not expanded if there is text around it'],
    [['$(a)$(two)', '$(a)'], ['1$(two)', '1'], 'does not prevent the substitution of strings'],
  ];
  test.each(rows)('%j becomes %j: it %s', (list, result) => {
    expect(substituteList(list, { strings, arrays })).toEqual(result);
  });
});

test('variables are found with their position', () => {
  expect(parseVariables('a $(inputs.params.x) $(date +%s) $(y)')).toEqual([
    { name: 'inputs.params.x', start: 2, end: 20 },
    { name: 'y', start: 33, end: 37 },
  ]);
});

test('a text without known variables does not change', () => {
  fc.assert(fc.property(fc.string(), (text) => substitute(text, { strings: new Map() }) === text));
});

test('substituted values are not substituted again', () => {
  const piece = fc.oneof(fc.constantFrom('$(a)', '$(b)', '$', '(', ')', '$('), fc.string());
  fc.assert(
    fc.property(fc.array(piece), fc.string(), fc.string(), (pieces, a, b) => {
      // Insert markers first and values later, so that values are not substituted again.
      const marked = substitute(pieces.join(''), {
        strings: new Map([
          ['a', '\u0001'],
          ['b', '\u0002'],
        ]),
      });
      fc.pre(!/[\u0001\u0002]/.test(pieces.join('') + a + b));
      const expected = marked.replaceAll('\u0001', () => a).replaceAll('\u0002', () => b);
      expect(
        substitute(pieces.join(''), {
          strings: new Map([
            ['a', a],
            ['b', b],
          ]),
        }),
      ).toBe(expected);
    }),
  );
});

test.each(['$(', '$()', '$(a', '$(a)', '((', '$'])('a megabyte of %j is parsed in linear time', async (piece) => {
  const read = (length: number): void => {
    const text = piece.repeat(length / piece.length);
    substitute(text, { strings });
    parseVariables(text);
  };
  expect(await growth(read, 125_000)).toBeLessThan(LINEAR);
});

const resource = (name: string, type: ResourceType, params: Record<string, string>): PipelineResourceModel => ({
  name,
  type,
  params: new Map(Object.entries(params)),
  secrets: [],
});

describe('a task in a run', () => {
  const task = readTask(build.spec);
  const run = {
    params: [{ name: 'target', value: '$(outputs.resources.built.url)' }],
    inputs: new Map([['source', resource('repo', 'git', { url: 'https://example.com/x' })]]),
    outputs: new Map([['built', resource('web', 'image', { url: 'r.example.com/web' })]]),
  };

  test("substitutes params, then inputs, then outputs, with Tekton's names", () => {
    const [params, inputs, outputs, ...others] = taskReplacements(task, run);
    expect(others).toEqual([]);
    expect(Object.fromEntries(params?.strings ?? [])).toEqual({
      'inputs.params.target': '$(outputs.resources.built.url)',
    });
    expect(Object.fromEntries(params?.arrays ?? [])).toEqual({ 'inputs.params.flags': [] });
    expect(Object.fromEntries(inputs?.strings ?? [])).toEqual({
      'inputs.resources.source.name': 'repo',
      'inputs.resources.source.type': 'git',
      'inputs.resources.source.url': 'https://example.com/x',
      'inputs.resources.source.revision': 'master',
      'inputs.resources.source.depth': '1',
      'inputs.resources.source.sslVerify': 'true',
      'inputs.resources.source.submodules': 'true',
      'inputs.resources.source.path': '/workspace',
    });
    expect(Object.fromEntries(outputs?.strings ?? [])).toEqual({
      'outputs.resources.built.name': 'web',
      'outputs.resources.built.type': 'image',
      'outputs.resources.built.url': 'r.example.com/web',
      'outputs.resources.built.digest': '',
      'outputs.resources.built.path': '/workspace/output/built',
    });
  });

  test('has values in its steps, and an empty array has no elements', () => {
    const [step] = substituteTask(task, taskReplacements(task, run)).steps;
    expect(step?.args).toEqual(['r.example.com/web', 'r.example.com/web']);
  });

  test('has values in every field that allows variables', () => {
    const everywhere = readTask({
      inputs: { params: [{ name: 'x' }] },
      steps: [
        {
          name: '$(inputs.params.x)',
          image: '$(inputs.params.x)',
          script: '$(inputs.params.x)',
          command: ['$(inputs.params.x)'],
          args: ['$(inputs.params.x)'],
          workingDir: '$(inputs.params.x)',
          env: [
            { name: 'A', value: '$(inputs.params.x)' },
            { name: 'B', valueFrom: { secretKeyRef: { name: '$(inputs.params.x)', key: '$(inputs.params.x)' } } },
            { name: 'C', valueFrom: { configMapKeyRef: { name: '$(inputs.params.x)', key: '$(inputs.params.x)' } } },
          ],
          envFrom: [
            { prefix: '$(inputs.params.x)', secretRef: { name: '$(inputs.params.x)' } },
            { configMapRef: { name: '$(inputs.params.x)' } },
          ],
          volumeMounts: [
            { name: '$(inputs.params.x)', mountPath: '$(inputs.params.x)', subPath: '$(inputs.params.x)' },
          ],
        },
      ],
      sidecars: [{ image: '$(inputs.params.x)' }],
      stepTemplate: { workingDir: '$(inputs.params.x)' },
      volumes: [
        {
          name: '$(inputs.params.x)',
          configMap: { name: '$(inputs.params.x)', items: [{ key: '$(inputs.params.x)' }] },
        },
        { name: 's', secret: { secretName: '$(inputs.params.x)' } },
        { name: 'p', persistentVolumeClaim: { claimName: '$(inputs.params.x)' } },
      ],
    });
    const filled = substituteTask(
      everywhere,
      taskReplacements(everywhere, { params: [{ name: 'x', value: 'y' }], inputs: new Map(), outputs: new Map() }),
    );
    expect(JSON.stringify(filled)).not.toContain('$(');
    expect(filled.steps[0]?.env?.[1]).toEqual({ name: 'B', valueFrom: { secretKeyRef: { name: 'y', key: 'y' } } });
  });
});
