import { describe, expect, test } from '@jest/globals';
import { App, ApiObject, Chart } from 'cdk8s';
import { GitResource, Pipeline, PipelineRun, Task } from '../lib/index.js';
import { TektonTesting, tektonMatchers } from '../lib/testing/index.js';
import '../lib/testing/jest.js';

function release(): Chart {
  const chart = new Chart(new App(), 'ci');
  const step = new Task(chart, 'step', {
    metadata: { name: 'step' },
    steps: () => [{ image: 'busybox:1.36', command: ['true'] }],
  });
  const pipeline = new Pipeline(chart, 'release', {
    metadata: { name: 'release' },
    tasks: ({ task }) => {
      const test = task('test', step);
      const lint = task('lint', step);
      const build = task('build', step, { after: [test, lint] });
      task('deploy', step, { after: [build] });
    },
  });
  new PipelineRun(chart, 'run', { pipeline, generateName: 'release-' });
  return chart;
}

describe('objects', () => {
  const tekton = TektonTesting.of(release());

  test('are found by kind and name, a run without a name by its generateName', () => {
    expect(tekton.find('Task', 'step').spec.steps?.[0]?.image).toBe('busybox:1.36');
    expect(tekton.find('PipelineRun', 'release-').spec.pipelineRef).toEqual({ name: 'release' });
    expect(tekton.all('Pipeline').map(({ metadata }) => metadata.name)).toEqual(['release']);
  });

  test.each([
    ['an unknown name', 'Task', 'stop', 'no Task "stop" — did you mean "step"?'],
    ['an unknown kind', 'Tusk', 'step', 'no object of kind Tusk — did you mean "Task"?'],
  ])('%s is reported with a suggestion', (_, kind, name, message) => {
    expect(tekton.tryFind(kind, name)).toBeUndefined();
    expect(() => tekton.find(kind, name)).toThrow(new Error(message));
  });
});

describe('the graph of a pipeline', () => {
  const graph = TektonTesting.of(release()).graph('release');

  test('has its tasks in waves, and the dependencies of each', () => {
    expect(graph.order).toEqual([['test', 'lint'], ['build'], ['deploy']]);
    expect(graph.waitsFor('build')).toEqual(['test', 'lint']);
    expect(graph.isAfter('deploy', 'test')).toBe(true);
    expect(graph.isAfter('lint', 'test')).toBe(false);
  });

  test('checks an order, and prints the actual order on failure', () => {
    graph.expectOrder('test', 'build', 'deploy');
    graph.expectParallel('test', 'lint');
    expect(() => graph.expectOrder('test', 'lint', 'deploy')).toThrow(
      new Error(
        'release: "lint" does not wait for "test"; it has no dependencies\n' +
          'the order is [test, lint] → [build] → [deploy]',
      ),
    );
    expect(() => graph.expectParallel('lint', 'build')).toThrow(
      new Error('release: "build" waits for "lint"\nthe order is [test, lint] → [build] → [deploy]'),
    );
    expect(() => graph.waitsFor('bild')).toThrow(new Error('release: no task "bild" — did you mean "build"?'));
  });

  test('is that of the run if the pipeline is embedded there', () => {
    const chart = new Chart(new App(), 'ci');
    const step = Task.inline({ steps: () => [{ image: 'busybox:1.36', command: ['true'] }] });
    const pipeline = Pipeline.inline({ tasks: ({ task }) => void task('b', step, { after: [task('a', step)] }) });
    new PipelineRun(chart, 'run', { metadata: { name: 'once' }, pipeline });
    expect(TektonTesting.of(chart).graph('once').order).toEqual([['a'], ['b']]);
  });
});

describe('toBeValidTekton', () => {
  test('passes for an app, a chart, a construct and a manifest without errors', () => {
    const chart = release();
    expect(chart).toBeValidTekton();
    expect(chart.node.root).toBeValidTekton();
    expect(chart.node.findChild('step')).toBeValidTekton();
    expect({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }).toBeValidTekton();
  });

  test('fails with every problem of a chart, including plain ApiObjects', () => {
    const chart = new Chart(new App(), 'ci');
    new GitResource(chart, 'source', { url: '--upload-pack=x' });
    new ApiObject(chart, 'task', {
      apiVersion: 'tekton.dev/v1alpha1',
      kind: 'Task',
      metadata: { name: 't' },
      spec: { steps: [{ imag: 'a' }] },
    });
    const { pass, message } = tektonMatchers.toBeValidTekton(chart);
    expect(pass).toBe(false);
    expect(message()).toMatch(/\[FIELD_UNKNOWN\]/);
    expect(message()).toMatch(/\[ci\/source\].*\[GIT_URL/);
  });

  test('fails for a manifest with a field of the wrong type according to the CRD schema', () => {
    const task = {
      apiVersion: 'tekton.dev/v1alpha1',
      kind: 'Task',
      metadata: { name: 't' },
      spec: { steps: [{ image: 1, command: ['a'] }] },
    };
    expect(() => expect([task]).toBeValidTekton()).toThrow(/\[Task t\] spec\.steps\[0\]\.image: .*\[TYPE_WRONG\]/);
    expect([task]).not.toBeValidTekton();
  });
});
