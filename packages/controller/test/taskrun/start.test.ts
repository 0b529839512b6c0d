import { describe, expect, test } from '@jest/globals';
import type { PipelineResource, TaskRunSpec } from '@pipewright/tekton';
import { DEFAULT_IMAGES } from '../../src/run/options.js';
import { startTaskRun, type StartInputs } from '../../src/taskrun/start.js';
import { scripts } from '../support/scripts.js';

const inputs = (spec: object, resources: readonly PipelineResource[] = []): StartInputs => ({
  run: {
    apiVersion: 'tekton.dev/v1alpha1',
    kind: 'TaskRun',
    metadata: { name: 'run', namespace: 'ns', uid: 'u-1' },
    spec: spec as TaskRunSpec, // as in a manifest
  },
  attempt: 0,
  replacement: false,
  shellLess: new Set(),
  task: undefined,
  resources: new Map(resources.map((resource) => [resource.metadata.name ?? '', resource])),
  hasServiceAccount: true,
  secrets: [],
  missingSecrets: [],
  images: DEFAULT_IMAGES,
  scripts,
  commands: new Map(),
});

/** Returns why the run is rejected, or the names of its containers. */
function startOutcome(startInputs: StartInputs): string {
  const start = startTaskRun(startInputs);
  if (start.kind === 'refused') return `${start.failure.reason}: ${start.failure.message}`;
  if (start.kind === 'commands-needed') return 'needs the commands of images';
  return start.pod.spec.containers.map(({ name }) => name.replace(/-[a-z0-9]{5}$/, '')).join(' ');
}

const steps = [{ name: 's', image: 'ubuntu', command: ['true'] }];
const git = (params: Readonly<Record<string, string>>, type = 'git'): object => ({
  type,
  params: Object.entries(params).map(([name, value]) => ({ name, value })),
});
const withGit = (binding: object, input: object = {}): object => ({
  taskSpec: { inputs: { resources: [{ name: 'src', type: 'git', ...input }] }, steps },
  inputs: { resources: [{ name: 'src', ...binding }] },
});
const URL_HINT = 'use https://HOST/PATH, ssh://HOST/PATH, git://HOST/PATH or USER@HOST:PATH';
const REVISION_HINT = 'use the name of a branch or tag, refs/…, or a commit';

describe('a run whose resource was not validated before', () => {
  test.each([
    [
      'has a URL that is an option',
      { url: '--upload-pack=touch /tmp/x' },
      `spec.params[0].value: the Git URL '--upload-pack=touch /tmp/x' begins with a dash, which makes it an option (${URL_HINT})`,
    ],
    [
      'has a URL whose transport runs a program',
      { url: 'ext::sh -c id' },
      `spec.params[0].value: the Git URL 'ext::sh -c id' contains spaces or control characters (${URL_HINT})`,
    ],
    [
      'has a file URL',
      { url: 'file:///etc' },
      `spec.params[0].value: the Git URL 'file:///etc' has the scheme 'file' (${URL_HINT})`,
    ],
    [
      'has a URL with a variable, which is not substituted here',
      { url: '$(inputs.params.url)' },
      `spec.params[0].value: the Git URL '$(inputs.params.url)' is a path of this machine, not a URL (${URL_HINT})`,
    ],
    [
      'has a revision that is an option, with the param name in any case',
      { url: 'https://git.corp/a', Revision: '--output=/etc/passwd' },
      `spec.params[1].value: the Git revision '--output=/etc/passwd' begins with a dash, which makes it an option (${REVISION_HINT})`,
    ],
    [
      'has a revision that writes a reference',
      { url: 'https://git.corp/a', revision: '+HEAD:refs/heads/x' },
      `spec.params[1].value: the Git revision '+HEAD:refs/heads/x' begins with '+', which makes it a refspec (${REVISION_HINT})`,
    ],
    [
      'has no URL',
      { revision: 'v1' },
      `spec.params: a resource of type git needs the param 'url' (add \`- {name: url, value: …}\` to its params)`,
    ],
  ])('fails before its pod is created if it %s', (_what, params, expected) => {
    const spec = git(params);
    expect(startOutcome(inputs(withGit({ resourceSpec: spec })))).toBe(
      `TaskRunValidationFailed: the PipelineResource "src" is invalid: ${expected}`,
    );
    const sources = { metadata: { name: 'sources' }, spec } as PipelineResource; // apiVersion and kind are unused
    expect(startOutcome(inputs(withGit({ resourceRef: { name: 'sources' } }), [sources]))).toBe(
      `TaskRunValidationFailed: the PipelineResource "sources" is invalid: ${expected}`,
    );
  });

  test('fails if it is an output', () => {
    const spec = {
      taskSpec: { outputs: { resources: [{ name: 'out', type: 'image' }] }, steps },
      outputs: { resources: [{ name: 'out', resourceSpec: git({ url: '-x' }, 'image') }] },
    };
    expect(startOutcome(inputs(spec))).toMatch(/^TaskRunValidationFailed: the PipelineResource "out" is invalid: /);
  });

  test.each(['/../etc', '../etc', 'a/../../b'])('fails if its targetPath is %s', (targetPath) => {
    const spec = withGit({ resourceSpec: git({ url: 'https://git.corp/a' }) }, { targetPath });
    expect(startOutcome(inputs(spec))).toMatch(/^TaskRunValidationFailed: .*targetPath.*\/workspace/);
  });

  test('fails with a status, without an exception, if its spec is damaged', () => {
    const spec = withGit({ resourceSpec: { type: 'git', params: 'url' } });
    expect(startOutcome(inputs(spec))).toMatch(/^TaskRunValidationFailed: the PipelineResource "src" is invalid: /);
  });

  test('starts with spaces around its URL', () => {
    const spec = withGit({ resourceSpec: git({ url: ' https://git.corp/a\n' }) });
    expect(startOutcome(inputs(spec))).toBe('step-git-source-src step-s');
  });

  test('starts if it is valid', () => {
    const spec = withGit({ resourceSpec: git({ url: 'https://git.corp/a', revision: 'v1.0' }) }, { targetPath: './' });
    expect(startOutcome(inputs(spec))).toBe('step-git-source-src step-s');
  });
});

test('a run whose files are in a bucket fails if no bucket is configured', () => {
  const spec = { taskSpec: { steps } };
  expect(startOutcome({ ...inputs(spec), artifacts: { kind: 'missing-bucket' } })).toBe(
    'CouldntGetTask: Invalid TaskSpec: the files of this run are in a bucket, but the ConfigMap config-artifact-bucket has no location; set it to gs://BUCKET/PATH',
  );
});

describe('an undeclared variable', () => {
  const pod = (step: object): readonly string[] => {
    const start = startTaskRun(inputs({ taskSpec: { steps: [{ name: 's', image: 'ubuntu', ...step }] } }));
    return start.kind === 'pod'
      ? (start.pod.spec.containers[0]?.args ?? [])
      : [startOutcome(inputs({ taskSpec: { steps } }))];
  };

  test.each(['$(params.a)', '$(context.taskRun.name)', '$(inputs.params)', '$(tasks.a.results.b)'])(
    'is not substituted where Tekton does not expect it: %s',
    (text) => {
      expect(pod({ command: ['echo'], args: [text] }).at(-1)).toBe(text);
      expect(pod({ script: `#!/bin/sh\necho ${text}` }).join('\n')).toContain(text);
    },
  );

  test('fails a run that Tekton would not have admitted', () => {
    const spec = { taskSpec: { steps: [{ ...steps[0], args: ['$(inputs.params.a)'] }] } };
    expect(startOutcome(inputs(spec))).toMatch(/^TaskRunValidationFailed: the Task is invalid: .*is not declared/);
  });
});

describe('a param whose value names a resource', () => {
  const declared = {
    inputs: {
      params: [{ name: 'image', default: '$(outputs.resources.built.url):latest' }, { name: 'context' }],
      resources: [{ name: 'src', type: 'git' }],
    },
    outputs: { resources: [{ name: 'built', type: 'image' }] },
    steps: [{ ...steps[0], args: ['$(inputs.params.image)', '$(inputs.params.context)'] }],
  };
  const spec = (context: string): object => ({
    taskSpec: declared,
    inputs: {
      params: [{ name: 'context', value: context }],
      resources: [{ name: 'src', resourceSpec: git({ url: 'https://git.corp/a' }) }],
    },
    outputs: { resources: [{ name: 'built', resourceSpec: git({ url: 'r.corp/web' }, 'image') }] },
  });

  test('reaches the steps with the substituted resource, from the default and from the run', () => {
    const start = startTaskRun(inputs(spec('$(inputs.resources.src.path)/docker')));
    const own = start.kind === 'pod' ? start.pod.spec.containers.find(({ name }) => name === 'step-s') : undefined;
    expect(own?.args?.slice(-2)).toEqual(['r.corp/web:latest', '/workspace/src/docker']);
  });
});

describe('fields in another case, on a cluster without admission', () => {
  test('are read like those of a run that Tekton has admitted', () => {
    const container = { ...steps[0], workingdir: '/x', securityContext: { RunAsUser: 1 } };
    const spec = { taskSpec: { steps: [container] }, podTemplate: { securityContext: { fsgroup: 2 } } };
    const referencing = { taskRef: { name: 't' }, podTemplate: spec.podTemplate };
    for (const startInputs of [
      inputs(spec),
      { ...inputs(referencing), task: { apiVersion: 'tekton.dev/v1alpha1', spec: spec.taskSpec } },
    ]) {
      const start = startTaskRun(startInputs);
      const pod = start.kind === 'pod' ? start.pod.spec : undefined;
      expect(pod?.containers[0]).toMatchObject({ workingDir: '/x', securityContext: { runAsUser: 1 } });
      expect(pod?.['securityContext']).toEqual({ fsGroup: 2 });
    }
  });
});

describe('a run whose mount paths depend on its params', () => {
  const withMount = (mountPath: string): object => ({
    inputs: { params: [{ name: 'at', value: mountPath }] },
    taskSpec: {
      inputs: { params: [{ name: 'at' }] },
      volumes: [{ name: 'v', emptyDir: {} }],
      steps: [{ ...steps[0], volumeMounts: [{ name: 'v', mountPath: '$(inputs.params.at)' }] }],
    },
  });

  test.each(['/tekton/tools', '/tekton/../tekton/tools', '//tekton', '/x/../tekton/scripts'])(
    'fails if a mount would hide files of the controller: %s',
    (mountPath) => {
      expect(startOutcome(inputs(withMount(mountPath)))).toBe(
        `TaskRunValidationFailed: step-s: nothing may be mounted at '${mountPath}': /tekton belongs to the controller; mount it elsewhere, for example below /workspace or /mnt`,
      );
    },
  );

  test.each(['/cache', '/tekton/home/.cache'])('starts with a mount at %s', (mountPath) => {
    expect(startOutcome(inputs(withMount(mountPath)))).toBe('step-s');
  });
});
