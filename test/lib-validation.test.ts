import { describe, expect, test } from '@jest/globals';
import { ApiObject, App, Chart, JsonPatch, Testing } from 'cdk8s';
import {
  ConstructError,
  GitCredentials,
  GitResource,
  ImageResource,
  Pipeline,
  PipelineResource,
  PipelineRun,
  PipelineServiceAccount,
  Task,
} from '../lib/index.js';

/** Returns the lines of a synth's error without locations, or no lines if it succeeds. */
function refusal(chart: Chart): string[] {
  try {
    Testing.synth(chart);
    return [];
  } catch (error) {
    const lines = (error as Error).message.split('\n');
    return lines.filter((line) => !/^ {4}/.test(line)).map((line) => line.trim());
  }
}

const chartIn = (namespace?: string): Chart => new Chart(new App(), 'ci', namespace === undefined ? {} : { namespace });

describe('a synth fails', () => {
  test('with all problems of the app at once, each at the construct that has it', () => {
    const chart = chartIn();
    new Task(chart, 'one', {
      steps: () => [{ name: 'Run It', image: 'busybox' }, { image: '$(inputs.params.image)' }],
    });
    new Task(chart, 'two', { inputs: { source: { type: 'git', targetPath: '../out' } }, steps: () => [{ name: 'a' }] });

    const lines = refusal(chart);
    expect(lines[0]).toBe('Validation failed with the following errors:');
    expect(lines.slice(1).map((line) => line.replace(/: .*\[/, ': … ['))).toEqual([
      '[ci/one] spec.steps[0].name: … [NAME_INVALID]',
      '[ci/one] spec.steps[1].image: … [VARIABLE_UNKNOWN]',
      '[ci/two] spec.inputs.resources[0].targetPath: … [TARGET_PATH_OUTSIDE]',
      '[ci/two] spec.steps[0].image: … [IMAGE_MISSING]',
    ]);
  });

  test('for plain ApiObjects', () => {
    const chart = chartIn();
    new Task(chart, 'fine', { steps: () => [{ image: 'busybox' }] });
    new ApiObject(chart, 'raw', { apiVersion: 'tekton.dev/v1alpha1', kind: 'Task', metadata: { name: 'raw' } });

    expect(refusal(chart)[1]).toMatch(/^\[ci\/raw\] spec\.steps: /);
  });

  test('for objects made invalid by a JSON patch', () => {
    const chart = chartIn();
    const task = new Task(chart, 'task', { steps: () => [{ image: 'busybox' }] });
    ApiObject.of(task).addJsonPatch(JsonPatch.add('/spec/stepz', []));

    expect(refusal(chart)[1]).toMatch(/^\[ci\/task\] spec\.stepz: .*did you mean 'steps'\? \[FIELD_UNKNOWN\]$/);
  });

  test('for two objects of one kind and name', () => {
    const chart = chartIn();
    const steps = () => [{ image: 'busybox' }];
    new Task(chart, 'one', { metadata: { name: 'same' }, steps });
    new Task(chart, 'two', { metadata: { name: 'same' }, steps });

    expect(refusal(chart)).toHaveLength(2);
    expect(refusal(chart)[1]).toMatch(/^\[ci\/two\] metadata\.name: .*; the other is \[ci\/one\] \[OBJECT_TWICE\]$/);
  });

  test('once, regardless of the number of charts, and only while the mistake exists', () => {
    const app = new App();
    const charts = ['a', 'b', 'c'].map((id) => new Chart(app, id));
    const tasks = charts.map((chart) => new Task(chart, 'task', { steps: () => [{ image: '$(inputs.params.x)' }] }));
    expect(() => app.synthYaml()).toThrow(/(VARIABLE_UNKNOWN[^]*){3}/);

    for (const task of tasks) ApiObject.of(task).addJsonPatch(JsonPatch.replace('/spec/steps/0/image', 'busybox'));
    expect(app.synthYaml()).toContain('image: busybox');
  });
});

describe('a synth succeeds', () => {
  test('if objects outside the app are declared as external, in any namespace', () => {
    const chart = chartIn('team');
    const build = Task.fromName('build', {
      params: { level: {} },
      inputs: { source: 'git' },
      outputs: { image: 'image' },
    });
    const pipeline = new Pipeline(chart, 'pipeline', {
      resources: { source: 'git', web: 'image' },
      tasks: ({ task, resources: { source, web } }) =>
        task('build', build, { params: { level: '1' }, inputs: { source }, outputs: { image: web } }),
    });
    const resources = {
      source: PipelineResource.fromName('source', 'git'),
      web: PipelineResource.fromName('web', 'image'),
    };
    new PipelineRun(chart, 'one', { pipeline, resources, serviceAccount: { name: 'bot' } });
    new PipelineRun(chart, 'two', {
      pipeline: Pipeline.fromName('other', { params: { a: {} }, resources: { source: 'git' } }),
      params: { a: 'b' },
      resources: { source: resources.source },
    });

    expect(refusal(chart)).toEqual([]);
  });

  test('with values that refer to resources of the receiving task', () => {
    const chart = chartIn();
    const build = new Task(chart, 'build', {
      params: { context: { default: '$(inputs.resources.source.path)/docker' }, image: {} },
      inputs: { source: 'git' },
      outputs: { image: 'image' },
      steps: ({ params }) => [{ image: 'busybox:1', args: [params.context, params.image] }],
    });
    new Pipeline(chart, 'pipeline', {
      resources: { source: 'git', web: 'image' },
      tasks: ({ task, resources: { source, web } }) =>
        task('build', build, {
          params: { image: '$(outputs.resources.image.url):1' },
          inputs: { source },
          outputs: { image: web },
        }),
    });

    expect(refusal(chart)).toEqual([]);
  });

  test('with only warnings: a cluster administrator, a password, a mutable tag', () => {
    const chart = chartIn();
    const credentials = [
      GitCredentials.unsafePlaintext(chart, 'git', { server: 'https://example.com', username: 'u', password: 'p' }),
    ];
    new PipelineServiceAccount(chart, 'bot', { credentials, clusterAdmin: true });
    new Task(chart, 'task', { steps: () => [{ image: 'busybox:latest' }] });

    expect(refusal(chart)).toEqual([]);
  });

  test('if a run that binds a resource of the app and its pipeline are in different charts', () => {
    const app = new App();
    const chart = new Chart(app, 'pipeline');
    const runs = new Chart(app, 'runs');
    const show = new Task(chart, 'show', {
      inputs: { web: 'image' },
      steps: ({ inputs }) => [{ image: inputs.web.url }],
    });
    const pipeline = new Pipeline(chart, 'pipeline', {
      resources: { web: 'image' },
      tasks: ({ task, resources: { web } }) => task('show', show, { inputs: { web } }),
    });
    const web = new ImageResource(chart, 'web', { url: 'example.com/web' });
    new PipelineRun(runs, 'run', { pipeline, resources: { web } });

    expect(refusal(runs)).toEqual([]);
  });
});

test('a thrown error has its code, its construct and a fix', () => {
  let thrown: unknown;
  try {
    new GitResource(chartIn(), 'source', { metadata: { name: 'No' }, url: 'https://example.com/a.git' });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ConstructError);
  expect(thrown).toMatchObject({
    name: 'ConstructError',
    code: 'NAME_INVALID',
    path: 'ci/source',
    hint: "use a-z, 0-9 and '-', for example 'no'",
  });
});
