import { describe, expect, test } from '@jest/globals';
import { App, ApiObject, Chart, JsonPatch, Lazy, Testing } from 'cdk8s';
import { EmptyDirMedium, EnvValue, k8s, Secret, Volume } from 'cdk8s-plus-27';
import { ClusterTask, Pipeline, Task, type Ref } from '../lib/index.js';

const chartIn = (namespace?: string): Chart => new Chart(new App(), 'ci', namespace === undefined ? {} : { namespace });
const specOf = (chart: Chart): unknown => (Testing.synth(chart) as { spec: unknown }[])[0]?.spec;

describe('a task', () => {
  test('with only steps has only steps in its spec', () => {
    const chart = chartIn();
    new Task(chart, 'idle', { metadata: { name: 'idle' }, steps: () => [{ image: 'busybox' }] });

    expect(Testing.synth(chart)).toEqual([
      {
        apiVersion: 'tekton.dev/v1alpha1',
        kind: 'Task',
        metadata: { name: 'idle' },
        spec: { steps: [{ image: 'busybox' }] },
      },
    ]);
  });

  test('writes its declarations, and the references of its steps', () => {
    const chart = chartIn();
    new Task(chart, 'build', {
      params: {
        context: {},
        flags: { type: 'array', description: 'for make', default: ['-j2'] },
        tags: { default: ['a'] },
      },
      inputs: { source: { type: 'git', targetPath: 'src' }, settings: 'storage' },
      outputs: { image: 'image' },
      results: { digest: {} },
      steps: ({ params, inputs, outputs, results }) => [
        {
          name: 'build',
          image: `builder:${params.context}`,
          workingDir: inputs.source.path,
          command: ['make', params.flags],
          args: [`--push=${outputs.image.url}`, params.tags, inputs.settings.location],
          env: { DIGEST_FILE: results.digest.path, REVISION: `at ${inputs.source.revision}`, HOME: '/root' },
        },
        { script: `#!/bin/sh\necho ${params.context}\n`, image: 'busybox' },
      ],
    });

    expect(specOf(chart)).toEqual({
      inputs: {
        params: [
          { name: 'context' },
          { name: 'flags', type: 'array', description: 'for make', default: ['-j2'] },
          { name: 'tags', default: ['a'] },
        ],
        resources: [
          { name: 'source', type: 'git', targetPath: 'src' },
          { name: 'settings', type: 'storage' },
        ],
      },
      outputs: { resources: [{ name: 'image', type: 'image' }] },
      results: [{ name: 'digest' }],
      steps: [
        {
          name: 'build',
          image: 'builder:$(inputs.params.context)',
          workingDir: '$(inputs.resources.source.path)',
          command: ['make', '$(inputs.params.flags)'],
          args: [
            '--push=$(outputs.resources.image.url)',
            '$(inputs.params.tags)',
            '$(inputs.resources.settings.location)',
          ],
          env: [
            { name: 'DIGEST_FILE', value: '$(results.digest.path)' },
            { name: 'REVISION', value: 'at $(inputs.resources.source.revision)' },
            { name: 'HOME', value: '/root' },
          ],
        },
        { script: '#!/bin/sh\necho $(inputs.params.context)\n', image: 'busybox' },
      ],
    });
  });

  test('accepts template, sidecars and volumes, including those of cdk8s-plus', () => {
    const chart = chartIn();
    const token = Secret.fromSecretName(chart, 'token', 'api-token');
    new Task(chart, 'serve', {
      params: { port: { default: '80' } },
      steps: ({ params }) => [
        {
          image: 'curl',
          env: { TOKEN: EnvValue.fromSecretValue({ secret: token, key: 'value' }), PORT: params.port },
          volumeMounts: [{ name: 'scratch', mountPath: `/scratch/${params.port}` }],
          resources: { requests: { cpu: '500m', memory: k8s.Quantity.fromString('1Gi') } },
          securityContext: { runAsUser: 1000 },
        },
      ],
      stepTemplate: () => ({ env: [{ name: 'CI', value: 'true' }] }),
      sidecars: ({ params }) => [{ name: 'web', image: 'nginx', args: [params.port] }],
      volumes: () => [
        Volume.fromEmptyDir(chart, 'scratch', 'scratch', { medium: EmptyDirMedium.MEMORY }),
        { name: 'settings', configMap: { name: 'settings' } },
      ],
    });

    expect(specOf(chart)).toEqual({
      inputs: { params: [{ name: 'port', default: '80' }] },
      steps: [
        {
          image: 'curl',
          env: [
            { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'api-token', key: 'value' } } },
            { name: 'PORT', value: '$(inputs.params.port)' },
          ],
          volumeMounts: [{ name: 'scratch', mountPath: '/scratch/$(inputs.params.port)' }],
          resources: { requests: { cpu: '500m', memory: '1Gi' } },
          securityContext: { runAsUser: 1000 },
        },
      ],
      stepTemplate: { env: [{ name: 'CI', value: 'true' }] },
      sidecars: [{ name: 'web', image: 'nginx', args: ['$(inputs.params.port)'] }],
      volumes: [
        { name: 'scratch', emptyDir: { medium: 'Memory' } },
        { name: 'settings', configMap: { name: 'settings' } },
      ],
    });
  });

  test('keeps cdk8s tokens, and JSON patches apply to its object', () => {
    const chart = chartIn();
    const image = Lazy.any({ produce: () => 'late' }) as string;
    const task = new Task(chart, 'lazy', { steps: () => [{ image }] });
    ApiObject.of(task).addJsonPatch(JsonPatch.add('/spec/steps/0/tty', true));

    expect(specOf(chart)).toEqual({ steps: [{ image: 'late', tty: true }] });
  });

  test('copies its props: later changes to a list have no effect', () => {
    const chart = chartIn();
    const args = ['one'];
    new Task(chart, 'copy', { steps: () => [{ image: 'busybox', args }] });
    args.push('two');

    expect(specOf(chart)).toEqual({ steps: [{ image: 'busybox', args: ['one'] }] });
  });
});

describe('a cluster task', () => {
  test('has no namespace, even in a chart with one', () => {
    const chart = chartIn('team');
    const task = new ClusterTask(chart, 'lint', { metadata: { name: 'lint' }, steps: () => [{ image: 'lint' }] });

    expect(Testing.synth(chart)).toEqual([
      {
        apiVersion: 'tekton.dev/v1alpha1',
        kind: 'ClusterTask',
        metadata: { name: 'lint' },
        spec: { steps: [{ image: 'lint' }] },
      },
    ]);
    expect(task.use).toEqual({ taskRef: { name: 'lint', kind: 'ClusterTask' } });
  });
});

describe('names', () => {
  const task = (chart: Chart, id: string, name?: string): Task =>
    new Task(chart, id, { ...(name !== undefined && { metadata: { name } }), steps: () => [{ image: 'busybox' }] });

  test.each(['build-push', 'Build_Push', 'v1.2', 'ünïcode', '-dashed-', 'a'.repeat(80)])(
    'a name derived from the id %s is a DNS label and the name of the object',
    (id) => {
      const chart = chartIn();
      const { name } = task(chart, id);
      expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      expect((Testing.synth(chart) as { metadata: { name: string } }[])[0]?.metadata.name).toBe(name);
    },
  );

  test('ids that differ only in invalid characters have different names', () => {
    const chart = chartIn();
    expect(new Set(['a.b', 'a-b', 'a_b', 'A.b'].map((id) => task(chart, id).name)).size).toBe(4);
  });

  const LONG = 'a'.repeat(64);

  test.each([
    ['Build', "the name 'Build' of this Task is not a valid DNS label — use a-z, 0-9 and '-', for example 'build'"],
    [
      'build_push',
      "the name 'build_push' of this Task is not a valid DNS label — use a-z, 0-9 and '-', for example 'build-push'",
    ],
    ['v1.2', "the name 'v1.2' of this Task is not a valid DNS label — use a-z, 0-9 and '-', for example 'v1-2'"],
    ['-build', "the name '-build' of this Task is not a valid DNS label — use a-z, 0-9 and '-', for example 'build'"],
    ['build-', "the name 'build-' of this Task is not a valid DNS label — use a-z, 0-9 and '-', for example 'build'"],
    ['', "this Task has an empty name — use up to 63 of a-z, 0-9 and '-', with a letter or digit at both ends"],
    [
      LONG,
      `the name '${LONG}' of this Task has 64 characters; 63 are allowed — use a-z, 0-9 and '-', for example '${LONG.slice(1)}'`,
    ],
  ])('the explicit name "%s" throws at its line', (name, said) => {
    expect(() => task(chartIn(), 'build', name)).toThrow(`ci/build: ${said} [NAME_INVALID]`);
  });
});

describe('references', () => {
  test('of another task are rejected where they are used', () => {
    const chart = chartIn();
    let stray: object = {};
    new Task(chart, 'one', {
      params: { image: {} },
      steps: ({ params }) => {
        stray = params.image;
        return [{ image: params.image }];
      },
    });
    expect(() => new Task(chart, 'two', { steps: () => [{ image: stray as never }] })).toThrow(
      'ci/two: $(inputs.params.image) belongs to ci/one — use the references that the callback of this construct is given; ' +
        'pass values between tasks as params [FOREIGN_REFERENCE]',
    );
  });

  test('of another task are also rejected inside strings, at the line of the string', () => {
    const chart = chartIn();
    let stray: Ref | undefined;
    new Task(chart, 'one', {
      params: { image: {} },
      steps: ({ params }) => {
        stray = params.image;
        return [{ image: params.image }];
      },
    });
    expect(() => new Task(chart, 'two', { steps: () => [{ image: `builder:${stray!}` }] })).toThrow(
      'ci/two: $(inputs.params.image) belongs to ci/one — use the references',
    );
    expect(String(stray)).toBe('$(inputs.params.image)');
  });

  test('belong to the task being created, even if it is created inside a pipeline', () => {
    const chart = chartIn();
    new Pipeline(chart, 'outer', {
      params: { level: {} },
      tasks: ({ task, params }) => {
        const inner = new Task(chart, 'inner', {
          params: { level: {} },
          steps: (its) => [{ image: 'busybox:1.36', args: [`level ${its.params.level}`] }],
        });
        task('inner', inner, { params: { level: `at ${params.level}` } });
      },
    });

    expect(JSON.stringify(Testing.synth(chart))).toContain('"value":"at $(params.level)"');
  });

  test('to arrays are rejected inside strings', () => {
    expect(
      () =>
        new Task(chartIn(), 'one', {
          params: { flags: { type: 'array' } },
          steps: ({ params }) => [{ image: 'make', args: [`--flags=${params.flags}`] }],
        }),
    ).toThrow(
      'ci/one: the array $(inputs.params.flags) cannot be part of a string — ' +
        'pass the reference itself as an element of command or args [ARRAY_IN_STRING]',
    );
  });
});
