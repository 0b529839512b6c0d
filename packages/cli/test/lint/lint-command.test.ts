import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { runProgram } from '../../src/commands/program.js';
import { folderWith, recorded } from '../support/cli.js';
import { growth, LINEAR } from '../../../../test/growth.js';
import { thoroughTest } from '../../../../test/thorough.js';

const folders: (() => void)[] = [];
afterEach(() => folders.splice(0).forEach((done) => done()));

/** Runs `pipewright lint` in a directory with these files. Returns its output without the directory name. */
async function lint(files: Readonly<Record<string, string>>, names: readonly string[] = ['']) {
  const { path, done } = folderWith(files);
  folders.push(done);
  const output = recorded();
  await runProgram(['lint', ...names.map((name) => (name.startsWith('-') ? name : `${path}/${name}`))], output);
  return output.out().replaceAll(`${path}/`, '') + output.err();
}

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

describe('lint', () => {
  test('reports the position of the other object with the same name', async () => {
    const a = `${configMap('one')}---\n${configMap('two')}`;
    expect(await lint({ 'a.yaml': a, 'b/c.yaml': configMap('two') }))
      .toBe(`b/c.yaml:4:9  error  OBJECT_TWICE  ConfigMap 'two' is defined twice
    4 |   name: two
      |         ^
  hint: remove one of them, or give it another name; the other is at a.yaml:9:9
1 error (3 objects checked)
`);
  });

  test('warns about references to missing objects, and with --complete reports errors', async () => {
    const run = `apiVersion: tekton.dev/v1alpha1
kind: PipelineRun
metadata: { name: r }
spec: { pipelineRef: { name: elsewhere } }
`;
    const said = (severity: string): string =>
      `r.yaml:4:30  ${severity}  PIPELINE_UNKNOWN  Pipeline 'elsewhere' not found
    4 | spec: { pipelineRef: { name: elsewhere } }
      |                              ^
  hint: add it to the manifests, or correct the name
1 ${severity} (1 object checked)
`;
    expect(await lint({ 'r.yaml': run })).toBe(said('warning'));
    expect(await lint({ 'r.yaml': run }, ['', '--complete'])).toBe(said('error'));
  });

  test('suggests --config for a file with stand-ins', async () => {
    expect(await lint({ 'pipewright.yaml': 'images:\n  golang: host\n' }, ['pipewright.yaml']))
      .toBe(`pipewright.yaml:1:1  error  NOT_AN_OBJECT  these are stand-ins of a machine, not a manifest
    1 | images:
      | ^
  hint: pass the file to \`run\` or \`up\` with --config, and name the manifests here
1 error (0 objects checked)
`);
  });

  test('masks values of Secrets in quotes of other files', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { token: hunter2x9 }\n';
    expect(await lint({ 'a.yaml': secret, 'b.yaml': 'metadata:\n  name: "hunter2x9\n' })).toContain(
      '    2 |   name: "***\n      |         ^\n',
    );
  });

  test('escapes control and bidirectional characters in names of files, fields and values', async () => {
    const task = `apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: "x\u202eevil" }
spec: { steps: [{ name: a, image: 'b:1' }], "\\e[31m": 1, "\\e[31m": 2 }
`;
    const said = await lint({ 'a\u001b[2Jb\n.yaml': task });
    expect(said.replace(/[\n\u0020-\u007e\u2026]/g, '')).toBe('');
    expect(said).toContain(
      'a\\u001b[2Jb\\n.yaml:4:58  error  YAML_DUPLICATE_KEY  `\\u001b[31m` is repeated in one object',
    );
  });

  thoroughTest('locates thousands of problems of one object in linear time', async () => {
    const wrong = async (count: number): Promise<void> => {
      const fields = Array.from({ length: count }, (_, index) => `  f${String(index)}: 1\n`).join('');
      const task = `apiVersion: tekton.dev/v1alpha1\nkind: Task\nmetadata: { name: x }\nspec:\n  steps: [{ image: 'b:1' }]\n${fields}`;
      expect(await lint({ 'a.yaml': task })).toContain(`${String(count)} errors (1 object checked)`);
    };
    expect(await growth(wrong, 500)).toBeLessThan(LINEAR);
  });

  thoroughTest('reads an endless standard input only up to the limit', () => {
    const command = resolve(import.meta.dirname, '../../bin/pipewright.js');
    const zeros = openSync('/dev/zero', 'r');
    const { stdout } = spawnSync(process.execPath, [command, 'lint', '-'], {
      stdio: [zeros, 'pipe', 'pipe'],
      timeout: 30_000,
    });
    closeSync(zeros);
    expect(String(stdout)).toContain('<stdin>:1:1  error  FILE_TOO_LARGE  the file is larger than 4194304 bytes');
  });

  test('does not suggest internal volumes, or tasks of another version', async () => {
    const v1alpha1 = `apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: mounts }
spec: { steps: [{ name: a, image: 'b:1', volumeMounts: [{ name: cache, mountPath: /c }] }] }
---
apiVersion: tekton.dev/v1alpha1
kind: TaskRun
metadata: { name: r }
spec: { taskRef: { name: deploy } }
`;
    const v1 = `apiVersion: tekton.dev/v1\nkind: Task\nmetadata: { name: old }\n`;
    const said = await lint({ 'a.yaml': `${v1alpha1}---\n${v1}` });
    expect(said).toContain("VOLUME_UNKNOWN  this task has no volume 'cache'\n    4 | ");
    expect(said).toContain('\n  hint: declare it under `volumes`\n');
    expect(said).toContain("TASK_UNKNOWN  Task 'deploy' not found\n    9 | ");
    expect(said).toContain("\n  hint: use one of: 'mounts'\n");
  });
});
