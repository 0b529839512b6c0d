/** `pipewright run` executes manifests like Tekton v0.9.2, from the file to the log. */

import { afterEach, describe, expect, test } from '@jest/globals';
import { fake, type FakeScript } from '@pipewright/cluster';
import { lint } from '../../src/lint/lint-command.js';
import { run } from '../../src/run/run-command.js';
import { folderWith, recorded, withoutQuotes } from '../support/cli.js';

const folders: (() => void)[] = [];
afterEach(() => folders.splice(0).forEach((done) => done()));

async function running(manifests: string, script: FakeScript = () => undefined) {
  const output = recorded();
  const { path, done } = folderWith({ 'p.yaml': manifests });
  folders.push(done);
  const status = await run(
    {
      paths: [path],
      run: [],
      param: new Map(),
      source: new Map(),
      image: new Map([['busybox', 'host']]),
      output: 'text',
      runtime: 'fake',
    },
    output,
    { runtime: fake({ script }) },
  );
  return { status, out: output.out(), err: output.err() };
}

function linted(manifests: string): string {
  const output = recorded();
  const { path, done } = folderWith({ 'p.yaml': manifests });
  folders.push(done);
  lint({ paths: [path] }, output);
  return output.out();
}

const TASK = `apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: work }
spec: { steps: [{ name: print, image: 'busybox:1', command: [echo] }] }
---
`;
const PIPELINE = (name: string, task: string): string => `apiVersion: tekton.dev/v1alpha1
kind: Pipeline
metadata: { name: ${name} }
spec: { tasks: [{ name: a, taskRef: { name: ${task} } }] }
---
`;
const RUN = `apiVersion: tekton.dev/v1alpha1
kind: PipelineRun
metadata: { name: release }
spec: { pipelineRef: { name: whole } }
`;

describe('a run', () => {
  test('skips kinds of Tekton Triggers with a note', async () => {
    const trigger = `apiVersion: tekton.dev/v1alpha1
kind: TriggerTemplate
metadata: { name: on-push }
spec: { resourcetemplates: [{ kind: PipelineRun }] }
---
`;
    const { status, out, err } = await running(trigger + TASK + PIPELINE('whole', 'work') + RUN);
    expect(err).toBe('1 warning; `pipewright lint` shows them\n');
    expect(out).toContain('skipped: the embedded cluster does not serve these kinds: TriggerTemplate on-push\n');
    expect(status).toBe(0);
  });

  test('requires only the objects that it refers to', async () => {
    const others = TASK + PIPELINE('whole', 'work') + PIPELINE('other', 'elsewhere');
    expect((await running(others + RUN)).status).toBe(0);
    const { status, err } = await running(TASK + PIPELINE('whole', 'elsewhere') + RUN);
    expect(err).toContain("error  TASK_UNKNOWN  Task 'elsewhere' not found");
    expect(status).toBe(2);
  });

  test('accepts fields in any case, with a warning', async () => {
    const manifests = `apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: work }
spec:
  inputs: { Params: [{ name: what, default: nothing }] }
  steps:
    - name: print
      image: busybox:1
      Command: [echo]
      args: ["$(inputs.params.what)"]
      workingdir: /tmp
---
apiVersion: tekton.dev/v1alpha1
kind: TaskRun
metadata: { name: release }
spec:
  taskref: { name: work }
  inputs: { params: [{ name: what, value: something }] }
`;
    const { status, out, err } = await running(manifests, ({ argv, cwd }) => ({
      output: `${argv.at(-1)} in ${cwd}\n`,
    }));
    expect(withoutQuotes(linted(manifests)).replace(/^.*p\.yaml:/gm, ''))
      .toBe(`5:13  warning  FIELD_CASE  the field 'Params' is read as 'params'
  hint: write \`params\`: an API server without Tekton's webhook drops names in another case
9:7  warning  FIELD_CASE  the field 'Command' is read as 'command'
  hint: write \`command\`: an API server without Tekton's webhook drops names in another case
11:7  warning  FIELD_CASE  the field 'workingdir' is read as 'workingDir'
  hint: write \`workingDir\`: an API server without Tekton's webhook drops names in another case
17:3  warning  FIELD_CASE  the field 'taskref' is read as 'taskRef'
  hint: write \`taskRef\`: an API server without Tekton's webhook drops names in another case
4 warnings (2 objects checked)
`);
    expect(err).toBe('4 warnings; `pipewright lint` shows them\n');
    expect(out).toContain('something in /tmp\n');
    expect(status).toBe(0);
  });

  test('replaces variables in resource names with defaults and values', async () => {
    const manifests = `apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: push }
spec:
  inputs:
    params: [{ name: image, default: "$(outputs.resources.built.url)" }, { name: context }]
  outputs: { resources: [{ name: built, type: image }] }
  steps: [{ name: print, image: 'busybox:1', command: [echo], args: ["$(inputs.params.image) $(inputs.params.context)"] }]
---
apiVersion: tekton.dev/v1alpha1
kind: PipelineRun
metadata: { name: release }
spec:
  pipelineSpec:
    resources: [{ name: web, type: image }]
    tasks:
      - name: push
        taskRef: { name: push }
        params: [{ name: context, value: "$(outputs.resources.built.path)/x" }]
        resources: { outputs: [{ name: built, resource: web }] }
  resources: [{ name: web, resourceSpec: { type: image, params: [{ name: url, value: r.example.com/web:1 }] } }]
`;
    const { status, out, err } = await running(manifests, ({ argv, identity }) =>
      identity.container === 'step-print' ? { output: `${argv.at(-1)}\n` } : undefined,
    );
    expect(err).toBe('');
    expect(out).toContain('[push : print] r.example.com/web:1 /workspace/output/built/x\n');
    expect(status).toBe(0);
  });
});
