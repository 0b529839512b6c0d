/** Tasks from YAML: they keep their fields, get types, and are compared with their signature. */

import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import { ClusterTask, Pipeline, Task } from '../lib/index.js';

const YAML = `# by hand
apiVersion: tekton.dev/v1alpha1
kind: Task
metadata:
  name: build
  labels: { team: web }
spec:
  inputs:
    params:
      - name: context
      - { name: flags, type: array, default: [] }
    resources:
      - { name: source, type: git }
  outputs:
    resources:
      - { name: image, type: image }
  results:
    - name: size
  workspaces:
    - name: cache
  steps:
    - image: golang:1.13
      command: [build, $(inputs.params.context)]
`;

const SIGNATURE = {
  params: { context: {}, flags: { default: [] } },
  inputs: { source: 'git' },
  outputs: { image: 'image' },
  results: { size: {} },
  workspaces: { cache: {} },
} as const;

const chartIn = (): Chart => new Chart(new App(), 'ci', { namespace: 'team' });

describe('a task from a manifest', () => {
  test('is part of the app unchanged, and is used like any other', () => {
    const chart = chartIn();
    const build = Task.fromManifest(chart, 'build', YAML, SIGNATURE);
    new Pipeline(chart, 'pipeline', {
      metadata: { name: 'pipeline' },
      resources: { source: 'git', web: 'image' },
      workspaces: { shared: {} },
      tasks: ({ task, resources: { source, web }, workspaces: { shared } }) =>
        void task('build', build, {
          params: { context: '.' },
          inputs: { source },
          outputs: { image: web },
          workspaces: { cache: shared },
        }),
    });
    const [task, pipeline] = Testing.synth(chart) as { metadata: object; spec: { steps: object; tasks: object[] } }[];

    expect(task?.metadata).toEqual({ name: 'build', namespace: 'team', labels: { team: 'web' } });
    expect(task?.spec.steps).toEqual([{ image: 'golang:1.13', command: ['build', '$(inputs.params.context)'] }]);
    expect(pipeline?.spec.tasks).toMatchObject([{ name: 'build', taskRef: { name: 'build' } }]);
  });

  test('does not change with the given object', () => {
    const chart = chartIn();
    const manifest = {
      apiVersion: 'tekton.dev/v1alpha1',
      kind: 'ClusterTask',
      metadata: { name: 'all' },
      spec: { steps: [{ image: 'busybox:1.31' }] },
    };
    const task = ClusterTask.fromManifest(chart, 'all', manifest);
    manifest.spec.steps = [];

    expect(task.use).toEqual({ taskRef: { name: 'all', kind: 'ClusterTask' } });
    expect(Testing.synth(chart)).toEqual([
      { ...manifest, metadata: { name: 'all' }, spec: { steps: [{ image: 'busybox:1.31' }] } },
    ]);
  });

  test.each<[string, Parameters<typeof Task.fromManifest>[3], string]>([
    [
      'lacks declarations',
      {},
      'spec.inputs.params[0] declares "context", which is required; ' +
        'spec.inputs.resources[0] declares "source", which is required; ' +
        'spec.outputs.resources[0] declares "image", which is required; ' +
        'spec.workspaces[0] declares "cache", which is required',
    ],
    [
      'has unknown declarations',
      { ...SIGNATURE, params: { contxt: {}, context: {} }, results: { sum: {} } },
      '"contxt" is not in spec.inputs.params (did you mean "context"?); "sum" is not in spec.results (known: size)',
    ],
    [
      'has other types',
      { ...SIGNATURE, params: { context: { type: 'array' }, flags: { default: '' } }, inputs: { source: 'image' } },
      'spec.inputs.params[0].type is string, not array; spec.inputs.params[1].type is array, not string; ' +
        'spec.inputs.resources[0].type is git, not image',
    ],
    [
      'omits required declarations',
      { ...SIGNATURE, params: { context: { default: '.' } }, outputs: { image: { type: 'image', optional: true } } },
      'spec.inputs.params[0] ("context") cannot be omitted; spec.outputs.resources[0] ("image") cannot be omitted',
    ],
  ])('is rejected if its signature %s', (_, signature, faults) => {
    expect(() => Task.fromManifest(chartIn(), 'build', YAML, signature)).toThrow(
      `ci/build: the signature does not fit the manifest: ${faults} — declare the params, resources and results of the manifest [SIGNATURE_WRONG]`,
    );
  });

  test.each<[string, string | object, string]>([
    ['not YAML', 'a: [', 'the text is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 5 — pass the text of the file, not its name [MANIFEST_NOT_YAML]'], // prettier-ignore
    ['a file name', 'tasks/build.yaml', 'and is no object — pass one object, or the YAML text of one [MANIFEST_UNFIT]'], // prettier-ignore
    ['empty', '# nothing\n', 'and is empty —'],
    ['two tasks', `${YAML}---\n${YAML}`, 'is Task of tekton.dev/v1alpha1, Task of tekton.dev/v1alpha1 —'],
    ['of another version', { apiVersion: 'tekton.dev/v1', kind: 'Task', spec: {} }, 'is Task of tekton.dev/v1 —'],
  ])('is rejected if it is %s', (_, manifest, said) => {
    expect(() => Task.fromManifest(chartIn(), 'build', manifest)).toThrow(said);
  });

  test('is emitted with canonical field names, regardless of their case in the text', () => {
    const chart = chartIn();
    const text = YAML.replace('  inputs:', '  Inputs:').replace('command:', 'workingdir: /x\n      command:');
    Task.fromManifest(chart, 'build', text, SIGNATURE);

    const [task] = Testing.synth(chart) as { spec: { inputs: object; steps: object[] } }[];
    expect(Object.keys(task?.spec ?? {})).toContain('inputs');
    expect(task?.spec.steps).toEqual([
      { image: 'golang:1.13', workingDir: '/x', command: ['build', '$(inputs.params.context)'] },
    ]);
  });

  test('is checked at synth like any other task', () => {
    const chart = chartIn();
    Task.fromManifest(chart, 'build', YAML.replace('params.context', 'params.contxt'), SIGNATURE);

    expect(() => Testing.synth(chart)).toThrow(
      /\[ci\/build\] spec\.steps\[0\]\.command\[1\]: .*did you mean .*inputs\.params\.context.*\[VARIABLE_UNKNOWN\]/,
    );
  });
});
