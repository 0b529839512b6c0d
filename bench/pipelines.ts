/**
 * The measured pipelines: chains, parallel tasks, one task with many steps, and the article's pipeline with no-op steps.
 *
 * Every step is `true`, so only the overhead is measured.
 */

type Manifest = Readonly<Record<string, unknown>>;

const tekton = (kind: string, name: string, spec: Manifest): Manifest => ({
  apiVersion: 'tekton.dev/v1alpha1',
  kind,
  metadata: { name },
  spec,
});

const step = (name: string, image: string): Manifest => ({ name, image, command: ['true'] });

/** Returns a pipeline with `tasks` one-step tasks, in sequence or in parallel. */
export function pipelineOf(tasks: number, shape: 'chain' | 'parallel', image = 'busybox'): readonly Manifest[] {
  return [
    tekton('Task', 'nothing', { steps: [step('nothing', image)] }),
    tekton('Pipeline', shape, {
      tasks: Array.from({ length: tasks }, (_, i) => ({
        name: `t${i}`,
        taskRef: { name: 'nothing' },
        ...(shape === 'chain' && i > 0 && { runAfter: [`t${i - 1}`] }),
      })),
    }),
    tekton('PipelineRun', `${shape}-${tasks}`, { pipelineRef: { name: shape } }),
  ];
}

/** Returns a TaskRun with `steps` steps; with `clocked` each prints the time in nanoseconds. */
export function taskRunOf(
  steps: number,
  options: { readonly image?: string; readonly clocked?: boolean } = {},
): readonly Manifest[] {
  const image = options.image ?? 'busybox';
  const command = options.clocked ? ['date', '+%s%N'] : ['true'];
  return [
    tekton('TaskRun', `steps-${steps}`, {
      taskSpec: { steps: Array.from({ length: steps }, (_, i) => ({ name: `s${i}`, image, command })) },
    }),
  ];
}

/** Returns the article's three tasks and two resources, with a real clone and no-op steps. */
export function idleArticle(gitUrl: string, image = 'busybox'): readonly Manifest[] {
  const source = { name: 'workspace', type: 'git' };
  const built = { name: 'builtImage', type: 'image' };
  const input = { name: 'workspace', resource: 'source-repo' };
  const task = (name: string, inputs: readonly Manifest[], outputs: readonly Manifest[] = []): Manifest =>
    tekton('Task', name, {
      inputs: { resources: inputs },
      ...(outputs.length > 0 && { outputs: { resources: outputs } }),
      steps: [step('nothing', image)],
    });
  const image1 = { name: 'builtImage', resource: 'web-image' };
  return [
    tekton('PipelineResource', 'nginx', { type: 'image', params: [{ name: 'url', value: 'aiyijing/nginx' }] }),
    tekton('PipelineResource', 'nginx-source-code', {
      type: 'git',
      params: [
        { name: 'revision', value: 'master' },
        { name: 'url', value: gitUrl },
      ],
    }),
    task('unit-tests', [source]),
    task('build-push', [source], [built]),
    task('deploy', [source, built]),
    tekton('Pipeline', 'build-nginx', {
      resources: [
        { name: 'source-repo', type: 'git' },
        { name: 'web-image', type: 'image' },
      ],
      tasks: [
        { name: 'unit-tests', taskRef: { name: 'unit-tests' }, resources: { inputs: [input] } },
        {
          name: 'build-push',
          runAfter: ['unit-tests'],
          taskRef: { name: 'build-push' },
          resources: { inputs: [input], outputs: [image1] },
        },
        {
          name: 'deploy',
          runAfter: ['build-push'],
          taskRef: { name: 'deploy' },
          resources: { inputs: [input, image1] },
        },
      ],
    }),
    tekton('PipelineRun', 'build-nginx', {
      pipelineRef: { name: 'build-nginx' },
      resources: [
        { name: 'source-repo', resourceRef: { name: 'nginx-source-code' } },
        { name: 'web-image', resourceRef: { name: 'nginx' } },
      ],
    }),
  ];
}
