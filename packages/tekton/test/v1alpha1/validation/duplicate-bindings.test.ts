/** Duplicate names in lists where Tekton v0.9.2 uses the last one. */

import { expect, test } from '@jest/globals';
import { checkObjects } from '@pipewright/tekton';
import { build, changed, everything, pipeline, repo, run } from '../../support/objects.js';

const problemLines = (object: { kind: string; metadata: { name?: string } }): string[] =>
  checkObjects(
    everything.map((one) => (one.kind === object.kind && one.metadata.name === object.metadata.name ? object : one)),
  ).map(({ severity, code, path }) => `${severity} ${code} ${path.join('.')}`);

const task = 'spec.tasks.0';

test.each<[string, Parameters<typeof problemLines>[0], string]>([
  [
    'an output of a task',
    changed(pipeline, `${task}.resources.outputs`, [
      { name: 'built', resource: 'web' },
      { name: 'built', resource: 'web' },
    ]),
    `${task}.resources.outputs.1.name`,
  ],
  [
    'an input of a task',
    changed(pipeline, `${task}.resources.inputs`, [
      { name: 'source', resource: 'repo' },
      { name: 'source', resource: 'repo' },
    ]),
    `${task}.resources.inputs.1.name`,
  ],
  [
    'a resource of a run',
    changed(run, 'spec.resources', [...(run.spec.resources ?? []), { name: 'web', resourceRef: { name: 'web' } }]),
    'spec.resources.2.name',
  ],
  [
    'a param of a run',
    changed(run, 'spec.params', [
      { name: 'what', value: 'a' },
      { name: 'what', value: 'b' },
    ]),
    'spec.params.1.name',
  ],
  [
    'the account of a task',
    changed(run, 'spec.serviceAccountNames', [
      { taskName: 'compile', serviceAccountName: 'bot' },
      { taskName: 'compile', serviceAccountName: 'bot' },
    ]),
    'spec.serviceAccountNames.1.name',
  ],
  [
    'a resource that a pipeline declares',
    changed(pipeline, 'spec.resources', [...(pipeline.spec.resources ?? []), { name: 'web', type: 'image' }]),
    'spec.resources.2.name',
  ],
  [
    'a param that a pipeline declares',
    changed(pipeline, 'spec.params', [
      { name: 'what', default: 'a' },
      { name: 'what', default: 'b' },
    ]),
    'spec.params.1.name',
  ],
  [
    'a param that a task declares',
    changed(build, 'spec.inputs.params', [...(build.spec.inputs?.params ?? []), { name: 'target' }]),
    'spec.inputs.params.2.name',
  ],
  [
    'a param of a resource',
    changed(repo, 'spec.params', [...(repo.spec.params ?? []), { name: 'URL', value: 'https://example.com/other' }]),
    'spec.params.1.name',
  ],
])('%s is a warning', (_, object, path) => {
  expect(problemLines(object)).toEqual([`warning NAME_TWICE ${path}`]);
});
